package io.esnode.report;

import io.esnode.ledger.Ledger;
import io.esnode.ledger.Query;
import java.util.HashMap;
import java.util.Map;

/** Where in the report each query is printed. */
final class QueryAnchors {
  private final Map<String, String> anchors = new HashMap<>();

  QueryAnchors(Ledger ledger, Numbers numbers) {
    for (Query query : ledger.queries()) {
      anchors.put(query.id(), numbers.anchor("query-" + query.id().replace(':', '-'), "query"));
    }
  }

  /** Its id in the page, empty where the report does not print it. */
  String of(String queryId) {
    return anchors.getOrDefault(queryId, "");
  }
}
