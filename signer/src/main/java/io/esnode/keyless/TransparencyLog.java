package io.esnode.keyless;

import java.net.URI;
import java.security.PublicKey;

/**
 * A log of a trusted root.
 *
 * @param id 32 bytes, by which entries name it; its first four name the key in checkpoints
 * @param window when its key is in use
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived carrier; never compared
record TransparencyLog(URI url, byte[] id, PublicKey key, Window window) {
  /** Whether the name of a checkpoint's origin or signature is this log's: its URL without scheme, or its host. */
  boolean isNamed(String name) {
    String path = url.getPath() == null ? "" : url.getPath();
    return name.equals(url.getHost())
        || name.equals(
            url.getHost() + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path));
  }

  @Override
  public String toString() {
    return String.valueOf(url.getHost());
  }
}
