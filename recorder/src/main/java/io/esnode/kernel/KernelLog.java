package io.esnode.kernel;

import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads the kernel log from its oldest record on and follows it. A thread of its own sleeps inside the read and costs nothing
 * while the kernel is silent; it cannot be woken, so at the end it is left behind, and what it might still bring counts for
 * nothing.
 *
 * <p>Records of no class are counted, not kept; the count is in the audit row that {@link #close} writes, so that silence
 * and absence stay apart. Records that were overwritten before they were read, and a log that cannot be read at all, are gap
 * rows.
 */
public final class KernelLog implements AutoCloseable {
  /** What is missing where the log is not read. */
  private static final String METRIC = "event";

  private static final String OWN_SOURCE = "esnode.kmsg";

  /** CONSOLE_EXT_LOG_MAX: no record of {@code /dev/kmsg} is longer. */
  private static final int RECORD_BYTES = 8192;

  private static final int EPIPE = 32;

  /**
   * Between two rows: the harvest at the start, or a storm, must not take the room in the spool's queue that ticks need. The
   * kernel keeps the rest until it is read.
   */
  private static final long PACE_NANOS = 1_000_000;

  private final Path path;
  private final Path restriction;
  private final Clock clock;
  private final Moment start;
  private final Reading reading;
  private final RowSink sink;
  private final RecordWatch watch;
  private final Thread thread;

  /** Makes what reads the records. */
  @FunctionalInterface
  public interface Reading {
    /** Called once. */
    KernelRows rows() throws IOException;
  }

  // Guarded by this.
  private boolean closed;
  private long records;
  private long malformed;
  private final Map<String, Long> events = new TreeMap<>();
  private @Nullable Long firstSequence;
  private @Nullable Long lastSequence;
  private long lastTs;
  private @Nullable String failure;
  private @Nullable Long asked;
  private boolean fileIsRead;
  private final LogClock logClock = new LogClock();

  private KernelLog(
      Path root, Clock clock, Moment start, Reading reading, RowSink sink, RecordWatch watch) {
    this.path = root.resolve("dev/kmsg");
    this.restriction = root.resolve("proc/sys/kernel/dmesg_restrict");
    this.clock = clock;
    this.start = start;
    this.reading = reading;
    this.sink = sink;
    this.watch = watch;
    this.lastTs = start.tsMicros();
    this.thread = new Thread(this::run, "kernel-log");
    this.thread.setDaemon(true);
  }

  /** Begins to read; nobody else looks at the records. */
  public static KernelLog start(
      Path root, Clock clock, Moment start, Reading reading, RowSink sink) {
    return start(root, clock, start, reading, sink, RecordWatch.NONE);
  }

  /**
   * Begins to read.
   *
   * @param root {@code /}, or a directory that holds {@code dev/kmsg}; where that is a plain file, its records are read once
   * @param start of the recording: older records have the origin {@code pre_record}
   * @param reading is asked on the log's own thread: all its expressions take a while, and the first tick does not wait
   * @param watch looks at the kernel's own records since the start, after their rows; on the log's thread
   */
  public static KernelLog start(
      Path root, Clock clock, Moment start, Reading reading, RowSink sink, RecordWatch watch) {
    KernelLog log = new KernelLog(root, clock, start, reading, sink, watch);
    log.thread.start();
    return log;
  }

  /** Ends the rows with one that says how many records there were. Does not wait for the reading thread. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    Moment now = clock.now();
    Map<String, String> texts = new HashMap<>();
    texts.put("action", "kernel_log.read");
    texts.put("outcome", failure == null ? "success" : "failure");
    texts.put("detail", summary(failure != null || isReadToItsEnd(now)));
    sink.row(
        new TextRow("audit", "node", OWN_SOURCE, "live", null, now.tsMicros(), texts, Map.of()),
        now.monoNanos());
  }

  /** For tests, which wait for the end of a plain file. */
  Thread thread() {
    return thread;
  }

  /** Whether the reading thread is inside a read that found nothing. */
  private boolean isReadToItsEnd(Moment now) {
    Long began = asked;
    return fileIsRead || (began != null && now.monoNanos() - began >= LogClock.WAITED_NANOS);
  }

  private String summary(boolean complete) {
    long known = events.values().stream().mapToLong(n -> n).sum();
    StringBuilder text = new StringBuilder("/dev/kmsg: %d records".formatted(records));
    if (firstSequence != null) {
      text.append(", number %d to %d".formatted(firstSequence, lastSequence));
    }
    text.append("; %d recorded, %d of no class".formatted(known, records - known - malformed));
    if (malformed > 0) {
      text.append(", %d unreadable".formatted(malformed));
    }
    if (!complete) {
      text.append("; the recording ended before the log had been read to its end");
    }
    events.forEach((name, count) -> text.append("; %s %d".formatted(name, count)));
    if (logClock.offsetNanos() != 0) {
      text.append(
          "; its clock was %d us behind CLOCK_MONOTONIC".formatted(logClock.offsetNanos() / 1_000));
    }
    return text.toString();
  }

  private void run() {
    try (InputStream in = new FileInputStream(path.toFile())) {
      KernelRows rows = reading.rows();
      if (Files.isRegularFile(path)) {
        readFile(in, rows);
      } else {
        follow(in, rows);
      }
    } catch (IOException e) {
      cannotRead(why(e));
    }
  }

  private void follow(InputStream in, KernelRows rows) throws IOException {
    byte[] buffer = new byte[RECORD_BYTES];
    boolean failedBefore = false;
    while (!ended()) {
      long began = clock.now().monoNanos();
      synchronized (this) {
        asked = began;
      }
      int length;
      try {
        length = in.read(buffer);
        failedBefore = false;
      } catch (IOException e) {
        // EPIPE: records were overwritten; the next read goes on, and its number says how many are
        // gone.
        if (failedBefore) {
          throw e;
        }
        failedBefore = true;
        continue;
      }
      if (length < 0) {
        cannotRead(
            "/dev/kmsg ended: no kernel log stands behind it; give this container the host's /dev/kmsg");
        return;
      }
      take(buffer, length, began, clock.now(), rows);
    }
  }

  /** A copy of a log, which a test or a post-mortem has. */
  private void readFile(InputStream in, KernelRows rows) throws IOException {
    byte[] bytes = in.readAllBytes();
    take(bytes, bytes.length, start.monoNanos(), start, rows);
    synchronized (this) {
      fileIsRead = true;
    }
  }

  /** One record, or several: the next begins after a line end that no blank follows. */
  private void take(byte[] bytes, int length, long asked, Moment answered, KernelRows rows) {
    int from = 0;
    for (int i = 0; i < length; i++) {
      boolean last = i == length - 1;
      if (last || (bytes[i] == '\n' && bytes[i + 1] != ' ')) {
        KernelRecord record = KernelRecord.parse(bytes, from, last ? length : i).orElse(null);
        record(record, asked, answered, rows);
        from = i + 1;
      }
    }
  }

  private void record(@Nullable KernelRecord record, long asked, Moment answered, KernelRows rows) {
    TextRow row;
    TextRow gap;
    long mono;
    long ts;
    synchronized (this) {
      if (closed) {
        return;
      }
      records++;
      if (record == null || record.bootMicros() == null || record.sequence() == null) {
        malformed++;
        return;
      }
      mono = logClock.monoNanos(record.bootMicros(), asked, answered.monoNanos());
      ts = answered.tsMicros() - (answered.monoNanos() - mono) / 1_000;
      gap = overwritten(record.sequence(), ts);
      lastTs = ts;
      row = rows.event(record, mono < start.monoNanos() ? "pre_record" : "live", ts)
          .orElse(null);
      if (row != null) {
        events.merge(String.valueOf(row.texts().get("event_class")), 1L, Long::sum);
      }
    }
    if (gap != null) {
      emit(gap, mono);
    }
    if (row != null) {
      emit(row, mono);
      auditLoss(row).ifPresent(lost -> emit(lost, mono));
    }
    if (mono >= start.monoNanos() && record.facility() == KernelRecord.KERNEL && !ended()) {
      String entity = row == null ? KernelEvent.NODE : row.entity();
      watch.live(record, entity, () -> rows.text(record), ts, mono);
    }
  }

  /** What the audit log lacks only the kernel says, and only here. */
  private static Optional<TextRow> auditLoss(TextRow row) {
    Long count = row.numbers().get("error_count");
    Long ts = row.tsMicros();
    return !AuditLossShape.CLASS.equals(row.texts().get("event_class"))
            || count == null
            || ts == null
        ? Optional.empty()
        : Optional.of(new TextRow(
            "gap",
            "node",
            OWN_SOURCE,
            "live",
            null,
            ts,
            Map.of(
                "metric",
                "audit",
                "reason",
                "the kernel has lost %d audit records since the boot".formatted(count)),
            Map.of("from_ts", ts, "to_ts", ts)));
  }

  /** A gap row where numbers are missing between this record and the one before. */
  private @Nullable TextRow overwritten(long sequence, long ts) {
    Long before = lastSequence;
    if (firstSequence == null) {
      firstSequence = sequence;
    }
    lastSequence = sequence;
    if (before == null || sequence <= before + 1) {
      return null;
    }
    return gap(
        "%d records of the kernel log were overwritten before they were read"
            .formatted(sequence - before - 1),
        Map.of("from_ts", lastTs, "to_ts", ts, "code", (long) EPIPE),
        lastTs);
  }

  private synchronized boolean ended() {
    return closed;
  }

  private void cannotRead(String reason) {
    Moment now = clock.now();
    synchronized (this) {
      if (closed) {
        return;
      }
      failure = reason;
    }
    emit(gap(reason, Map.of("from_ts", now.tsMicros()), now.tsMicros()), now.monoNanos());
  }

  private static TextRow gap(String reason, Map<String, Long> numbers, long ts) {
    return new TextRow(
        "gap",
        "node",
        OWN_SOURCE,
        "live",
        null,
        ts,
        Map.of("metric", METRIC, "reason", reason),
        numbers);
  }

  private void emit(TextRow row, long mono) {
    synchronized (this) {
      if (closed) {
        return;
      }
      sink.row(row, mono);
    }
    LockSupport.parkNanos(PACE_NANOS);
  }

  /** Why the log cannot be read, and the line that would change it. */
  private String why(IOException e) {
    return KernelLogAccess.of(path, restriction).remedy(e);
  }
}
