package io.esnode.remote;

import io.esnode.kernel.RowSink;
import io.esnode.source.Clock;
import io.esnode.spool.TextRow;
import java.util.Map;

/** Bounds what one process may say: a flood is counted, not copied. Not thread-safe. */
final class RowBudget {
  /** More rows in a stretch than that are a flood; two endpoints of 2000 series that all change make 4000. */
  private static final int MOST_ROWS = 20_000;

  private static final long STRETCH_MICROS = 10_000_000;

  private final Clock clock;
  private final RowSink sink;
  private long stretch;
  private int rows;
  private long fromTs;
  private long left;

  RowBudget(Clock clock, RowSink sink) {
    this.clock = clock;
    this.sink = sink;
  }

  /** Whether a row may be written now. */
  boolean take(long nowTs) {
    long number = Math.floorDiv(nowTs, STRETCH_MICROS);
    if (number != stretch) {
      stretch = number;
      rows = 0;
      tell(nowTs);
    }
    if (rows++ < MOST_ROWS) {
      return true;
    }
    fromTs = left++ == 0 ? nowTs : fromTs;
    return false;
  }

  /** Says how many rows were left out. */
  void tell(long nowTs) {
    if (left == 0) {
      return;
    }
    sink.row(
        new TextRow(
            "gap",
            "node",
            RemoteRows.SOURCE,
            "live",
            null,
            fromTs,
            Map.of(
                "metric",
                "app",
                "reason",
                "%d rows left out: more than %d in %d s"
                    .formatted(left, MOST_ROWS, STRETCH_MICROS / 1_000_000)),
            Map.of("from_ts", fromTs, "to_ts", Math.max(fromTs, nowTs))),
        clock.now().monoNanos());
    left = 0;
  }
}
