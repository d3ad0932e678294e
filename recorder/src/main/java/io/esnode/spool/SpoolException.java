package io.esnode.spool;

import java.io.IOException;

/** A spool that cannot be read or written; the message names the file, what was found and what to do. */
public final class SpoolException extends IOException {
  private static final long serialVersionUID = 1L;

  public SpoolException(String message) {
    super(message);
  }

  public SpoolException(String message, Throwable cause) {
    super(message, cause);
  }
}
