package io.esnode.knowledge;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One table of published knowledge. Immutable, thread-safe.
 *
 * @param name of the table in SQL
 * @param version edition of the source, e.g. {@code 2025-10}
 * @param source whose knowledge it is
 * @param title what it holds
 * @param sha256 of its file
 * @param rows a {@code Long} or {@code String} for each column, null where the file has nothing
 */
public record KnowledgeTable(
    String name,
    String version,
    String source,
    String title,
    String sha256,
    List<Column> columns,
    List<List<@Nullable Object>> rows) {
  public KnowledgeTable {
    columns = List.copyOf(columns);
    rows = List.copyOf(rows);
  }

  /**
   * A column.
   *
   * @param integer 64 bits, signed; otherwise text
   */
  public record Column(String name, boolean integer, String title) {}

  /** @throws IllegalArgumentException naming the line if the file's columns or numbers are not those declared */
  static KnowledgeTable of(List<String> described, List<Column> columns, String sha256, Csv csv) {
    String name = described.get(0);
    List<String> names = columns.stream().map(Column::name).toList();
    if (!csv.header().equals(names)) {
      throw new IllegalArgumentException(
          "%s line 1: columns %s, expected %s".formatted(name, csv.header(), names));
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (List<String> row : csv.rows()) {
      List<@Nullable Object> values = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        values.add(value(name, rows.size() + 2, columns.get(i), row.get(i)));
      }
      rows.add(values);
    }
    return new KnowledgeTable(
        name, described.get(1), described.get(2), described.get(3), sha256, columns, rows);
  }

  private static @Nullable Object value(String name, int line, Column column, String text) {
    if (text.isEmpty()) {
      return null;
    }
    if (!column.integer()) {
      return text;
    }
    try {
      return Long.valueOf(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s line %s: %s is \"%s\", expected an integer"
              .formatted(name, line, column.name(), text),
          e);
    }
  }
}
