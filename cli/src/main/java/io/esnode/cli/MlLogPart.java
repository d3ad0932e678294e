package io.esnode.cli;

import io.esnode.kernel.RowSink;
import io.esnode.log.Logs;
import io.esnode.log.MlLog;
import io.esnode.signature.ExitCode;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What of a recording has to do with the output of the command that is recorded. */
final class MlLogPart {
  /** How long the end of a recording waits for the last lines. */
  private static final long LAST_LINES_MILLIS = 500;

  @Option(
      names = "--mllog",
      description =
          "Record the ':::MLLOG' lines that the command prints; its standard output passes through esnode then.")
  private boolean mllog;

  private volatile @Nullable PassedOutput passed;
  private @Nullable MlLog log;

  void check(List<String> command) {
    if (mllog && command.isEmpty()) {
      throw new CommandException(
          ExitCode.USAGE,
          "--mllog: there is no command whose output could be read; add -- COMMAND ARG");
    }
  }

  void describe(Map<String, String> config) {
    config.put("log.mllog", mllog ? "recorded from the command's standard output" : "not read");
  }

  ProcessBuilder.Redirect output() {
    return mllog ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.INHERIT;
  }

  void start(@Nullable Process child, Clock clock, Moment start, Logs.Naming naming, RowSink sink) {
    if (mllog && child != null) {
      MlLog own = MlLog.start(clock, start, naming, sink);
      log = own;
      passed = PassedOutput.start(child, new FileOutputStream(FileDescriptor.out), own);
    }
  }

  /** Ends the rows; what the command still prints passes on. */
  void close() {
    PassedOutput running = passed;
    MlLog own = log;
    if (running != null && own != null) {
      running.await(LAST_LINES_MILLIS);
      own.close();
    }
  }

  /** Whether the command's output needs this process. */
  boolean passes() {
    return passed != null;
  }

  /** Everything the command printed has gone on; at once where it does not pass through us. */
  void await() throws InterruptedException {
    PassedOutput running = passed;
    if (running != null) {
      running.await();
    }
  }
}
