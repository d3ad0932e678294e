package io.esnode.cli;

import io.esnode.analyzer.QueryRows;
import io.esnode.json.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Writes the rows of a query as table, CSV or JSON lines. Not thread-safe. */
final class RowPrinter implements QueryRows {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

  /** Rows that are looked at to find out how wide the columns of a table are. */
  private static final int MEASURED_ROWS = 1000;

  private static final int MAX_WIDTH = 80;

  /** After so many rows it is looked whether anybody still reads them. */
  private static final int ROWS_PER_LOOK = 10_000;

  /** Nobody reads the rest, {@code | head} or a full disk: there is no point in going on. */
  static final class ReaderGoneException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final PrintWriter out;
  private final RowFormat format;
  private List<String> names = List.of();
  private final List<List<String>> waiting = new ArrayList<>();
  private int[] widths = {};
  private boolean measured;
  private long rows;

  RowPrinter(PrintWriter out, RowFormat format) {
    this.out = out;
    this.format = format;
  }

  @Override
  public void columns(List<String> columns) {
    names = List.copyOf(columns);
    if (format == RowFormat.csv) {
      csv(names);
    }
  }

  @Override
  public void row(List<Json> cells) {
    rows++;
    if (rows % ROWS_PER_LOOK == 0 && out.checkError()) {
      throw new ReaderGoneException();
    }
    switch (format) {
      case json -> {
        Json.Builder object = Json.object();
        for (int i = 0; i < cells.size(); i++) {
          object.put(names.get(i), cells.get(i));
        }
        line(object.build().canonical());
      }
      case csv ->
        csv(cells.stream().map(c -> c instanceof Json.Null ? "" : text(c)).toList());
      case table -> {
        List<String> row = cells.stream()
            .map(c -> c instanceof Json.Null ? "NULL" : Text.oneLine(text(c)))
            .toList();
        if (measured) {
          table(row);
        } else {
          waiting.add(row);
          if (waiting.size() == MEASURED_ROWS) {
            measure();
          }
        }
      }
    }
  }

  /** Says that no more rows come. */
  void end() {
    if (format == RowFormat.table) {
      measure();
      line("(%s)".formatted(rows == 1 ? "1 row" : rows + " rows"));
    }
    out.flush();
  }

  private void measure() {
    if (measured) {
      return;
    }
    measured = true;
    List<String> head = names.stream().map(Text::oneLine).toList();
    widths = new int[head.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.min(MAX_WIDTH, length(head.get(i)));
      for (List<String> row : waiting) {
        widths[i] = Math.max(widths[i], Math.min(MAX_WIDTH, length(row.get(i))));
      }
    }
    table(head);
    List<String> rule = new ArrayList<>();
    for (int width : widths) {
      rule.add("-".repeat(width));
    }
    table(rule);
    waiting.forEach(this::table);
    waiting.clear();
  }

  private void table(List<String> row) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      String cell = row.get(i);
      boolean last = i == row.size() - 1;
      String pad = " ".repeat(Math.max(0, widths[i] - length(cell)));
      boolean right = NUMBER.matcher(cell).matches();
      text.append(right ? pad : "")
          .append(cell)
          .append(right || last ? "" : pad)
          .append(last ? "" : "  ");
    }
    line(text.toString());
  }

  private void csv(List<String> cells) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      text.append(i == 0 ? "" : ",").append(csvCell(cells.get(i)));
    }
    line(text.toString());
  }

  /** RFC 4180; a cell that a spreadsheet would take for a formula gets an apostrophe in front, unless it is a number. */
  static String csvCell(String cell) {
    String safe = cell;
    if (!cell.isEmpty()
        && "=+-@\t\r".indexOf(cell.charAt(0)) >= 0
        && !NUMBER.matcher(cell).matches()) {
      safe = "'" + cell;
    }
    return safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
        ? '"' + safe.replace("\"", "\"\"") + '"'
        : safe;
  }

  private void line(String text) {
    out.print(text);
    out.print('\n');
  }

  private static String text(Json cell) {
    return cell instanceof Json.Str string ? string.value() : cell.canonical();
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
