package io.esnode.analyzer;

import io.esnode.bundle.Manifest;
import io.esnode.bundle.Sha256;
import io.esnode.ledger.Coverage;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Query;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How complete the recordings are: from their signed manifests and their gap rows. */
final class Quality {
  /** More gaps than a report can list; what is beyond is counted and said. */
  private static final int MAX_GAPS = 1000;

  private static final String RECORDING = """
      SELECT
          sum(ticks_expected)                                                       AS ticks_expected,
          sum(ticks_captured)                                                       AS ticks_captured,
          sum(ticks_late)                                                           AS ticks_late,
          sum(ticks_dropped)                                                        AS ticks_dropped,
          divide_rounded(sum(ticks_captured) * 10000, sum(ticks_expected)) * 0.0001 AS captured_ratio,
          divide_rounded(max(epoch_micros(end_ts)) - min(epoch_micros(start_ts)), 1000) * 0.001 AS duration_s,
          sum(rows)                                                                 AS rows_count,
          sum(gaps)                                                                 AS gaps_count,
          sum(clock_steps)                                                          AS clock_steps
      FROM bundle""";
  private static final String ROWS = """
      SELECT
          count(*)      AS rows_read,
          count(DISTINCT kind) AS kinds
      FROM all_rows""";

  /** A gap that ended has two rows, one of its beginning and one of its end. */
  private static final String GAPS = """
      SELECT entity, metric, from_ts, max(to_ts) AS to_ts, code, reason
      FROM gap
      GROUP BY bundle, entity, metric, from_ts, code, reason
      ORDER BY from_ts NULLS LAST, min(row_id) NULLS LAST""";

  private static final Query RECORDING_QUERY =
      new Query("figure:recording", Sha256.hex(RECORDING), RECORDING);
  private static final Query ROWS_QUERY = new Query("figure:rows", Sha256.hex(ROWS), ROWS);

  /** What the figures are called, with unit and scale, in the order in which they are printed. */
  private static final List<Stated> STATED = List.of(
      new Stated(RECORDING_QUERY, "duration_s", "Time recorded, first to last tick", "s", 3),
      new Stated(RECORDING_QUERY, "ticks_expected", "Ticks expected", "1", 0),
      new Stated(RECORDING_QUERY, "ticks_captured", "Ticks captured", "1", 0),
      new Stated(RECORDING_QUERY, "captured_ratio", "Ticks captured / expected", "1", 4),
      new Stated(RECORDING_QUERY, "ticks_late", "Ticks captured late", "1", 0),
      new Stated(RECORDING_QUERY, "ticks_dropped", "Ticks dropped", "1", 0),
      new Stated(RECORDING_QUERY, "clock_steps", "Steps of the wall clock", "1", 0),
      new Stated(RECORDING_QUERY, "gaps_count", "Gaps recorded", "1", 0),
      new Stated(RECORDING_QUERY, "rows_count", "Rows, by the manifest", "1", 0),
      new Stated(ROWS_QUERY, "rows_read", "Rows, counted", "1", 0));

  private final Session session;
  private final Coverage coverage;
  private final List<String> notes;

  private record Stated(Query query, String column, String label, String unit, int scale) {}

  private Quality(Session session, Coverage coverage, List<String> notes) {
    this.session = session;
    this.coverage = coverage;
    this.notes = List.copyOf(notes);
  }

