package io.esnode.source;

import io.esnode.metric.Table;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * /proc/PID/stat, one line, see proc(5). The fields are counted from the last {@code )}: the command in field 2 may hold
 * blanks and parentheses.
 */
final class ProcessStat implements RowParser {
  /** USER_HZ is 100, fixed for user space (include/asm-generic/param.h), so a clock tick is 10 ms. */
  static final long TICK_MS = 10;

  private static final int FIELD_AFTER_COMMAND = 3;
  private static final int MINFLT = 10;
  private static final int MAJFLT = 12;
  private static final int UTIME = 14;
  private static final int STIME = 15;
  private static final int CUTIME = 16;
  private static final int CSTIME = 17;
  private static final int NUM_THREADS = 20;
  private static final int STARTTIME = 22;
  private static final int RSS = 24;

  private final int[] columnOf = new int[RSS + 1];
  private final long[] factorOf = new long[RSS + 1];
  private final int[] columns;
  private final OptionalLong pageBytes;
  private final Lines lines = new Lines();

  /** @param pageBytes size of a page; empty if unknown, then resident memory stays absent */
  ProcessStat(Table process, OptionalLong pageBytes) {
    this.pageBytes = pageBytes;
    keep(MINFLT, process.indexOf("minor_faults_count"), 1);
    keep(MAJFLT, process.indexOf("major_faults_count"), 1);
    keep(UTIME, process.indexOf("user_ms"), TICK_MS);
    keep(STIME, process.indexOf("system_ms"), TICK_MS);
    keep(CUTIME, process.indexOf("children_user_ms"), TICK_MS);
    keep(CSTIME, process.indexOf("children_system_ms"), TICK_MS);
    keep(NUM_THREADS, process.indexOf("threads_count"), 1);
    keep(RSS, process.indexOf("rss_bytes"), pageBytes.orElse(0));
    columns = new int[] {
      columnOf[MINFLT],
      columnOf[MAJFLT],
      columnOf[UTIME],
      columnOf[STIME],
      columnOf[CUTIME],
      columnOf[CSTIME],
      columnOf[NUM_THREADS],
      columnOf[RSS]
    };
  }

  private void keep(int field, int column, long factor) {
    columnOf[field] = column;
    factorOf[field] = factor;
  }

  @Override
  public int[] columns() {
    return columns.clone();
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    lines.reset(text, length);
    if (!lines.next() || !skipCommand()) {
      return;
    }
    for (int field = FIELD_AFTER_COMMAND; field <= RSS && !lines.atEnd(); field++) {
      lines.skipSpaces();
      if (factorOf[field] != 0) {
        take(field, row);
      }
      lines.skipWord();
    }
    if (pageBytes.isEmpty()) {
      row.absent(columnOf[RSS], "/proc/self/auxv: no page size (AT_PAGESZ)");
    }
  }

  private void take(int field, Row row) {
    if (lines.number() && lines.times(factorOf[field])) {
      row.set(columnOf[field], lines.value());
    } else {
      row.absent(columnOf[field], "/proc/self/stat field " + field + ": " + lines.problem());
    }
  }

  private boolean skipCommand() {
    int close = lines.lastIndexOf(')');
    if (close < 0) {
      return false;
    }
    lines.position(close + 1);
    return true;
  }

  /** {@code pid:N@START}; START is the start time in clock ticks since boot, so a number used again is another entity. */
  Optional<String> entity(byte[] text, int length) {
    lines.reset(text, length);
    if (!lines.next() || !lines.number()) {
      return Optional.empty();
    }
    long pid = lines.value();
    if (!skipCommand()) {
      return Optional.empty();
    }
    for (int field = FIELD_AFTER_COMMAND; field < STARTTIME; field++) {
      lines.skipSpaces();
      lines.skipWord();
    }
    return lines.number() ? Optional.of("pid:" + pid + "@" + lines.value()) : Optional.empty();
  }
}
