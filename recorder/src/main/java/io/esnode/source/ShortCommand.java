package io.esnode.source;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program that answers and ends: with a deadline, a bound on what it may say, no input, and words that depend on no
 * locale and no time zone. What it says on its standard error is part of the answer.
 */
public final class ShortCommand {
  private static final List<String> PLACES =
      List.of("usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", "bin", "sbin");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("LC_ALL", "C", "TZ", "UTC", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
  private static final File NOTHING = new File("/dev/null");
  private static final long LOOK_NANOS = 5_000_000;

  private ShortCommand() {}

  /**
   * What a program said.
   *
   * @param text as far as the bound allows; empty where there is a problem
   * @param status how it ended; -1 where there is a problem
   * @param problem why there is no answer; null where there is one
   */
  public record Answer(String text, int status, @Nullable String problem) {}

  /** Where a program of this name is, below a root directory; null where it is not. */
  public static @Nullable Path find(Path root, String name) {
    for (String place : PLACES) {
      Path program = root.resolve(place).resolve(name);
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    return null;
  }

  /** Runs it to its end, or kills it at the deadline. */
  public static Answer run(List<String> command, Duration patience, int mostBytes) {
    String name = name(command);
    Process process;
    try {
      ProcessBuilder builder = new ProcessBuilder(command)
          .redirectInput(ProcessBuilder.Redirect.from(NOTHING))
          .redirectErrorStream(true);
      builder.environment().putAll(ENVIRONMENT);
      process = builder.start();
    } catch (IOException e) {
      return refused(name + ": cannot be started");
    }
    try (InputStream out = process.getInputStream()) {
      return hear(process, out, name, patience, mostBytes);
    } catch (IOException e) {
      return refused("%s: %s".formatted(name, KeptFile.cause(e)));
    } finally {
      process.destroyForcibly();
    }
  }

  /** Nothing here may wait for ever: a child of the program could keep the pipe open. */
  private static Answer hear(
      Process process, InputStream out, String name, Duration patience, int mostBytes)
      throws IOException {
    long until = System.nanoTime() + patience.toNanos();
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    while (true) {
      boolean ended = !process.isAlive();
      while (out.available() > 0 && said.size() < mostBytes) {
        said.write(out.readNBytes(Math.min(out.available(), mostBytes - said.size())));
      }
      if (ended || said.size() >= mostBytes) {
        return new Answer(
            said.toString(StandardCharsets.ISO_8859_1), ended ? process.exitValue() : 0, null);
      }
      if (System.nanoTime() - until > 0) {
        return refused("%s: no answer in %d s".formatted(name, patience.toSeconds()));
      }
      pause(process);
    }
  }

  private static void pause(Process process) {
    try {
      if (process.waitFor(LOOK_NANOS, TimeUnit.NANOSECONDS)) {
        // What it said last is on its way from the pipe into the stream's buffer.
        LockSupport.parkNanos(LOOK_NANOS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }

  private static String name(List<String> command) {
    return String.valueOf(Path.of(command.get(0)).getFileName());
  }

  private static Answer refused(String problem) {
    return new Answer("", -1, problem);
  }
}
