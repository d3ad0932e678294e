package io.esnode.recorder;

import java.io.IOException;
import java.nio.file.Path;

/** Seals one spool: in this process, or in one of its own so that a recorder stays small. */
public interface BundleSealer {
  /**
   * Seals, signs, and removes the spool.
   *
   * @return SHA-256 of the bundle
   * @throws EmptySpoolException if there is nothing to seal
   * @throws IOException in words for the user; the spool stays as it is
   */
  String seal(Path spool, Path bundle) throws IOException;
}
