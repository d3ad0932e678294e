package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Table;
import java.util.stream.IntStream;

/**
 * /proc/pressure/{cpu,memory,io}, see Documentation/accounting/psi.rst:
 *
 * <pre>
 * some avg10=4.14 avg60=2.01 avg300=0.81 total=15214612
 * full avg10=0.00 avg60=0.00 avg300=0.00 total=0
 * </pre>
 *
 * {@code total} is in microseconds. Before Linux 5.13 the file of the CPU has no line {@code full}.
 */
final class Pressure implements RowParser {
  private static final byte[] SOME = "some ".getBytes(US_ASCII);
  private static final byte[] FULL = "full ".getBytes(US_ASCII);
  private static final byte[] AVG10 = "avg10=".getBytes(US_ASCII);
  private static final byte[] TOTAL = "total=".getBytes(US_ASCII);

  private static final int NO_COLUMN = -1;

  private final String file;
  private final int someTotal;
  private final int someAverage;
  private final int fullTotal;
  private final int fullAverage;
  private final Lines lines = new Lines();

  /** @param resource {@code cpu}, {@code memory} or {@code io} */
  Pressure(Table psi, String resource) {
    this(psi, resource, "/proc/pressure/" + resource, true);
  }

  private Pressure(Table table, String resource, String file, boolean averages) {
    this.file = file;
    someTotal = table.indexOf(resource + "_some_total_us");
    someAverage = averages ? table.indexOf(resource + "_some_avg10_pct") : NO_COLUMN;
    fullTotal = table.indexOf(resource + "_full_total_us");
    fullAverage = averages ? table.indexOf(resource + "_full_avg10_pct") : NO_COLUMN;
  }

  /** The same of a control group, {@code cpu.pressure}, without averages. */
  static Pressure totals(Table cgroup, String resource) {
    return new Pressure(cgroup, resource, resource + ".pressure", false);
  }

  @Override
  public int[] columns() {
    return IntStream.of(someTotal, someAverage, fullTotal, fullAverage)
        .filter(column -> column != NO_COLUMN)
        .toArray();
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    lines.reset(text, length);
    while (lines.next()) {
      if (lines.skip(SOME)) {
        line(row, someTotal, someAverage);
      } else if (lines.skip(FULL)) {
        line(row, fullTotal, fullAverage);
      }
    }
  }

  private void line(Row row, int total, int average) {
    while (!lines.atEnd()) {
      lines.skipSpaces();
      if (average != NO_COLUMN && lines.skip(AVG10)) {
        take(lines.hundredths(), row, average);
      } else if (lines.skip(TOTAL)) {
        take(lines.number(), row, total);
      }
      lines.skipWord();
    }
  }

  private void take(boolean number, Row row, int column) {
    if (number) {
      row.set(column, lines.value());
    } else {
      row.absent(
          column,
          "%s %s: %s".formatted(file, row.table().columns().get(column).column(), lines.problem()));
    }
  }
}
