package io.esnode.signer;

import java.io.IOException;

/** A sidecar that is not a key-based Sigstore bundle v0.3 with a DSSE envelope. One line. */
public final class SidecarException extends IOException {
  private static final long serialVersionUID = 1L;

  SidecarException(String message) {
    super(message);
  }

  SidecarException(String message, Throwable cause) {
    super(message, cause);
  }
}
