package io.esnode.report;

import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Query;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Series;
import io.esnode.ledger.State;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The queries that the report prints: those that a figure, a chart or a finding that is present rests on. The others, of
 * rules that found nothing, stand in the ledger; in print they would be most of the report.
 */
final class CitedQueries {
  private final List<Query> cited;
  private final int leftOut;
  private final Map<String, String> anchors = new HashMap<>();

  CitedQueries(Ledger ledger, Numbers numbers) {
    Set<String> ids = cited(ledger);
    cited = ledger.queries().stream().filter(q -> ids.contains(q.id())).toList();
    leftOut = ledger.queries().size() - cited.size();
    for (Query query : Table.first(cited)) {
      anchors.put(query.id(), numbers.anchor("query-" + query.id().replace(':', '-'), "query"));
    }
  }

  /** In the order of the ledger. */
  List<Query> all() {
    return cited;
  }

  /** Queries of the ledger that nothing in the report rests on. */
  int leftOut() {
    return leftOut;
  }

  /** Its id in the page, empty where the report does not print it. */
  String anchor(String queryId) {
    return anchors.getOrDefault(queryId, "");
  }

  private static Set<String> cited(Ledger ledger) {
    Set<String> ids = new HashSet<>();
    ledger.figures().stream().map(Figure::query).forEach(ids::add);
    ledger.series().stream().map(Series::query).forEach(ids::add);
    Set<String> found = ledger.findings().stream()
        .filter(f -> f.state() == State.PRESENT)
        .map(Finding::rule)
        .collect(Collectors.toSet());
    ledger.rules().stream()
        .filter(r -> found.contains(r.id()))
        .map(RuleResult::query)
        .forEach(ids::add);
    return ids;
  }
}
