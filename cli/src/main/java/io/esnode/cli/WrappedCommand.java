package io.esnode.cli;

import io.esnode.recorder.Recorder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** The command of {@code record -- COMMAND}: started, watched, its status passed on as a shell would. */
final class WrappedCommand {
  /** The recording itself failed, whatever the command did. */
  static final int RECORDER_FAILED = 125;

  static final int NOT_EXECUTABLE = 126;
  static final int NOT_FOUND = 127;
  /** What a shell says of a process that SIGTERM ended. */
  static final int TERMINATED = 143;

  /** Says that the launcher set the two others, for the recording process alone. */
  private static final String SET_MALLOC = "ESNODE_SET_MALLOC";

  private WrappedCommand() {}

  /**
   * Starts it on our own standard streams.
   *
   * @param output where its standard output goes
   */
  static Process start(List<String> command, ProcessBuilder.Redirect output) {
    try {
      ProcessBuilder child =
          HiddenVariable.from(new ProcessBuilder(command)).inheritIO().redirectOutput(output);
      if (child.environment().remove(SET_MALLOC) != null) {
        child
            .environment()
            .keySet()
            .removeAll(List.of("MALLOC_ARENA_MAX", "MALLOC_TRIM_THRESHOLD_"));
      }
      return child.start();
    } catch (IOException e) {
      boolean notThere = !isThere(command.get(0));
      throw new CommandException(
          notThere ? NOT_FOUND : NOT_EXECUTABLE,
          "%s: %s; nothing was recorded"
              .formatted(command.get(0), notThere ? "no such command" : "cannot be executed"),
          e);
    }
  }

  /** As the shell looks it up; the words of a failed start differ from Java to Java. */
  private static boolean isThere(String name) {
    if (name.contains("/")) {
      return Files.exists(Path.of(name));
    }
    String path = System.getenv("PATH");
    return path != null
        && Arrays.stream(path.split(":")).anyMatch(dir -> Files.exists(Path.of(dir, name)));
  }

  /**
   * Ends the recording when the command ends, and writes both into the audit rows.
   *
   * @param ended is told the status before the recording ends
   */
  static void watch(Process child, Recorder recorder, IntConsumer ended) {
    Thread waiter = new Thread(
        () -> {
          try {
            recorder.audit("command.started", "success", "process " + child.pid(), null);
            int status = child.waitFor();
            recorder.audit(
                "command.exited", status == 0 ? "success" : "failure", "status " + status, null);
            ended.accept(status);
            recorder.stop("command exited with status " + status);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        },
        "command-waiter");
    waiter.setDaemon(true);
    waiter.start();
  }

  /**
   * After a signal to us: its status where it ends soon, or where its output needs us as long as it runs; else the signal's.
   */
  static int status(Process child, MlLogPart output, int graceSeconds) throws InterruptedException {
    if (output.passes() || child.waitFor(graceSeconds, TimeUnit.SECONDS)) {
      int status = child.waitFor();
      output.await();
      return status;
    }
    return TERMINATED;
  }

  /** Where --duration ended the recording first, the command goes on alone until it ends. */
  static int status(Process child, MlLogPart output) {
    try {
      int status = child.waitFor();
      output.await();
      return status;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return RECORDER_FAILED;
    }
  }
}
