package io.esnode.signer;

import java.io.IOException;

/** A key that cannot be used. One line: file, what was found, what was expected, what to do. */
public final class KeyFileException extends IOException {
  private static final long serialVersionUID = 1L;

  public KeyFileException(String message) {
    super(message);
  }

  public KeyFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
