package io.esnode.source;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lines of hexadecimal numbers, see softnet_seq_show in net/core/net-procfs.c. The 13th is the CPU since Linux 5.10;
 * before, the lines are those of the CPUs that are online, in ascending order. Not thread-safe.
 */
final class SoftnetLines {
  private static final String FILE = "/proc/net/softnet_stat";
  private static final int CPU_FIELD = 12;
  private static final int FIELDS = 13;
  private static final int CPU_LIMIT = 8192;

  private final Table table;
  private final int[] columns = new int[FIELDS];
  private final Lines lines = new Lines();
  private final long[] numbers = new long[FIELDS];
  private int[] cpus = new int[0];
  private List<Row> rows = List.of();
  private @Nullable String problem;

  SoftnetLines(Table table) {
    this.table = table;
    Arrays.fill(columns, -1);
    for (int column = 0; column < table.columns().size(); column++) {
      Metric metric = table.columns().get(column);
      for (int field = 0; field < FIELDS; field++) {
        if (metric.source().startsWith(FILE + " field " + (field + 1) + " ")) {
          columns[field] = column;
        }
      }
    }
  }

  List<Row> rows() {
    return rows;
  }

  /** Why it cannot be told which line is about which CPU; null when it can. */
  @Nullable
  String problem() {
    return problem;
  }

  /**
   * Refills the rows.
   *
   * @param truncation why the end of the text is missing; null when it is complete
   * @param online the CPUs that are online, asked where the lines do not say
   */
  void parse(byte[] text, int length, @Nullable String truncation, Supplier<List<Integer>> online) {
    problem = null;
    if (truncation != null) {
      fail(truncation);
      return;
    }
    int count = 0;
    boolean known = true;
    lines.reset(text, length);
    while (lines.next()) {
      int fields = fields();
      int cpu = fields == FIELDS ? (int) Math.min(numbers[CPU_FIELD], CPU_LIMIT) : -1;
      known &= count < cpus.length && cpus[count] == cpu;
      count++;
    }
    if ((!known || count != cpus.length) && !learn(text, length, count, online)) {
      return;
    }
    fill(text, length);
  }

  /** Makes every row empty for one reason. */
  void fail(String reason) {
    problem = reason;
    for (Row row : rows) {
      for (int column = 0; column < table.columns().size(); column++) {
        row.absent(column, reason);
      }
    }
  }

  private boolean learn(byte[] text, int length, int count, Supplier<List<Integer>> online) {
    List<Integer> named = new ArrayList<>();
    lines.reset(text, length);
    while (lines.next()) {
      if (fields() == FIELDS && numbers[CPU_FIELD] < CPU_LIMIT) {
        named.add((int) numbers[CPU_FIELD]);
      }
    }
    if (named.isEmpty()) {
      named = online.get();
    }
    if (named.size() != count || named.stream().distinct().count() != count) {
      fail("%s: %d lines, but it cannot be told of which CPUs".formatted(FILE, count));
      return false;
    }
    int[] learned = named.stream().mapToInt(Integer::intValue).toArray();
    if (Arrays.equals(learned, cpus)) {
      return true;
    }
    cpus = learned;
    rows = named.stream().map(cpu -> new Row(table, "cpu:" + cpu)).toList();
    return true;
  }

  private void fill(byte[] text, int length) {
    int index = 0;
    lines.reset(text, length);
    while (lines.next()) {
      Row row = rows.get(index++);
      row.clear();
      int count = fields();
      for (int field = 0; field < count; field++) {
        if (columns[field] >= 0) {
          row.set(columns[field], numbers[field]);
        }
      }
      if (count < FIELDS && !lines.atEnd()) {
        explain(row, count);
      }
    }
  }

  private void explain(Row row, int from) {
    for (int field = from; field < FIELDS; field++) {
      if (columns[field] >= 0) {
        row.absent(columns[field], "%s field %d: %s".formatted(FILE, from + 1, lines.problem()));
      }
    }
  }

  /** Takes the numbers of a line; how many there are before one that makes no sense, or the end of what is known. */
  private int fields() {
    for (int i = 0; i < FIELDS; i++) {
      lines.skipSpaces();
      if (lines.atEnd() || !lines.hexadecimal()) {
        return i;
      }
      numbers[i] = lines.value();
    }
    return FIELDS;
  }
}
