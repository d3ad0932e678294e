package io.esnode.signer;

import io.esnode.signature.ExitCode;
import java.io.IOException;

/** A trust directory that cannot be read, or a change to it that is refused. One line. */
public final class TrustException extends IOException {
  private static final long serialVersionUID = 1L;

  private final int exit;

  private TrustException(int exit, String message) {
    super(message);
    this.exit = exit;
  }

  private TrustException(int exit, String message, Throwable cause) {
    super(message, cause);
    this.exit = exit;
  }

  static TrustException malformed(String message) {
    return new TrustException(ExitCode.MALFORMED, message);
  }

  static TrustException malformed(String message, Throwable cause) {
    return new TrustException(ExitCode.MALFORMED, message, cause);
  }

  static TrustException refused(String message) {
    return new TrustException(ExitCode.USAGE, message);
  }

  static TrustException cannotWrite(String message, Throwable cause) {
    return new TrustException(ExitCode.CANNOT_WRITE, message, cause);
  }

  /** One of {@link ExitCode}. */
  public int exit() {
    return exit;
  }
}
