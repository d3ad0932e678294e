package io.esnode.log;

import io.esnode.kernel.RowSink;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one log on their way into the spool, counted, until the log is closed. One thread brings them; any may close.
 *
 * <p>Times that a log gives on the wall clock alone are put beside CLOCK_MONOTONIC by the pair of clocks read with them.
 */
final class LogRows {
  /** Between two rows: the look back at the start must not take the room in the spool's queue that ticks need. */
  private static final long PACE_NANOS = 1_000_000;

  private final Clock clock;
  private final Moment start;
  private final RowSink sink;
  private final String log;
  private final String source;
  private final String metric;
  private final RowRate rate = new RowRate();

  // Guarded by this.
  private boolean closing;
  private boolean closed;
  private long records;
  private long recorded;
  private long unreadable;
  private long suppressed;
  private long beforeBoot;
  private @Nullable String problem;
  private long problemTs;

  /**
   * Rows of one log.
   *
   * @param log what the audit row at the end calls it, e.g. {@code journal}: its action is {@code LOG.read}
   * @param source stands in the {@code source} column
   * @param metric what a gap of this log is a gap of
   */
  LogRows(Clock clock, Moment start, RowSink sink, String log, String source, String metric) {
    this.clock = clock;
    this.start = start;
    this.sink = sink;
    this.log = log;
    this.source = source;
    this.metric = metric;
  }

  Moment now() {
    return clock.now();
  }

  /** Counts a record of the log, whether it becomes a row or not. */
  synchronized void count() {
    records++;
  }

  /** Counts a record that could not be read. */
  synchronized void countUnreadable() {
    records++;
    unreadable++;
  }

  synchronized long unreadable() {
    return unreadable;
  }

  /**
   * A row with a time of its own on the wall clock. Records from before the boot have no place on CLOCK_MONOTONIC: they are
   * counted.
   *
   * @param kind is bounded on its own, see {@link RowRate}
   */
  void row(
      String table,
      String kind,
      Map<String, String> texts,
      Map<String, Long> numbers,
      long tsMicros) {
    Moment now = clock.now();
    long agoNanos = Math.max(0, now.tsMicros() - tsMicros) * 1_000;
    if (agoNanos > now.monoNanos()) {
      synchronized (this) {
        beforeBoot++;
      }
      return;
    }
    row(table, kind, texts, numbers, tsMicros, now.monoNanos() - agoNanos);
  }

  /** A row of which both times are known. */
  void row(
      String table,
      String kind,
      Map<String, String> texts,
      Map<String, Long> numbers,
      long tsMicros,
      long monoNanos) {
    List<RowRate.Suppressed> ended = new ArrayList<>();
    boolean taken = rate.take(kind, tsMicros, ended);
    ended.forEach(this::suppressed);
    if (!taken) {
      synchronized (this) {
        suppressed++;
      }
      return;
    }
    emit(
        new TextRow(table, "node", source, origin(monoNanos), null, tsMicros, texts, numbers),
        monoNanos,
        true);
  }

  /**
   * An event whose time is that of another clock, which has no place on CLOCK_MONOTONIC: its monotonic time is now. Such
   * logs are bounded by whoever keeps them.
   *
   * @param past whether it lies before the recording
   */
  void foreign(Map<String, String> texts, Map<String, Long> numbers, long tsMicros, boolean past) {
    String origin = past ? "pre_record" : "live";
    emit(
        new TextRow("event", "node", source, origin, null, tsMicros, texts, numbers),
        clock.now().monoNanos(),
        true);
  }

  private String origin(long monoNanos) {
    return monoNanos < start.monoNanos() ? "pre_record" : "live";
  }

  /** Says how many rows were left out in stretches that are over. */
  void tellSuppressed(long tsMicros) {
    rate.over(tsMicros).forEach(this::suppressed);
  }

  private void suppressed(RowRate.Suppressed left) {
    gap(left.reason(), left.fromTs(), left.toTs());
  }

  /** Something of the log is missing. */
  void gap(String reason, long fromTs, @Nullable Long toTs) {
    Moment now = clock.now();
    emit(gapRow(reason, fromTs, toTs), now.monoNanos(), false);
  }

  /**
   * The log cannot be read from now on, or can again.
   *
   * @param why null where it can
   */
  void problem(@Nullable String why) {
    Moment now = clock.now();
    String over;
    long since;
    synchronized (this) {
      over = problem;
      since = problemTs;
      problem = why;
      problemTs = now.tsMicros();
    }
    if (over != null) {
      gap(over, since, Math.max(since, now.tsMicros()));
    }
    if (why != null) {
      gap(why, now.tsMicros(), null);
    }
  }

  private TextRow gapRow(String reason, long fromTs, @Nullable Long toTs) {
    Map<String, Long> numbers = new HashMap<>(Map.of("from_ts", fromTs));
    if (toTs != null) {
      numbers.put("to_ts", toTs);
    }
    return new TextRow(
        "gap",
        "node",
        "esnode." + source,
        "live",
        null,
        fromTs,
        Map.of("metric", metric, "reason", reason),
        numbers);
  }

  private void emit(TextRow row, long monoNanos, boolean counts) {
    synchronized (this) {
      if (closed) {
        return;
      }
      recorded += counts ? 1 : 0;
      sink.row(row, monoNanos);
      if (closing) {
        return;
      }
    }
    LockSupport.parkNanos(PACE_NANOS);
  }

  /** What is still to come is let through without a pause. */
  synchronized void hurry() {
    closing = true;
  }

  /**
   * Ends the rows with one that says how many records there were.
   *
   * @param complete whether the log had been read to its end
   */
  synchronized void close(boolean complete) {
    if (closed) {
      return;
    }
    closed = true;
    Moment now = clock.now();
    StringBuilder detail =
        new StringBuilder("%d records; %d recorded".formatted(records, recorded));
    append(detail, suppressed, "suppressed");
    append(detail, beforeBoot, "from before the boot");
    append(detail, unreadable, "unreadable");
    if (problem != null) {
      detail.append("; ").append(problem);
    } else if (!complete) {
      detail.append("; the recording ended before the log had been read to its end");
    }
    sink.row(
        new TextRow(
            "audit",
            "node",
            "esnode." + source,
            "live",
            null,
            now.tsMicros(),
            Map.of(
                "action",
                log + ".read",
                "outcome",
                problem == null ? "success" : "failure",
                "detail",
                detail.toString()),
            Map.of()),
        now.monoNanos());
  }

  private static void append(StringBuilder detail, long count, String what) {
    if (count > 0) {
      detail.append(", ").append(count).append(' ').append(what);
    }
  }
}
