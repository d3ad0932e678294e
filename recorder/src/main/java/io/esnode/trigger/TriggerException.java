package io.esnode.trigger;

/** A text that declares no trigger; the message says in one line what was found and what was expected. */
public final class TriggerException extends Exception {
  private static final long serialVersionUID = 1;

  TriggerException(String message) {
    super(message);
  }
}
