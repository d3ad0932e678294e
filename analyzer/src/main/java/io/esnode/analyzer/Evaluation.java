package io.esnode.analyzer;

import io.esnode.bundle.Sha256;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Query;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Severity;
import io.esnode.ledger.State;
import io.esnode.rule.Rule;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    List<RuleRow> rows;
    try {
      rows = RuleRow.read(connection, rule, sql);
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
      Rule rule, Query query, List<RuleRow> rows, Map<Views.Input, String> missing) {
    List<Finding> findings = new ArrayList<>();
    List<Figure> figures = new ArrayList<>();
    for (RuleRow row : rows.subList(0, Math.min(rows.size(), MAX_FINDINGS))) {
      Finding.Evidence evidence = evidence(row.evidence());
      List<Figure> own = figures(rule, query, row, evidence);
      figures.addAll(own);
      findings.add(finding(
          rule,
          row.entity(),
          State.PRESENT,
          row.severity(),
          row.firstTs(),
          row.lastTs(),
          shortened(rule.explanation(words(rule, row))),
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

  /** A figure that has no value stands in the sentence as such. */
  private static Map<String, String> words(Rule rule, RuleRow row) {
    Map<String, String> words = new HashMap<>();
    rule.figures().forEach(f -> words.put(f.column(), "(not known)"));
    words.putAll(row.values());
    return words;
  }

  private Outcome silent(Rule rule, Query query, State state, String reason, List<String> notes) {
    String explanation = state == State.ABSENT
        ? "Looked for and not found."
        : "Could not be observed: %s.".formatted(reason);
    Finding finding = finding(
        rule,
        NODE,
        state,
        rule.severity(),
        null,
        null,
        shortened(explanation),
        List.of(),
        NO_EVIDENCE);
    return new Outcome(result(rule, state, reason), query, List.of(finding), List.of(), notes);
  }

  private Finding finding(
      Rule rule,
      String entity,
      State state,
      Severity severity,
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
        severity,
        firstTs,
        lastTs,
        rule.title(),
        explanation,
        figures,
        evidence);
  }

  private List<Figure> figures(Rule rule, Query query, RuleRow row, Finding.Evidence evidence) {
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
}
