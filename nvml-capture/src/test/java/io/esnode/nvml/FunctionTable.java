package io.esnode.nvml;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Every function that a revision of nvml.h has had: {@code functions.csv}. */
final class FunctionTable {
  /**
   * @param since first header as the table writes it
   * @param isInNewest whether header 13.3 still has it
   * @param deprecatedSince header, or empty
   */
  record Row(String name, String since, boolean isInNewest, String deprecatedSince) {
    int firstHeader() {
      return NvmlHeader.parse(since);
    }
  }

  private FunctionTable() {}

  static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    InputStream in =
        Objects.requireNonNull(NvmlFunction.class.getResourceAsStream("functions.csv"));
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines.readLine();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] column = line.split(",", -1);
        rows.add(new Row(column[0], column[1], column[2].equals("1"), column[3]));
      }
    }
    return rows;
  }
}
