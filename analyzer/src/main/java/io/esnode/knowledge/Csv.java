package io.esnode.knowledge;

import java.util.ArrayList;
import java.util.List;

/**
 * RFC 4180 text with a header line, no quoted line feeds. Immutable, thread-safe.
 *
 * @param rows as wide as {@code header}
 */
record Csv(List<String> header, List<List<String>> rows) {
  Csv {
    header = List.copyOf(header);
    rows = List.copyOf(rows);
  }

  /**
   * Reads it.
   *
   * @param file for messages
   * @throws IllegalArgumentException naming the line, whatever the text holds
   */
  static Csv parse(String file, String text) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty()) {
      throw new IllegalArgumentException(file + ": empty, expected a header line");
    }
    List<String> header = fields(file, lines.get(0), 1);
    List<List<String>> rows = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      List<String> row = fields(file, lines.get(i), i + 1);
      if (row.size() != header.size()) {
        throw new IllegalArgumentException(
            "%s line %s: %s fields, expected %s".formatted(file, i + 1, row.size(), header.size()));
      }
      rows.add(row);
    }
    return new Csv(header, rows);
  }

  private static List<String> fields(String file, String line, int number) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    if (quoted) {
      throw new IllegalArgumentException(
          "%s line %s: a quote is not closed".formatted(file, number));
    }
    fields.add(field.toString());
    return fields;
  }
}
