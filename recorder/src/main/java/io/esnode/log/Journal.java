package io.esnode.log;

import io.esnode.source.Moment;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Follows the systemd journal through {@code journalctl}, in a child process that is started again when it ends. The cursor of
 * the last entry is kept: what comes meanwhile is read afterwards, and nothing twice.
 */
final class Journal {
  /** Entries of before the recording. */
  static final Duration LOOK_BACK = Duration.ofMinutes(15);

  private static final int BUFFER_BYTES = 64 << 10;
  private static final int PROBLEM_AFTER = 2;
  private static final int WORDS_CHARS = 200;
  private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(500).toNanos();
  private static final long LONGEST_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long GONE_MILLIS = 100;

  /** journalctl says so when it shows a user no more than that user's own entries. */
  private static final String PARTIAL = "not seeing messages from other users and the system";

  private final Path root;
  private final String program;
  private final Moment start;
  private final LogRows rows;
  private final Supplier<LogNames> names;
  private final Thread thread;

  private volatile LongConsumer follower = pid -> {};
  private volatile boolean closing;
  private volatile @Nullable Process child;
  private volatile boolean partial;

  // The reading thread only.
  private @Nullable String cursor;
  private long lastRealtime = -1;
  private boolean skipUpTo;
  private int failures;

  /**
   * Reads from {@link #start} on.
   *
   * @param program journalctl, by name or path
   * @param names asked once, on the journal's own thread
   */
  Journal(Path root, String program, Moment start, LogRows rows, Supplier<LogNames> names) {
    this.root = root;
    this.program = program;
    this.start = start;
    this.rows = rows;
    this.names = names;
    this.thread = new Thread(this::run, "journal");
    this.thread.setDaemon(true);
  }

  /**
   * Starts to read.
   *
   * @param hears the process id of each child, and 0 when it has ended
   */
  void start(LongConsumer hears) {
    follower = hears;
    thread.start();
  }

  /** Tells the child and the thread to end; waits for neither. */
  void end() {
    closing = true;
    rows.hurry();
    Process running = child;
    if (running != null) {
      // The process alone: Process.destroy closes the pipe and what is in it.
      running.toHandle().destroy();
    }
    LockSupport.unpark(thread);
  }

  /** Waits a little for what is still in the pipe, then says how much there was. */
  void close(Duration most) {
    try {
      thread.join(Math.max(1, most.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Process running = child;
    if (running != null && running.isAlive()) {
      running.destroyForcibly();
    }
    rows.close(!thread.isAlive());
  }

  private void run() {
    JournalRows entries;
    try {
      entries = new JournalRows(rows, names.get(), bootId());
    } catch (UncheckedIOException e) {
      rows.problem(String.valueOf(e.getMessage()));
      return;
    }
    long pause = FIRST_PAUSE_NANOS;
    while (!closing) {
      LogAccess access = LogAccess.journal(root);
      if (access.refusal() != null) {
        rows.problem(access.line());
        rest(LONGEST_PAUSE_NANOS);
        continue;
      }
      long seen = lastRealtime;
      String ended = follow(entries);
      if (closing) {
        break;
      }
      boolean brought = lastRealtime != seen;
      failures = brought ? 0 : failures + 1;
      if (failures >= PROBLEM_AFTER) {
        rows.problem(ended);
      }
      if (!brought && cursor != null) {
        // It may be the cursor that journalctl cannot find; the time then says where to go on.
        cursor = null;
        skipUpTo = true;
      }
      pause = brought ? FIRST_PAUSE_NANOS : Math.min(2 * pause, LONGEST_PAUSE_NANOS);
      rest(pause);
    }
    rows.tellSuppressed(Long.MAX_VALUE);
  }

  private void rest(long nanos) {
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !closing; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** One life of the child; how it ended, in words. */
  private String follow(JournalRows entries) {
    Process process;
    try {
      process = new ProcessBuilder(command()).start();
    } catch (IOException e) {
      failures = PROBLEM_AFTER;
      return "%s cannot be started: it is not here; install systemd, or --no-journal"
          .formatted(program);
    }
    child = process;
    follower.accept(process.pid());
    if (closing) {
      process.toHandle().destroy();
    }
    Words words = new Words(process);
    String broken = null;
    try {
      process.getOutputStream().close();
      read(process, entries);
    } catch (IOException e) {
      broken = e.getMessage();
      process.destroy();
    }
    follower.accept(0);
    try {
      if (!process.waitFor(GONE_MILLIS, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        process.waitFor(GONE_MILLIS, TimeUnit.MILLISECONDS);
      }
      words.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "journalctl ended%s%s%s"
        .formatted(
            process.isAlive() ? "" : " with status " + process.exitValue(),
            broken == null ? "" : "; " + broken,
            words.last().isEmpty() ? "" : ": " + words.last());
  }

  private List<String> command() {
    List<String> command = new ArrayList<>(List.of(
        program,
        "--output=export",
        "--output-fields=" + JournalChoice.FIELDS,
        "--follow",
        "--no-tail",
        "--no-pager",
        "--boot"));
    long since = start.tsMicros() / 1_000_000 - LOOK_BACK.toSeconds();
    if (cursor != null) {
      command.add("--after-cursor=" + cursor);
    } else {
      command.add("--since=@" + (skipUpTo ? lastRealtime / 1_000_000 : since));
    }
    command.addAll(JournalChoice.matches());
    return command;
  }

  private void read(Process process, JournalRows entries) throws IOException {
    JournalExport export =
        new JournalExport(new BufferedInputStream(process.getInputStream(), BUFFER_BYTES));
    for (JournalEntry entry = export.next(); entry != null; entry = export.next()) {
      String own = entry.cursor();
      boolean before = skipUpTo && entry.realtimeMicros() <= lastRealtime;
      if (before || (own != null && own.equals(cursor))) {
        continue;
      }
      skipUpTo = false;
      if (!partial) {
        rows.problem(null);
      }
      entries.entry(entry);
      cursor = own;
      lastRealtime = Math.max(lastRealtime, entry.realtimeMicros());
    }
  }

  private @Nullable String bootId() {
    try {
      return Files.readString(root.resolve("proc/sys/kernel/random/boot_id"))
          .strip()
          .replace("-", "");
    } catch (IOException e) {
      return null;
    }
  }

  /** What the child says on its standard error. */
  private final class Words {
    private final Thread thread;
    private volatile String last = "";

    private Words(Process process) {
      this.thread = new Thread(() -> read(process), "journal-stderr");
      thread.setDaemon(true);
      thread.start();
    }

    String last() {
      return last;
    }

    void join() throws InterruptedException {
      thread.join(GONE_MILLIS);
    }

    private void read(Process process) {
      try (BufferedReader lines = new BufferedReader(
          new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.contains(PARTIAL)) {
            partial = true;
            rows.problem(
                "the journal of the system cannot be read, only this user's own; run as root, or: usermod -aG systemd-journal USER");
          } else {
            last = line.substring(0, Math.min(line.length(), WORDS_CHARS));
          }
        }
      } catch (IOException e) {
        // The child is gone; what it said until then is kept.
        return;
      }
    }
  }
}
