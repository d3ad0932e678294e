package io.esnode.report;

import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.ShortNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The findings in full: each with its figures, the thresholds of its rule, its query and the rows it rests on. */
final class FindingPages {
  /** Findings on the first page. */
  private static final int OVERVIEW_ROWS = 8;

  private final Ledger ledger;
  private final PresentFindings present;
  private final CitedQueries queries;
  private final Charts charts;
  private final Numbers numbers;
  private final ShortNames names;
  private final Map<String, RuleResult> rules = new HashMap<>();
  private final List<Map<String, Object>> rows = new ArrayList<>();

  FindingPages(
      Ledger ledger,
      PresentFindings present,
      CitedQueries queries,
      Charts charts,
      Numbers numbers) {
    this.ledger = ledger;
    this.present = present;
    this.queries = queries;
    this.charts = charts;
    this.numbers = numbers;
    this.names = ShortNames.of(ledger);
    ledger.rules().forEach(r -> rules.put(r.id(), r));
    Table.first(present.all()).forEach(m -> rows.add(row(m)));
  }

  Fields fields() {
    return new Fields()
        .part("findings", Table.of(numbers, "findings, present", rows, present.count()))
        .flag("long", present.count() > OVERVIEW_ROWS)
        .list("overview", rows.subList(0, Math.min(rows.size(), OVERVIEW_ROWS)))
        .number(
            "present",
            numbers.count("length(findings, present)", "Findings present", present.count()));
  }

  private Map<String, Object> row(PresentFindings.Marked marked) {
    Finding finding = marked.finding();
    Window window = marked.window();
    RuleResult rule = rules.get(finding.rule());
    String query = rule == null ? "" : rule.query();
    boolean oneDay = Window.of(ledger).oneDay();
    return new Fields()
        .text("tag", marked.letter())
        .text("anchor", marked.anchor())
        .text("id", finding.id())
        .text("title", finding.title())
        .text("severity", finding.severity().word())
        .text("entity", names.in(finding.entity()))
        .text(
            "fullEntity",
            names.in(finding.entity()).equals(finding.entity()) ? "" : finding.entity())
        .text("window", window.text() + " UTC")
        .text("duration", window.moment() ? "one moment" : window.duration())
        .text("from", oneDay ? Utc.clock(window.from()) : Utc.dateTime(window.from()))
        .prose("explanation", names.in(finding.explanation()))
        .text("rule", finding.rule())
        .text("rulebook", finding.rulebook())
        .prose("source", rule == null ? "" : rule.source())
        .text("query", query)
        .text("queryAnchor", queries.anchor(query))
        .number(
            "rows",
            numbers.count(
                "findings[%s].evidence.row_count".formatted(finding.id()),
                "Rows behind finding " + finding.id(),
                finding.evidence().rowCount()))
        .text("locator", finding.evidence().locatorSha256())
        .list("figures", finding.figures().stream().map(this::figure).toList())
        .list("params", rule == null ? List.of() : thresholds(rule))
        .list("charts", charts.showing(finding))
        .map();
  }

  private Map<String, Object> figure(String id) {
    Figure figure = ledger.figure(id);
    return new Fields()
        .text("id", id)
        .text("anchor", numbers.figureAnchor(id))
        .text("label", figure.label())
        .number("value", numbers.figure(id))
        .number("rows", numbers.plain(Long.toString(figure.rowCount()), "1"))
        .map();
  }

  private List<Map<String, Object>> thresholds(RuleResult rule) {
    List<Map<String, Object>> params = new ArrayList<>();
    for (RuleResult.Param param : rule.params()) {
      params.add(new Fields()
          .text("name", param.name())
          .number(
              "value",
              numbers.fact(
                  "rules[%s].params[%s]".formatted(rule.id(), param.name()),
                  "Threshold of rule %s: %s".formatted(rule.id(), param.name()),
                  param.value(),
                  "1"))
          .prose("text", param.text())
          .map());
    }
    return params;
  }
}
