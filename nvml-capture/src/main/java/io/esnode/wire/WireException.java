package io.esnode.wire;

import java.io.IOException;

/** Bytes on the pipe that no capture process writes. */
public final class WireException extends IOException {
  private static final long serialVersionUID = 1;

  public WireException(String message) {
    super(message);
  }
}
