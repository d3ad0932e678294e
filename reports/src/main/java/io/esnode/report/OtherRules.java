package io.esnode.report;

import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The rules that found nothing: those that looked, and those that lacked the data to. */
final class OtherRules {
  private final Ledger ledger;
  private final CitedQueries queries;
  private final Numbers numbers;

  OtherRules(Ledger ledger, CitedQueries queries, Numbers numbers) {
    this.ledger = ledger;
    this.queries = queries;
    this.numbers = numbers;
  }

  Fields fields() {
    return new Fields()
        .part("notObserved", rules(State.NOT_OBSERVED))
        .part("absent", rules(State.ABSENT));
  }

  private Fields rules(State state) {
    List<Map<String, Object>> rows = new ArrayList<>();
    ledger.rules().stream()
        .filter(r -> r.state() == state)
        .sorted(Comparator.comparing(RuleResult::severity).reversed().thenComparing(RuleResult::id))
        .forEach(rule -> rows.add(new Fields()
            .text("id", rule.id())
            .text("title", rule.title())
            .text("severity", rule.severity().word())
            .text("rulebook", rule.rulebook())
            .prose("reason", rule.reason().isEmpty() ? explanation(rule) : rule.reason())
            .text("requires", String.join(", ", rule.requires()))
            .text("query", rule.query())
            .text("queryAnchor", queries.anchor(rule.query()))
            .map()));
    boolean same =
        rows.size() > 1 && rows.stream().map(r -> r.get("reason")).distinct().count() == 1;
    return Table.of(numbers, "rules, " + state.word(), rows, rows.size()).flag("alike", same);
  }

  private String explanation(RuleResult rule) {
    return ledger.findings().stream()
        .filter(f -> f.rule().equals(rule.id()) && f.state() == rule.state())
        .map(Finding::explanation)
        .findFirst()
        .orElse("");
  }
}
