package io.esnode.source;

import io.esnode.metric.Table;

/** /proc/loadavg: {@code 0.13 0.06 0.02 3/86 7804}, see proc(5). The last field, the newest process id, is not kept. */
final class LoadAverage implements RowParser {
  private static final String FILE = "/proc/loadavg";

  private final int[] averages;
  private final int runnable;
  private final int threads;
  private final Lines lines = new Lines();

  LoadAverage(Table host) {
    averages =
        new int[] {host.indexOf("load_1min"), host.indexOf("load_5min"), host.indexOf("load_15min")
        };
    runnable = host.indexOf("runnable_count");
    threads = host.indexOf("threads_count");
  }

  @Override
  public int[] columns() {
    return new int[] {averages[0], averages[1], averages[2], runnable, threads};
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    lines.reset(text, length);
    if (!lines.next()) {
      return;
    }
    for (int column : averages) {
      if (!taken(lines.hundredths(), row, column)) {
        return;
      }
    }
    if (taken(lines.numberBefore('/'), row, runnable)) {
      taken(lines.number(), row, threads);
    }
  }

  private boolean taken(boolean number, Row row, int column) {
    if (number) {
      row.set(column, lines.value());
    } else {
      row.absent(
          column,
          "%s %s: %s".formatted(FILE, row.table().columns().get(column).column(), lines.problem()));
    }
    return number;
  }
}
