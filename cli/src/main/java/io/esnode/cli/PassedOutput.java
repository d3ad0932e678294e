package io.esnode.cli;

import io.esnode.log.MlLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The standard output of the command, byte for byte through us; a log looks at it once it has gone on. */
final class PassedOutput {
  private static final int BUFFER_BYTES = 64 << 10;

  private final Thread thread;

  private PassedOutput(Process child, OutputStream to, MlLog log) {
    this.thread = new Thread(null, () -> pass(child, to, log), "command-output", 256 << 10);
    this.thread.setDaemon(true);
  }

  /** Begins to pass on. */
  static PassedOutput start(Process child, OutputStream to, MlLog log) {
    PassedOutput passed = new PassedOutput(child, to, log);
    passed.thread.start();
    return passed;
  }

  private static void pass(Process child, OutputStream to, MlLog log) {
    boolean looks = true;
    try (InputStream from = child.getInputStream()) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
        to.write(buffer, 0, count);
        looks = looks && look(log, buffer, count);
      }
    } catch (IOException e) {
      // Whoever read it has gone. Closing our end tells the command so, as it would be told without
      // us.
    }
    if (looks) {
      log.finish();
    }
  }

  /** What the log does not understand must not keep the command's output back. */
  private static boolean look(MlLog log, byte[] buffer, int count) {
    try {
      log.take(buffer, count);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Waits until everything has gone on, as long as that takes. */
  void await() throws InterruptedException {
    thread.join();
  }

  /** Waits until everything has gone on, but not long. */
  void await(long millis) {
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
