package io.esnode.timeline;

/** A text that is not the timeline it should be. One line: file, line, what was found, what was expected. */
public final class TimelineException extends Exception {
  private static final long serialVersionUID = 1L;

  TimelineException(String message) {
    super(message);
  }
}
