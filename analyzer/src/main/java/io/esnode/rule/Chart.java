package io.esnode.rule;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One chart of the ledger, read from one SQL file below {@code charts/}. Immutable, thread-safe.
 *
 * <p>The SQL gives rows of {@code entity}, {@code name} (of the line), {@code ts} and {@code value}, an integer or
 * DECIMAL; the analyzer thins them to the smallest and largest value of each bucket.
 *
 * @param requires {@code table.column} names; without them the chart is left out
 */
public record Chart(
    String id, String title, String unit, List<String> requires, int scale, String sql) {
  private static final String DIRECTORY = "chart/";

  public Chart {
    requires = List.copyOf(requires);
  }

  /** The charts that come with esnode, in the order of their ids. */
  public static List<Chart> builtIn() {
    try {
      List<Chart> charts = new ArrayList<>();
      for (String name : RuleBook.resources(Chart.class, DIRECTORY)) {
        try (InputStream in = Chart.class.getResourceAsStream(DIRECTORY + name)) {
          if (in == null) {
            throw new IllegalStateException(name + " vanished from the class path");
          }
          charts.add(parse(name, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        }
      }
      return charts;
    } catch (IOException e) {
      throw new IllegalStateException("esnode's own charts: " + e.getMessage(), e);
    }
  }

  static Chart parse(String file, String text) throws RuleException {
    Header header = Header.parse(file, text);
    header.allow(List.of("id", "title", "unit", "scale", "requires"));
    Header.Entry scale = header.one("scale");
    if (!scale.value().matches("[0-9]")) {
      throw new RuleException("%s line %s: scale \"%s\", expected one digit"
          .formatted(file, scale.line(), Header.shown(scale.value())));
    }
    return new Chart(
        header.one("id").value(),
        header.one("title").value(),
        header.one("unit").value(),
        Rule.requires(header),
        Integer.parseInt(scale.value()),
        header.sql());
  }
}
