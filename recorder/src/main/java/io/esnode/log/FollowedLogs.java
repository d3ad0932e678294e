package io.esnode.log;

import io.esnode.source.Moment;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** The thread that looks at files now and then; each look costs a few system calls while nothing comes. */
final class FollowedLogs {
  private static final long PACE_NANOS = Duration.ofMillis(500).toNanos();

  /** Looks without anything new after which records that are still missing do not come late. */
  private static final int QUIET_LOOKS = 3;

  /** A file that is not there, or may not be read, is looked for every fifth second: each failure costs as much as a tick. */
  private static final int LOOKS_PASSED_OVER = 9;

  private final List<LogRows> rows;
  private final Supplier<List<FileLog>> opening;
  private final Thread thread;
  private volatile boolean closing;

  private static final class Followed {
    private final FileLog log;
    private final FollowedFile file;
    private int quiet;
    private int passOver;

    private Followed(FileLog log) {
      this.log = log;
      this.file = new FollowedFile(log.path(), FollowedFile.LOOK_BACK_BYTES);
    }
  }

  /**
   * Looks from {@link #start} on.
   *
   * @param rows of all files
   * @param opening asked on the thread itself: the first tick does not wait for it
   */
  FollowedLogs(List<LogRows> rows, Supplier<List<FileLog>> opening) {
    this.rows = List.copyOf(rows);
    this.opening = opening;
    this.thread = new Thread(this::run, "log-files");
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Tells the thread to look once more and end. */
  void end() {
    closing = true;
    rows.forEach(LogRows::hurry);
    LockSupport.unpark(thread);
  }

  void close(Duration most) {
    try {
      thread.join(Math.max(1, most.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    rows.forEach(each -> each.close(!thread.isAlive()));
  }

  private void run() {
    List<Followed> all;
    try {
      all = opening.get().stream().map(Followed::new).toList();
    } catch (UncheckedIOException e) {
      rows.forEach(each -> each.problem(String.valueOf(e.getMessage())));
      return;
    }
    boolean last = false;
    while (true) {
      for (Followed each : all) {
        look(each, last);
      }
      if (last) {
        break;
      }
      if (!closing) {
        LockSupport.parkNanos(PACE_NANOS);
      }
      last = closing;
    }
    for (Followed each : all) {
      each.log.end();
      each.file.close();
    }
  }

  private static void look(Followed each, boolean last) {
    if (each.passOver > 0 && !last) {
      each.passOver--;
      return;
    }
    Moment now = each.log.rows().now();
    each.quiet = each.file.look(now.monoNanos(), each.log) ? 0 : each.quiet + 1;
    each.passOver = each.file.isOpen() ? 0 : LOOKS_PASSED_OVER;
    each.log.looked(last || each.quiet >= QUIET_LOOKS);
  }
}
