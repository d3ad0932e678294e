package io.esnode.analyzer;

import io.esnode.ledger.Severity;
import io.esnode.rule.Rule;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One row of a rule's result: one finding. Immutable, thread-safe.
 *
 * @param severity the rule's, or a milder one that the row itself gives
 * @param evidence row ids, sorted
 * @param values of figures and texts, as the explanation prints them
 */
record RuleRow(
    String entity,
    @Nullable String firstTs,
    @Nullable String lastTs,
    Severity severity,
    List<Long> evidence,
    Map<String, String> values) {
  /** Result columns that a rule may leave out. */
  private static final List<String> OPTIONAL = List.of("evidence_from", "severity");

  RuleRow {
    evidence = List.copyOf(evidence);
    values = Map.copyOf(values);
  }

  /** Runs a rule. */
  static List<RuleRow> read(Connection connection, Rule rule, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      Set<String> columns = columns(rule, result.getMetaData());
      List<RuleRow> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(row(rule, result, columns));
      }
      return rows;
    }
  }

  private static Set<String> columns(Rule rule, ResultSetMetaData meta) throws SQLException {
    Set<String> expected = new HashSet<>(Set.of("entity", "first_ts", "last_ts", "evidence"));
    rule.figures().forEach(f -> expected.add(f.column()));
    expected.addAll(rule.texts());
    Set<String> found = new TreeSet<>();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      found.add(meta.getColumnLabel(i));
    }
    Set<String> promised = new TreeSet<>(found);
    OPTIONAL.forEach(promised::remove);
    if (!promised.equals(expected)) {
      throw new IllegalStateException("rule %s: result has the columns %s, its header promises %s"
          .formatted(rule.id(), promised, new TreeSet<>(expected)));
    }
    return found;
  }

  private static RuleRow row(Rule rule, ResultSet result, Set<String> columns) throws SQLException {
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
        values.put(
            figure.column(), Exact.decimal(rule.id(), figure.column(), value, figure.scale()));
      }
    }
    for (String text : rule.texts()) {
      String value = result.getString(text);
      values.put(text, value == null ? "" : value);
    }
    TreeSet<Long> evidence = new TreeSet<>(rowIds(result, "evidence"));
    if (columns.contains("evidence_from")) {
      evidence.addAll(rowIds(result, "evidence_from"));
    }
    Severity severity =
        columns.contains("severity") ? milder(rule, result.getString("severity")) : rule.severity();
    return new RuleRow(entity, firstTs, lastTs, severity, List.copyOf(evidence), values);
  }

  /** What the header says is the worst a rule may give: lists and thresholds are made from it. */
  private static Severity milder(Rule rule, @Nullable String word) {
    return Severity.find(String.valueOf(word))
        .filter(s -> s.compareTo(rule.severity()) <= 0)
        .orElseThrow(
            () -> new IllegalStateException("rule %s: a row of severity \"%s\", expected at most %s"
                .formatted(rule.id(), word, rule.severity().word())));
  }

  private static @Nullable String moment(ResultSet result, String column) throws SQLException {
    Object value = result.getObject(column);
    if (value == null) {
      return null;
    }
    if (value instanceof OffsetDateTime time) {
      return Moment.text(time.toInstant());
    }
    throw new IllegalStateException(
        "%s is %s, expected a timestamp with time zone".formatted(column, value.getClass()));
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
}
