package io.esnode.analyzer;

import io.esnode.bundle.Sha256;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Query;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.State;
import io.esnode.rule.Rule;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Asks one rule after the other and turns its rows into findings and figures. Not thread-safe. */
final class Evaluation {
  /** More findings of one rule than anybody reads; what is beyond is counted and said. */
  static final int MAX_FINDINGS = 500;

  static final String RULE = "rule:";
  private static final int MAX_EXPLANATION = 600;
  private static final String NODE = "node";
  private static final Finding.Evidence NO_EVIDENCE = evidence(List.of());

  private final Connection connection;
  private final Availability availability;
  private final List<String> bundles;
  private final String coverage;

  /**
   * What came of one rule.
   *
   * @param notes what was left out, for the ledger's {@code not_performed}
   */
  record Outcome(
      RuleResult result,
      Query query,
      List<Finding> findings,
      List<Figure> figures,
      List<String> notes) {}

  /** One result row. */
  private record Row(
      String entity,
      @Nullable String firstTs,
      @Nullable String lastTs,
      List<Long> evidence,
      Map<String, String> values) {}

  /**
   * @param bundles digests of all bundles, in ordinal order
   * @param coverage captured / expected ticks, for the figures
   */
  Evaluation(
      Connection connection, Availability availability, List<String> bundles, String coverage) {
    this.connection = connection;
    this.availability = availability;
    this.bundles = List.copyOf(bundles);
    this.coverage = coverage;
  }

  Outcome evaluate(Rule rule) throws SQLException {
    String sql = rule.sql();
    Query query = new Query(RULE + rule.id(), Sha256.hex(sql), sql);
    Map<Views.Input, String> missing = availability.missing(rule.requires(), rule.ticks());
    if (missing.size() == bundles.size()) {
      return silent(rule, query, State.NOT_OBSERVED, said(missing), List.of());
    }
    List<Row> rows;
    try {
      rows = rows(rule, sql);
    } catch (SQLException e) {
      if (!Session.outOfRange(e)) {
        throw e;
      }
      return silent(
          rule,
          query,
          State.NOT_OBSERVED,
          "values beyond any range: " + Session.firstLine(e),
          List.of());
    }
    if (rows.isEmpty()) {
      return missing.isEmpty()
          ? silent(rule, query, State.ABSENT, "", List.of())
          : silent(rule, query, State.NOT_OBSERVED, said(missing), List.of());
    }
    return present(rule, query, rows, missing);
  }

  private Outcome present(
      Rule rule, Query query, List<Row> rows, Map<Views.Input, String> missing) {
    List<Finding> findings = new ArrayList<>();
    List<Figure> figures = new ArrayList<>();
    for (Row row : rows.subList(0, Math.min(rows.size(), MAX_FINDINGS))) {
      Finding.Evidence evidence = evidence(row.evidence());
      List<Figure> own = figures(rule, query, row, evidence);
      figures.addAll(own);
      findings.add(finding(
          rule,
          row.entity(),
          State.PRESENT,
          row.firstTs(),
          row.lastTs(),
          shortened(rule.explanation(row.values())),
          own.stream().map(Figure::id).toList(),
          evidence));
    }
    List<String> notes = new ArrayList<>();
    if (rows.size() > MAX_FINDINGS) {
      notes.add("Rule %s: %s findings, the first %s are listed."
          .formatted(rule.id(), rows.size(), MAX_FINDINGS));
    }
    if (!missing.isEmpty()) {
      notes.add(
          "Rule %s: not observed in part of the bundles: %s.".formatted(rule.id(), said(missing)));
    }
    return new Outcome(result(rule, State.PRESENT, ""), query, findings, figures, notes);
  }

  private Outcome silent(Rule rule, Query query, State state, String reason, List<String> notes) {
    String explanation = state == State.ABSENT
        ? "Looked for and not found."
        : "Could not be observed: %s.".formatted(reason);
    Finding finding =
        finding(rule, NODE, state, null, null, shortened(explanation), List.of(), NO_EVIDENCE);
    return new Outcome(result(rule, state, reason), query, List.of(finding), List.of(), notes);
  }

