package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What tests look at: the columns a row has, by name. */
final class Cells {
  private Cells() {}

  /** The columns that are present, in the order of the table. */
  static Map<String, Long> of(Row row) {
    Map<String, Long> cells = new LinkedHashMap<>();
    for (int i = 0; i < row.table().columns().size(); i++) {
      if (row.present(i)) {
        cells.put(row.table().columns().get(i).column(), row.value(i));
      }
    }
    return cells;
  }

  /** The same of every row, by entity. */
  static Map<String, Map<String, Long>> of(List<Row> rows) {
    Map<String, Map<String, Long>> cells = new LinkedHashMap<>();
    rows.forEach(row -> cells.put(row.entity(), of(row)));
    return cells;
  }

  static Map<String, Long> parse(RowParser parser, Row row, byte[] text) {
    row.clear();
    parser.parse(text, text.length, row);
    return of(row);
  }

  static Map<String, Long> parse(RowParser parser, Row row, String text) {
    return parse(parser, row, text.getBytes(UTF_8));
  }

  /** A captured text; README.md beside it says from where. */
  static byte[] captured(String path) {
    try (InputStream in = Cells.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalArgumentException("no test text " + path);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
