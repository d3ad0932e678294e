package io.esnode.signature;

import io.esnode.bundle.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;

/** Where the signature of a file lies: beside it, as {@code NAME.sigstore.json}. */
public final class SidecarFile {
  public static final String SUFFIX = ".sigstore.json";

  private SidecarFile() {}

  public static Path of(Path artefact) {
    Path name = artefact.getFileName();
    return name == null ? artefact.resolve(SUFFIX) : artefact.resolveSibling(name + SUFFIX);
  }

  /**
   * Writes a sidecar whole or not at all, over one that is there.
   *
   * @param sidecar what {@link Signer#sign} gave
   */
  public static void write(Path artefact, byte[] sidecar) throws IOException {
    AtomicFile.write(of(artefact), sidecar);
  }
}
