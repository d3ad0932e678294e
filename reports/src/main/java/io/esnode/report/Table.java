package io.esnode.report;

import java.util.List;
import java.util.Map;

/** One printed table: as many rows as a page can bear, and where rows are left out, how many there are. */
final class Table {
  /** Rows of one printed table; tagging makes each cost milliseconds and memory. The ledger holds the rest. */
  static final int MAX_ROWS = 1_000;

  private Table() {}

  /**
   * @param name the member of the ledger it shows
   * @param rows all of them, or those that {@link #first} gave
   * @param total rows there are
   */
  static Fields of(Numbers numbers, String name, List<Map<String, Object>> rows, int total) {
    List<Map<String, Object>> shown = first(rows);
    Fields table = new Fields().list("rows", shown).flag("cut", shown.size() < total);
    if (shown.size() < total) {
      table
          .number(
              "shown", numbers.count("report.max_rows", "Rows printed of one table", shown.size()))
          .number(
              "total",
              numbers.count("length(%s)".formatted(name), "Rows of %s".formatted(name), total));
    }
    return table;
  }

  /** What of a list is printed: to be cut before its rows are made. */
  static <T> List<T> first(List<T> rows) {
    return rows.subList(0, Math.min(rows.size(), MAX_ROWS));
  }
}
