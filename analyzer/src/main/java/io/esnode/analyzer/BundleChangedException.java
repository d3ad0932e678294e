package io.esnode.analyzer;

import java.io.IOException;

/** The file is no longer the one that was verified: no answer is given from it. */
public final class BundleChangedException extends IOException {
  private static final long serialVersionUID = 1L;

  public BundleChangedException(String message) {
    super(message);
  }
}
