package io.esnode.recorder;

import java.io.IOException;

/** A spool in which no tick was completed: there is no evidence to seal. */
public final class EmptySpoolException extends IOException {
  private static final long serialVersionUID = 1L;

  public EmptySpoolException(String message) {
    super(message);
  }
}
