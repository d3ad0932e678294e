package io.esnode.cli;

import io.esnode.recorder.BundleSealer;
import io.esnode.signature.ExitCode;
import io.esnode.signature.SidecarFile;
import io.esnode.spool.SealOrder;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * A program that is run for each bundle once it and its sidecar are durable, one at a time, beside the recording. Whatever comes
 * of it, the recording goes on.
 */
final class OnSeal {
  private static final int MOST_LINES = 100;
  private static final int LONGEST_LINE = 1024;
  private static final int LAST_WORDS_MILLIS = 500;

  /** Takes action, outcome and detail of an audit row. */
  @FunctionalInterface
  interface Audit {
    void row(String action, String outcome, String detail);
  }

  @Option(
      names = "--on-seal",
      paramLabel = "PROGRAM",
      description =
          "Run this program, without a shell, for each bundle that was sealed, with the paths of the bundle and of its sidecar.")
  private @Nullable Path program;

  @Option(
      names = "--on-seal-timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      defaultValue = "1m",
      description = "End that program when it takes longer; default: ${DEFAULT-VALUE}.")
  private Duration timeout = Duration.ofMinutes(1);

  private @Nullable ExecutorService runner;
  private volatile @Nullable Audit audit;

  /** Whether there is such a program. */
  void check() {
    Path path = program;
    if (path != null && (!Files.isRegularFile(path) || !Files.isExecutable(path))) {
      throw new CommandException(
          ExitCode.USAGE,
          "--on-seal %s: %s; name a program by its path"
              .formatted(path, Files.exists(path) ? "cannot be executed" : "not there"));
    }
  }

  /** Adds what the configuration is to say. */
  void describe(Map<String, String> config) {
    Path path = program;
    config.put("on_seal", path == null ? "none" : String.valueOf(path.getFileName()));
  }

  /** From now on what comes of it is written into the recording; null when that is over. */
  void auditedBy(@Nullable Audit rows) {
    audit = rows;
  }

  /** The same sealer, after which the program is run. */
  BundleSealer after(BundleSealer sealer, String recordingId, Consumer<String> talk) {
    if (program == null) {
      return sealer;
    }
    return (spool, bundle) -> {
      SealOrder order = SealOrder.read(spool);
      String sha256 = sealer.seal(spool, bundle);
      sealed(bundle, recordingId, order == null ? "manual" : order.selection(), talk);
      return sha256;
    };
  }

  /**
   * Runs the program, later and elsewhere.
   *
   * @param selection why there is that bundle, as its manifest says
   */
  synchronized void sealed(
      Path bundle, String recordingId, String selection, Consumer<String> talk) {
    Path path = program;
    if (path == null) {
      return;
    }
    ExecutorService running = runner;
    if (running == null) {
      running = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(null, task, "on-seal", 256 << 10);
        thread.setDaemon(true);
        return thread;
      });
      runner = running;
    }
    Path whole = bundle.toAbsolutePath();
    ProcessBuilder builder = new ProcessBuilder(
            path.toAbsolutePath().toString(),
            whole.toString(),
            SidecarFile.of(whole).toString())
        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
        .redirectErrorStream(true);
    HiddenVariable.from(builder)
        .environment()
        .putAll(Map.of(
            "ESNODE_BUNDLE",
            whole.toString(),
            "ESNODE_SIDECAR",
            SidecarFile.of(whole).toString(),
            "ESNODE_RECORDING_ID",
            recordingId,
            "ESNODE_REASON",
            selection));
    running.execute(() -> run(builder, String.valueOf(whole.getFileName()), talk));
  }

  private void run(ProcessBuilder builder, String bundle, Consumer<String> talk) {
    String failure;
    try {
      failure = failure(builder.start(), talk);
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "ended, because the recorder does";
    }
    if (failure != null) {
      talk.accept("--on-seal for %s: %s".formatted(bundle, failure));
    }
    Audit rows = audit;
    if (rows != null) {
      rows.row(
          "on_seal.run",
          failure == null ? "success" : "failure",
          Text.oneLine(failure == null ? bundle : bundle + ": " + failure));
    }
  }

  /** Null if it did what it should. */
  private @Nullable String failure(Process process, Consumer<String> talk)
      throws InterruptedException {
    Thread reader = new Thread(null, () -> pass(process, talk), "on-seal-output", 256 << 10);
    reader.setDaemon(true);
    reader.start();
    try {
      boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (ended) {
        reader.join(LAST_WORDS_MILLIS);
        int status = process.exitValue();
        return status == 0 ? null : "ended with status " + status;
      }
      return "took longer than %s, was ended".formatted(ContinuousOptions.text(timeout));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void pass(Process process, Consumer<String> talk) {
    try (Reader output = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
      StringBuilder line = new StringBuilder();
      int lines = 0;
      for (int c = output.read(); c >= 0; c = output.read()) {
        boolean ends = c == '\n';
        if (!ends) {
          line.append((char) c);
        }
        if (ends || line.length() == LONGEST_LINE) {
          say(line, lines++, talk);
        }
      }
      if (!line.isEmpty()) {
        say(line, lines, talk);
      }
    } catch (IOException e) {
      // The program was ended: it has nothing more to say.
      return;
    }
  }

  private static void say(StringBuilder line, int number, Consumer<String> talk) {
    if (number <= MOST_LINES) {
      talk.accept("on-seal: " + (number == MOST_LINES ? "more lines, which are left out" : line));
    }
    line.setLength(0);
  }

  /** Waits for what still runs, as long as one program may. */
  void close(Consumer<String> talk) {
    ExecutorService running;
    synchronized (this) {
      running = runner;
    }
    if (running == null) {
      return;
    }
    running.shutdown();
    try {
      if (!running.awaitTermination(timeout.toMillis() + 1000, TimeUnit.MILLISECONDS)) {
        int left = running.shutdownNow().size();
        talk.accept("--on-seal: not run for the last %d bundles".formatted(left));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
