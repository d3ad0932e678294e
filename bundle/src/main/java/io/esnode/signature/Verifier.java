package io.esnode.signature;

import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Verifies a file against its sidecar. Never throws for what a file holds: a refusal is a {@link Verdict}. */
public interface Verifier {
  /**
   * Verifies a file that is open already, so that whoever reads it next reads the bytes that were verified.
   *
   * @param file the path the user gave, for the sidecar's place ({@code file.sigstore.json}) and for messages
   * @param open the open file; its position is not changed
   */
  Verdict verify(Path file, FileChannel open);
}
