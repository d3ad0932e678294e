package io.esnode.spool;

import java.util.Map;

/** Ticks or rows that did not make it, from first to last. */
record Loss(long count, long fromTs, long toTs, String reason) {
  static final Loss NONE = new Loss(0, 0, 0, "");

  Loss plus(long ts, String why) {
    return count == 0 ? new Loss(1, ts, ts, why) : new Loss(count + 1, fromTs, ts, why);
  }

  Loss plus(Loss later) {
    return new Loss(count + later.count, fromTs, later.toTs, later.reason);
  }

  /** Ticks that are missing: of the host where the metric is {@code tick}, else of a lane. */
  TextRow ofTicks(String metric, String entity, String origin) {
    return gap(
        metric,
        entity,
        origin,
        reason,
        Map.of("from_ts", fromTs, "to_ts", toTs, "ticks_count", count));
  }

  /** Rows of a table that are missing. */
  TextRow ofRows(String table) {
    return gap(
        table,
        "node",
        "live",
        "%d rows lost: %s".formatted(count, reason),
        Map.of("from_ts", fromTs, "to_ts", toTs));
  }

  /** What is there, but may not have been, had the power failed. */
  TextRow ofDurability() {
    return gap(
        "spool",
        "node",
        "live",
        "fdatasync failed: %s; a power loss could have taken what was written from then to then"
            .formatted(reason),
        Map.of("from_ts", fromTs, "to_ts", toTs));
  }

  private TextRow gap(
      String metric, String entity, String origin, String why, Map<String, Long> numbers) {
    return new TextRow(
        "gap",
        entity,
        SpoolWriter.SOURCE,
        origin,
        null,
        fromTs,
        Map.of("metric", metric, "reason", why),
        numbers);
  }
}
