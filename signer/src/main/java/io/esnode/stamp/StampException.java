package io.esnode.stamp;

import java.io.IOException;

/** A time stamp that does not hold, or an answer that is none. One line. */
public final class StampException extends IOException {
  private static final long serialVersionUID = 1L;

  StampException(String message) {
    super(message);
  }

  StampException(String message, Throwable cause) {
    super(message, cause);
  }
}
