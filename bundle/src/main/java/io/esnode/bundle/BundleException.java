package io.esnode.bundle;

import java.io.IOException;

/** A file that is not the bundle it should be. One line: file, place, what was found, what was expected, what to do. */
public final class BundleException extends IOException {
  private static final long serialVersionUID = 1L;

  public BundleException(String message) {
    super(message);
  }

  public BundleException(String message, Throwable cause) {
    super(message, cause);
  }
}