  private Finding finding(
      Rule rule,
      String entity,
      State state,
      @Nullable String firstTs,
      @Nullable String lastTs,
      String explanation,
      List<String> figures,
      Finding.Evidence evidence) {
    String id = "N-"
        + shortDigest(
            rule.id(),
            rule.rulebook(),
            entity,
            state.word(),
            String.valueOf(firstTs),
            String.valueOf(lastTs),
            evidence.locatorSha256(),
            String.join(",", bundles));
    return new Finding(
        id,
        rule.id(),
        rule.rulebook(),
        entity,
        state,
        rule.severity(),
        firstTs,
        lastTs,
        rule.title(),
        explanation,
        figures,
        evidence);
  }

  private List<Figure> figures(Rule rule, Query query, Row row, Finding.Evidence evidence) {
    Map<String, String> parameters = new TreeMap<>();
    rule.params().forEach(p -> parameters.put(p.name(), p.value()));
    List<Figure> figures = new ArrayList<>();
    String key = "entity = %s, first_ts = %s".formatted(row.entity(), row.firstTs());
    for (Rule.FigureColumn column : rule.figures()) {
      String value = row.values().get(column.column());
      if (value != null) {
        figures.add(figure(
            query,
            column.column(),
            column.label(),
            value,
            column.unit(),
            column.scale(),
            key,
            parameters,
            evidence.locatorSha256(),
            evidence.rowCount()));
      }
    }
    return figures;
  }

  Figure figure(
      Query query,
      String column,
      String label,
      String value,
      String unit,
      int scale,
      String key,
      Map<String, String> parameters,
      @Nullable String locator,
      long rowCount) {
    return new Figure(
        "F-"
            + shortDigest(
                query.sha256(),
                column,
                key,
                value,
                String.valueOf(locator),
                String.join(",", bundles)),
        label,
        value,
        unit,
        query.id(),
        column,
        key,
        parameters,
        bundles,
        locator,
        rowCount,
        coverage,
        scale == 0
            ? "exact integer arithmetic"
            : "exact integer and decimal arithmetic, rounded once to %s decimals, half away from zero"
                .formatted(scale));
  }

  private static RuleResult result(Rule rule, State state, String reason) {
    return new RuleResult(
        rule.id(),
        rule.title(),
        rule.severity(),
        rule.rulebook(),
        state,
        reason,
        rule.requires(),
        rule.params(),
        rule.source(),
        RULE + rule.id());
  }

  private static String said(Map<Views.Input, String> missing) {
    List<String> parts = new ArrayList<>();
    missing.forEach((input, reason) -> parts.add(reason + " in " + input.name()));
    return String.join("; ", parts);
  }

