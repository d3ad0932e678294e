package io.esnode.gpu;

import java.io.IOException;
import java.util.Set;

/** Starts a capture process: messages on its standard output, commands on its standard input, words on standard error. */
@FunctionalInterface
public interface CaptureLauncher {
  /**
   * Starts one.
   *
   * @param withoutUuids GPUs that the process must not touch
   */
  Process start(Set<String> withoutUuids) throws IOException;
}
