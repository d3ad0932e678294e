package io.esnode.report;

import io.esnode.ledger.Engine;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Every figure with what it takes to derive it again, and the queries that the report cites. */
final class Appendix {
  /** Queries up to this length stay on one page. */
  private static final int BRIEF_LINES = 25;

  private final Ledger ledger;
  private final CitedQueries queries;
  private final Numbers numbers;

  Appendix(Ledger ledger, CitedQueries queries, Numbers numbers) {
    this.ledger = ledger;
    this.queries = queries;
    this.numbers = numbers;
  }

  Fields fields() {
    return new Fields()
        .part("engine", engine(ledger.engine()))
        .part("queries", cited())
        .part(
            "figures", Table.of(numbers, "figures", figures(), ledger.figures().size()));
  }

  private static Fields engine(Engine engine) {
    List<Map<String, Object>> settings = new ArrayList<>();
    new TreeMap<>(engine.settings())
        .forEach(
            (k, v) -> settings.add(new Fields().text("name", k).text("value", v).map()));
    return new Fields()
        .text("name", engine.name() + ' ' + engine.version())
        .list("settings", settings)
        .list(
            "knowledge",
            engine.knowledge().stream()
                .map(k -> new Fields()
                    .text("table", k.table())
                    .text("version", k.version())
                    .text("source", k.source())
                    .text("sha256", k.sha256())
                    .map())
                .toList());
  }

  private Fields cited() {
    int leftOut = queries.leftOut();
    Fields fields = Table.of(numbers, "queries, cited", queries(), queries.all().size())
        .flag("partial", leftOut > 0);
    if (leftOut > 0) {
      fields.number(
          "leftOut",
          numbers.count(
              "length(queries, not cited)", "Queries that nothing printed here cites", leftOut));
    }
    return fields;
  }

  private List<Map<String, Object>> queries() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Query query : Table.first(queries.all())) {
      rows.add(new Fields()
          .text("anchor", queries.anchor(query.id()))
          .text("id", query.id())
          .text("sha256", query.sha256())
          .code("sql", query.sql().strip())
          .flag("brief", query.sql().lines().count() <= BRIEF_LINES)
          .map());
    }
    return rows;
  }

  private List<Map<String, Object>> figures() {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Figure figure : Table.first(ledger.figures())) {
      rows.add(new Fields()
          .text("anchor", numbers.figureAnchor(figure.id()))
          .text("id", figure.id())
          .text("label", figure.label())
          .text("exact", figure.value())
          .text("unit", figure.unit().equals("1") ? "" : figure.unit())
          .text("query", figure.query())
          .text("queryAnchor", queries.anchor(figure.query()))
          .text("column", figure.column())
          .text("key", figure.key())
          .number("rows", numbers.plain(Long.toString(figure.rowCount()), "1"))
          .text("locator", Objects.requireNonNullElse(figure.rowLocatorSha256(), ""))
          .text("coverage", figure.coverage())
          .prose("method", figure.method())
          .text("parameters", parameters(figure.parameters()))
          .map());
    }
    return rows;
  }

  private static String parameters(Map<String, String> parameters) {
    List<String> all = new ArrayList<>();
    new TreeMap<>(parameters).forEach((k, v) -> all.add(k + " = " + v));
    return String.join(", ", all);
  }
}
