package io.esnode.source;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.util.Arrays;

/**
 * Numbers that follow one another on a line, told apart by their place. A line that ends early, as older kernels' do,
 * leaves the columns of the later fields absent. Not thread-safe.
 */
final class NumberedFields {
  private static final int SECTOR_BYTES = 512;
  private static final int NOT_KEPT = -1;

  private final String source;
  private final int[] columns;
  private final long[] factors;

  private NumberedFields(String source, int fields) {
    this.source = source;
    this.columns = new int[fields];
    Arrays.fill(columns, NOT_KEPT);
    this.factors = new long[fields];
  }

  /**
   * The columns whose source in the registry is {@code SOURCE field N}, with N from 1 to the number of fields, and
   * perhaps a unit to convert from: {@code (USER_HZ)} or {@code (512 B sectors)}.
   */
  static NumberedFields of(Table table, String source, int count) {
    NumberedFields fields = new NumberedFields(source, count);
    for (int i = 0; i < count; i++) {
      String field = source + " field " + (i + 1);
      for (int column = 0; column < table.columns().size(); column++) {
        Metric metric = table.columns().get(column);
        if (metric.source().equals(field) || metric.source().startsWith(field + " ")) {
          fields.keep(i, column, factor(metric));
        }
      }
    }
    return fields;
  }

  /** These columns, in this order, as they are. */
  static NumberedFields of(Table table, String source, String... columns) {
    NumberedFields fields = new NumberedFields(source, columns.length);
    for (int i = 0; i < columns.length; i++) {
      fields.keep(i, table.indexOf(columns[i]), 1);
    }
    return fields;
  }

  private static long factor(Metric metric) {
    if (metric.source().endsWith(" (USER_HZ)")) {
      return ProcessStat.TICK_MS;
    }
    return metric.source().endsWith(" (512 B sectors)") ? SECTOR_BYTES : 1;
  }

  private void keep(int field, int column, long factor) {
    columns[field] = column;
    factors[field] = factor;
  }

  /** The columns these fields fill. */
  int[] columns() {
    return Arrays.stream(columns).filter(column -> column != NOT_KEPT).toArray();
  }

  /** Takes as many fields as the line has; what follows them is from a newer kernel and not known. */
  void take(Lines line, Row row) {
    for (int i = 0; i < columns.length; i++) {
      line.skipSpaces();
      if (line.atEnd()) {
        return;
      }
      if (columns[i] == NOT_KEPT) {
        line.skipWord();
        continue;
      }
      if (line.number() && line.times(factors[i])) {
        row.set(columns[i], line.value());
      } else {
        row.absent(columns[i], source + " field " + (i + 1) + ": " + line.problem());
      }
      line.skipWord();
    }
  }
}