  static Quality of(Session session) throws SQLException {
    List<String> notes = new ArrayList<>();
    long intervalMs = 0;
    long expected = 0;
    long captured = 0;
    long late = 0;
    long dropped = 0;
    long steps = 0;
    @Nullable Long cpuMs = 0L;
    @Nullable Long maxRss = null;
    TreeSet<String> sources = new TreeSet<>();
    for (Views.Input input : session.inputs()) {
      Manifest manifest = input.file().manifest();
      intervalMs = Math.max(intervalMs, manifest.intervalNanos() / 1_000_000);
      expected = Math.addExact(expected, manifest.ticks().expected());
      captured = Math.addExact(captured, manifest.ticks().captured());
      late = Math.addExact(late, manifest.ticks().late());
      dropped = Math.addExact(dropped, manifest.ticks().dropped());
      steps += manifest.clock().steps().size();
      sources.add(manifest.clock().source());
      Long cost = manifest.cost().cpuMs();
      cpuMs = cost == null || cpuMs == null ? null : Long.valueOf(Math.addExact(cpuMs, cost));
      Long rss = manifest.cost().maxRssBytes();
      maxRss = rss == null ? maxRss : maxRss == null ? rss : Long.valueOf(Math.max(maxRss, rss));
    }
    Coverage coverage = new Coverage(
        intervalMs,
        expected,
        captured,
        late,
        dropped,
        quotient(captured, expected, 4),
        String.join(", ", sources),
        steps,
        cpuMs == null || captured == 0 ? null : quotient(cpuMs, captured, 3),
        maxRss,
        gaps(session, notes));
    return new Quality(session, coverage, notes);
  }

  Coverage coverage() {
    return coverage;
  }

  /** What was left out of the ledger, in words. */
  List<String> notes() {
    return notes;
  }

  List<Query> queries() {
    return List.of(RECORDING_QUERY, ROWS_QUERY);
  }

  List<Figure> figures(Evaluation evaluation) throws SQLException {
    Map<String, Object> recording = Exact.onlyRow(session.connection(), RECORDING);
    Map<String, Object> rows = Exact.onlyRow(session.connection(), ROWS);
    List<Figure> figures = new ArrayList<>();
    for (Stated stated : STATED) {
      boolean manifest = stated.query().equals(RECORDING_QUERY);
      Object value = (manifest ? recording : rows).get(stated.column());
      if (value != null) {
        figures.add(evaluation.figure(
            stated.query(),
            stated.column(),
            stated.label(),
            Exact.decimal(stated.query().id(), stated.column(), value, stated.scale()),
            stated.unit(),
            stated.scale(),
            "",
            Map.of(),
            null,
            manifest ? session.inputs().size() : ((Number) value).longValue()));
      }
    }
    return figures;
  }

  private static String quotient(long part, long whole, int scale) {
    return whole == 0
        ? BigDecimal.ZERO.setScale(scale).toPlainString()
        : BigDecimal.valueOf(part)
            .divide(BigDecimal.valueOf(whole), scale, RoundingMode.HALF_UP)
            .toPlainString();
  }

  private static List<Coverage.Gap> gaps(Session session, List<String> notes) throws SQLException {
    List<Coverage.Gap> gaps = new ArrayList<>();
    int[] listed = new int[2];
    long beyond = 0;
    try (Statement sql = session.connection().createStatement();
        ResultSet row = sql.executeQuery(GAPS)) {
      while (row.next()) {
        Coverage.Gap gap = gap(row);
        // What a GPU does not give is the same at every start, and must not crowd out what failed.
        int kind = gap.isNotGiven() ? 1 : 0;
        if (listed[kind] == MAX_GAPS) {
          beyond++;
          continue;
        }
        listed[kind]++;
        gaps.add(gap);
      }
    }
    if (beyond > 0) {
      notes.add(
          "Gaps: %s more are in the recording than the %s listed.".formatted(beyond, gaps.size()));
    }
    return gaps;
  }

  private static Coverage.Gap gap(ResultSet row) throws SQLException {
    long code = row.getLong("code");
    Long known = row.wasNull() ? null : Long.valueOf(code);
    return new Coverage.Gap(
        String.valueOf(row.getString("entity")),
        String.valueOf(row.getString("metric")),
        moment(row.getObject("from_ts")),
        moment(row.getObject("to_ts")),
        known,
        String.valueOf(row.getString("reason")));
  }

  private static @Nullable String moment(@Nullable Object value) {
    return value instanceof OffsetDateTime time ? Moment.text(time.toInstant()) : null;
  }
}
