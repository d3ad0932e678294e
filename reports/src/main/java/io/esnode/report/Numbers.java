package io.esnode.report;

import io.esnode.ledger.Figure;
import io.esnode.ledger.Ledger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Every number of a report with the place it came from: a figure has a query, a fact is a member of the ledger that repeats
 * the signed manifest. Both are listed at the end of the report, and each printed number links there. Not thread-safe.
 */
final class Numbers {
  private static final Pattern ANCHOR = Pattern.compile("[A-Za-z][A-Za-z0-9-]{0,63}");

  private final Map<String, Figure> figures = new LinkedHashMap<>();
  private final Map<String, String> figureAnchors = new LinkedHashMap<>();
  private final Map<String, String> factAnchors = new LinkedHashMap<>();
  private final List<Map<String, Object>> facts = new ArrayList<>();
  private final Set<String> anchors = new HashSet<>();

  Numbers(Ledger ledger) {
    for (Figure figure : ledger.figures()) {
      figures.put(figure.id(), figure);
      figureAnchors.put(figure.id(), anchor(figure.id(), "figure"));
    }
  }

  /** An id for the page: what the ledger says where that is harmless and unique, else a number. */
  String anchor(String wanted, String kind) {
    String anchor = wanted;
    for (int i = 1; !ANCHOR.matcher(anchor).matches() || !anchors.add(anchor); i++) {
      anchor = kind + '-' + i;
    }
    return anchor;
  }

  String figureAnchor(String id) {
    return figureAnchors.getOrDefault(id, "figures");
  }

  boolean has(String figureId) {
    return figures.containsKey(figureId);
  }

  /** A number with a query. */
  Map<String, Object> figure(String id) {
    Figure figure = figures.get(id);
    if (figure == null) {
      throw new IllegalArgumentException("no figure " + id);
    }
    return number(
        Quantity.of(figure.value(), figure.unit()),
        figureAnchor(id),
        "Figure %s, exact value %s %s".formatted(id, figure.value(), figure.unit()));
  }

  /**
   * A number that the ledger carries outside its figures.
   *
   * @param path member of the ledger, e.g. {@code coverage.ticks_captured}
   * @param label what it is
   */
  Map<String, Object> fact(String path, String label, String value, String unit) {
    Quantity quantity = Quantity.of(value, unit);
    String anchor = factAnchors.get(path);
    if (anchor == null) {
      anchor = anchor("fact-" + path.replaceAll("[^A-Za-z0-9]+", "-"), "fact");
      factAnchors.put(path, anchor);
      facts.add(new Fields()
          .text("anchor", anchor)
          .text("path", path)
          .text("label", label)
          .text("exact", value)
          .text("unit", unit.equals("1") ? "" : unit)
          .map());
    }
    return number(
        quantity, anchor, "Ledger member %s, exact value %s %s".formatted(path, value, unit));
  }

  /** A count of what stands in the ledger. */
  Map<String, Object> count(String path, String label, long value) {
    return fact(path, label, Long.toString(value), "1");
  }

  /** A number where it stands with its source already: in the lists at the end. */
  Map<String, Object> plain(String value, String unit) {
    return new Fields()
        .list("groups", safe(Quantity.of(value, unit).groups()))
        .text("unit", "")
        .map();
  }

  /** Every fact asked for so far, in that order. */
  List<Map<String, Object>> facts() {
    return List.copyOf(facts);
  }

  private static Map<String, Object> number(Quantity quantity, String anchor, String title) {
    return new Fields()
        .list("groups", safe(quantity.groups()))
        .text("unit", quantity.unit())
        .text("anchor", anchor)
        .text("title", title.endsWith(" 1") ? title.substring(0, title.length() - 2) : title)
        .map();
  }

  private static List<String> safe(List<String> groups) {
    return groups.stream().map(g -> SafeText.line(g, SafeText.NAME)).toList();
  }
}
