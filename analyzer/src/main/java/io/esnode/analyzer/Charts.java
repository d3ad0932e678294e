package io.esnode.analyzer;

import io.esnode.bundle.Sha256;
import io.esnode.ledger.Query;
import io.esnode.ledger.Series;
import io.esnode.rule.Chart;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Thins each chart to at most {@value #MAX_BUCKETS} buckets of smallest and largest value, so that a spike of one tick
 * stays visible in a day. Not thread-safe.
 */
final class Charts {
  static final int MAX_BUCKETS = 360;

  private final Connection connection;
  private final Availability availability;
  private final int bundles;
  private final long startMs;
  private final long endMs;
  private final long stepMs;

  /**
   * @param startMicros left edge, µs since 1970 UTC
   * @param intervalMs time between ticks: no bucket is narrower
   */
  Charts(
      Connection connection,
      Availability availability,
      int bundles,
      long startMicros,
      long endMicros,
      long intervalMs) {
    this.connection = connection;
    this.availability = availability;
    this.bundles = bundles;
    startMs = Math.floorDiv(startMicros, 1000);
    endMs = Math.floorDiv(endMicros, 1000);
    stepMs = step(endMs - startMs, Math.max(1, intervalMs));
  }

  /** The narrowest multiple of the interval that needs no more buckets than a page can show. */
  static long step(long spanMs, long intervalMs) {
    long intervals = Math.max(0, spanMs) / intervalMs + 1;
    return Math.multiplyExact(intervalMs, (intervals + MAX_BUCKETS - 1) / MAX_BUCKETS);
  }

  /** A chart, or why there is none. */
  sealed interface Drawing {}

  /** The lines of one chart and the SQL they came from. */
  record Drawn(Query query, List<Series> series) implements Drawing {}

  /** @param reason in words, without a full stop */
  record Blank(String reason) implements Drawing {}

  Drawing draw(Chart chart) throws SQLException {
    if (availability.missing(chart.requires(), 2).size() == bundles) {
      return new Blank("no bundle has two readings of " + String.join(", ", chart.requires()));
    }
    try {
      return drawn(chart);
    } catch (SQLException e) {
      if (Session.outOfRange(e)) {
        return new Blank("values beyond any range: " + Session.firstLine(e));
      }
      throw e;
    }
  }

  private Drawing drawn(Chart chart) throws SQLException {
    String sql = thinned(chart);
    Query query = new Query("series:" + chart.id(), Sha256.hex(sql), sql);
    Map<List<String>, List<Series.Point>> lines = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        String where = "chart " + chart.id();
        lines
            .computeIfAbsent(
                List.of(String.valueOf(rows.getString(1)), String.valueOf(rows.getString(2))),
                key -> new ArrayList<>())
            .add(new Series.Point(
                Math.multiplyExact(rows.getLong(3), stepMs),
                Exact.decimal(where, "lowest", rows.getObject(4), chart.scale()),
                Exact.decimal(where, "highest", rows.getObject(5), chart.scale())));
      }
    }
    List<Series> series = new ArrayList<>();
    lines.forEach((line, points) -> series.add(new Series(
        chart.id(),
        chart.title(),
        chart.unit(),
        line.get(1),
        line.get(0),
        query.id(),
        Moment.text(startMs * 1000),
        Moment.text(endMs * 1000),
        stepMs,
        points)));
    return series.isEmpty() ? new Blank("left out, nothing moved") : new Drawn(query, series);
  }

  private String thinned(Chart chart) {
    // epoch_micros is an integer, so the bucket is found by integer arithmetic alone.
    return """
        WITH drawn AS (
        %s
        ),
        placed AS (
            SELECT
                entity,
                name,
                value,
                (epoch_micros(ts) - %s - (epoch_micros(ts) - %s) %% %s) AS offset_us
            FROM drawn
            WHERE value IS NOT NULL AND epoch_micros(ts) BETWEEN %s AND %s
        )
        SELECT
            entity,
            name,
            divide_rounded(offset_us, %s) AS bucket,
            min(value)                    AS lowest,
            max(value)                    AS highest
        FROM placed
        GROUP BY entity, name, offset_us
        ORDER BY entity, name, bucket NULLS LAST""".formatted(
            chart.sql(),
            startMs * 1000,
            startMs * 1000,
            stepMs * 1000,
            startMs * 1000,
            endMs * 1000 + 999,
            stepMs * 1000);
  }
}
