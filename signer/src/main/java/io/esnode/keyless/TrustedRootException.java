package io.esnode.keyless;

import java.io.IOException;

/** A trusted root that cannot be used. One line. */
public final class TrustedRootException extends IOException {
  private static final long serialVersionUID = 1L;

  TrustedRootException(String message) {
    super(message);
  }

  TrustedRootException(String message, Throwable cause) {
    super(message, cause);
  }
}
