package io.esnode.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells systemd, where it started this process with {@code Type=notify}, that recording has begun, goes on, and ends;
 * sd_notify(3). Java 17 has no AF_UNIX datagram socket, so systemd-notify(1) sends, which needs {@code NotifyAccess=all}.
 * Does nothing elsewhere.
 */
final class SystemdNotifier implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final long FIRST_TICK_NANOS = 20_000_000;

  /** Sealing a day takes a while. */
  private static final String EXTENSION = "EXTEND_TIMEOUT_USEC=300000000";

  private final boolean listens;
  private final long watchdogMicros;
  private volatile boolean sealing;
  private volatile boolean ended;
  private @Nullable Thread thread;

  private SystemdNotifier(boolean listens, long watchdogMicros) {
    this.listens = listens;
    this.watchdogMicros = watchdogMicros;
  }

  /**
   * @param environment NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID as sd_notify(3) and sd_watchdog_enabled(3) describe them
   * @param pid of this process
   */
  static SystemdNotifier of(Map<String, String> environment, long pid) {
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    String whose = environment.getOrDefault("WATCHDOG_PID", Long.toString(pid));
    boolean ours = micros.matches("[1-9][0-9]{0,14}") && whose.equals(Long.toString(pid));
    boolean listens = !environment.getOrDefault("NOTIFY_SOCKET", "").isEmpty();
    return new SystemdNotifier(listens, ours ? Long.parseLong(micros) : 0);
  }

  /**
   * Says that recording has begun as soon as it has, and feeds the watchdog as long as it goes on.
   *
   * @param bundle what it will write
   * @param records whether ticks are taken
   */
  void watch(Path bundle, BooleanSupplier records) {
    if (listens) {
      Thread watching = new Thread(null, () -> run(bundle, records), "systemd-notifier", 256 << 10);
      watching.setDaemon(true);
      watching.start();
      thread = watching;
    }
  }

  private void run(Path bundle, BooleanSupplier records) {
    while (!ended && !records.getAsBoolean()) {
      LockSupport.parkNanos(FIRST_TICK_NANOS);
    }
    say("READY=1", "STATUS=recording to " + Text.oneLine(bundle.toString()));
    while (!ended && watchdogMicros > 0) {
      if (sealing) {
        say("WATCHDOG=1", EXTENSION);
      } else if (records.getAsBoolean()) {
        say("WATCHDOG=1");
      }
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(watchdogMicros) / 2);
    }
  }

  /**
   * Tells that the configuration is read again, and that it was; sd_notify(3), RELOADING=1. {@code System.nanoTime} is
   * CLOCK_MONOTONIC on Linux.
   */
  void reload(Runnable action) {
    if (!listens) {
      action.run();
      return;
    }
    say("RELOADING=1", "MONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    try {
      action.run();
    } finally {
      say("READY=1");
    }
  }

  /** The recording is over; sealing goes on. */
  void stopping() {
    sealing = true;
    if (listens) {
      say("STOPPING=1", "STATUS=sealing", EXTENSION);
    }
  }

  @Override
  public void close() {
    ended = true;
    LockSupport.unpark(thread);
  }

  /** A systemd that cannot be told is no reason to stop recording. */
  private static void say(String... assignments) {
    List<String> command = new ArrayList<>(List.of("systemd-notify"));
    command.addAll(List.of(assignments));
    try {
      Process process = new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      // No systemd-notify here: nothing else could say it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
