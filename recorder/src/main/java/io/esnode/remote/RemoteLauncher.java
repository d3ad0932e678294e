package io.esnode.remote;

import java.io.IOException;

/** Starts the process that speaks HTTP: orders on its standard input, messages on its standard output. */
@FunctionalInterface
public interface RemoteLauncher {
  /** Starts one. */
  Process start() throws IOException;
}
