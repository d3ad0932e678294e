package io.esnode.cli;

import io.esnode.signature.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Reads bundles that nobody here vouches for in a process of its own: little memory, a limit on time and output, and
 * nothing of this process to damage. A crash of the reader is an answer about the file, not about us.
 *
 * @param limit of wall-clock time; then the child is killed
 * @param maxBytes of its standard output; beyond that it is killed
 */
record LimitedChild(Duration limit, int maxBytes) {
  static final LimitedChild STANDARD = new LimitedChild(Duration.ofMinutes(10), 256 << 20);

  /** Hidden option that tells a command it is the child; its engine gets {@value #ENGINE_MB} MB. */
  static final String FLAG = "--limited-child";

  static final int ENGINE_MB = 512;

  private static final List<String> HEAP =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:-UsePerfData");
  private static final List<String> KEPT = List.of("HOME", "ESNODE_HOME", "PATH", "TMPDIR", "LANG");
  private static final int MAX_ERROR_BYTES = 64 << 10;

  /**
   * What the child said.
   *
   * @param exit its status
   * @param out its standard output
   * @param err its standard error
   */
  record Answer(int exit, String out, String err) {}

  /** Runs an esnode command line as a child. */
  Answer run(List<String> arguments) throws IOException {
    List<String> flags = new ArrayList<>(HEAP);
    String temp = System.getProperty("java.io.tmpdir");
    if (temp != null) {
      flags.add("-Djava.io.tmpdir=" + temp);
    }
    ProcessBuilder builder = ChildJvm.of(flags, arguments);
    Map<String, String> environment = builder.environment();
    environment.keySet().retainAll(KEPT);
    return await(builder);
  }

  /** Starts a process and waits for it within the limits. */
  Answer await(ProcessBuilder builder) throws IOException {
    Process process = builder.start();
    Kept out = new Kept(process.getInputStream(), maxBytes, process);
    Kept err = new Kept(process.getErrorStream(), MAX_ERROR_BYTES, process);
    try {
      process.getOutputStream().close();
      out.start();
      err.start();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new CommandException(
            ExitCode.MALFORMED,
            "reading took more than %s s and was ended; only a signer you trust is read without a limit"
                .formatted(limit.toSeconds()));
      }
      out.join();
      err.join();
      if (out.overflowed) {
        throw new CommandException(
            ExitCode.MALFORMED,
            "the answer has more than %s bytes and was ended; ask for less, or add the signer to those you trust"
                .formatted(maxBytes));
      }
      return new Answer(process.exitValue(), out.text(), err.text());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a child was reading", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Keeps what a stream gives, up to a limit. */
  private static final class Kept extends Thread {
    private final InputStream in;
    private final int max;
    private final Process process;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private volatile boolean overflowed;

    Kept(InputStream in, int max, Process process) {
      super("limited-child-output");
      this.in = in;
      this.max = max;
      this.process = process;
      setDaemon(true);
    }

    @Override
    public void run() {
      byte[] buffer = new byte[8192];
      try (in) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (kept.size() + n > max) {
            overflowed = true;
            process.destroyForcibly();
            return;
          }
          kept.write(buffer, 0, n);
        }
      } catch (IOException e) {
        // The child was killed; what it said until then is kept.
        return;
      }
    }

    String text() {
      return kept.toString(StandardCharsets.UTF_8);
    }
  }
}