  private List<Row> rows(Rule rule, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      checkColumns(rule, result.getMetaData());
      List<Row> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(row(rule, result));
      }
      return rows;
    }
  }

  private static void checkColumns(Rule rule, ResultSetMetaData meta) throws SQLException {
    Set<String> expected = new HashSet<>(Set.of("entity", "first_ts", "last_ts", "evidence"));
    rule.figures().forEach(f -> expected.add(f.column()));
    expected.addAll(rule.texts());
    Set<String> found = new HashSet<>();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      found.add(meta.getColumnLabel(i));
    }
    found.remove("evidence_from");
    if (!found.equals(expected)) {
      throw new IllegalStateException("rule %s: result has the columns %s, its header promises %s"
          .formatted(rule.id(), new TreeSet<>(found), new TreeSet<>(expected)));
    }
  }

  private static Row row(Rule rule, ResultSet result) throws SQLException {
    Map<String, String> values = new LinkedHashMap<>();
    String entity = String.valueOf(result.getString("entity"));
    @Nullable String firstTs = moment(result, "first_ts");
    @Nullable String lastTs = moment(result, "last_ts");
    values.put("entity", entity);
    values.put("first_ts", String.valueOf(firstTs));
    values.put("last_ts", String.valueOf(lastTs));
    for (Rule.FigureColumn figure : rule.figures()) {
      Object value = result.getObject(figure.column());
      if (value != null) {
        values.put(figure.column(), decimal(rule.id(), figure.column(), value, figure.scale()));
      }
    }
    for (String text : rule.texts()) {
      String value = result.getString(text);
      values.put(text, value == null ? "" : value);
    }
    TreeSet<Long> evidence = new TreeSet<>(rowIds(result, "evidence"));
    if (hasColumn(result.getMetaData(), "evidence_from")) {
      evidence.addAll(rowIds(result, "evidence_from"));
    }
    return new Row(entity, firstTs, lastTs, List.copyOf(evidence), values);
  }

  private static boolean hasColumn(ResultSetMetaData meta, String name) throws SQLException {
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      if (meta.getColumnLabel(i).equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable String moment(ResultSet result, String column) throws SQLException {
    Object value = result.getObject(column);
    if (value == null) {
      return null;
    }
    if (value instanceof OffsetDateTime time) {
      Instant instant = time.toInstant();
      return Moment.text(instant);
    }
    throw new IllegalStateException(
        "%s is %s, expected a timestamp with time zone".formatted(column, value.getClass()));
  }

  /** A number as the ledger writes it; reals are refused, because engines round and print them differently. */
  static String decimal(String where, String column, Object value, int scale) {
    BigDecimal exact;
    if (value instanceof BigDecimal decimal) {
      exact = decimal;
    } else if (value instanceof BigInteger integer) {
      exact = new BigDecimal(integer);
    } else if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      exact = BigDecimal.valueOf(((Number) value).longValue());
    } else {
      throw new IllegalStateException("%s: %s is %s, expected an integer or DECIMAL"
          .formatted(where, column, value.getClass().getSimpleName()));
    }
    try {
      return exact.setScale(scale, RoundingMode.UNNECESSARY).toPlainString();
    } catch (ArithmeticException e) {
      throw new IllegalStateException(
          "%s: %s = %s has more than %s decimals; round it in the SQL"
              .formatted(where, column, exact, scale),
          e);
    }
  }

  private static List<Long> rowIds(ResultSet result, String column) throws SQLException {
    Array array = result.getArray(column);
    if (array == null) {
      return List.of();
    }
    List<Long> ids = new ArrayList<>();
    for (Object id : (Object[]) array.getArray()) {
      if (id instanceof Long number) {
        ids.add(number);
      }
    }
    return ids;
  }

  /** @param rowIds sorted */
  static Finding.Evidence evidence(List<Long> rowIds) {
    StringBuilder lines = new StringBuilder();
    for (long id : rowIds) {
      lines.append(id).append('\n');
    }
    return new Finding.Evidence(
        rowIds.size(),
        Sha256.hex(lines.toString()),
        rowIds.subList(0, Math.min(rowIds.size(), 100)));
  }

  static String shortDigest(String... parts) {
    return Sha256.hex(String.join("\n", parts)).substring(0, 12);
  }

  private static String shortened(String text) {
    if (text.length() <= MAX_EXPLANATION) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MAX_EXPLANATION - 1))
        ? MAX_EXPLANATION - 1
        : MAX_EXPLANATION;
    return text.substring(0, end) + "…";
  }

  /** Values of one result row by column, for queries that are no rules. */
  static Map<String, Object> onlyRow(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      Map<String, Object> row = new HashMap<>();
      if (result.next()) {
        ResultSetMetaData meta = result.getMetaData();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
          Object value = result.getObject(i);
          if (value != null) {
            row.put(meta.getColumnLabel(i), value);
          }
        }
      }
      return row;
    }
  }
}
