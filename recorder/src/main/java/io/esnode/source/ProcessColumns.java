package io.esnode.source;

import io.esnode.metric.Table;
import java.util.OptionalLong;

/** Fills the row of a process: from its stat as it was read, and from two files more. Not thread-safe. */
final class ProcessColumns {
  private static final String NO_DRIVER =
      "/proc/driver/nvidia: not there; no driver, no device to have open";

  private final SmallText text;
  private final StatFields fields;
  private final OptionalLong pageBytes;
  private final Lines line = new Lines();
  private final KeyedLines io;
  private final int[] ioColumns;
  private final int[] columnOf = new int[StatFields.RSS + 1];
  private final int start;
  private final int oomScore;
  private final int gpuMinors;
  private final String[] notOffered;

  /** @param fields may be shared by what the same thread reads */
  ProcessColumns(Table table, SmallText text, StatFields fields, OptionalLong pageBytes) {
    this.text = text;
    this.fields = fields;
    this.pageBytes = pageBytes;
    this.io = KeyedLines.of(table, "/proc/PID/io", ":");
    this.ioColumns = io.columns();
    notOffered = table.columns().stream()
        .map(column -> "this kernel does not offer " + column.source())
        .toArray(String[]::new);
    columnOf[StatFields.STATE] = table.indexOf("state");
    columnOf[StatFields.MINFLT] = table.indexOf("minor_faults_count");
    columnOf[StatFields.MAJFLT] = table.indexOf("major_faults_count");
    columnOf[StatFields.UTIME] = table.indexOf("user_ms");
    columnOf[StatFields.STIME] = table.indexOf("system_ms");
    columnOf[StatFields.NUM_THREADS] = table.indexOf("threads_count");
    columnOf[StatFields.RSS] = table.indexOf("rss_bytes");
    start = table.indexOf("start_after_boot_ms");
    oomScore = table.indexOf("oom_score");
    gpuMinors = table.indexOf("gpu_minors");
  }

  /** @param driver whether there is a driver of GPUs */
  void fill(TrackedProcess process, TrackedProcess.Details details, boolean driver) {
    Row row = details.row();
    row.clear();
    boolean known = details.oomScore().isOpen();
    boolean complete = transfers(details.io(), row);
    complete &= oomScore(details.oomScore(), row);
    if (!(known && complete) && !process.read(text, fields)) {
      // Its number may be another's by now; what was opened just now is not its own.
      row.clear();
      process.end();
      return;
    }
    stat(process, row);
    if (!driver) {
      row.absent(gpuMinors, NO_DRIVER);
    } else if (process.kernelThread()) {
      row.set(gpuMinors, 0);
    } else if (process.gpus() >= 0) {
      row.set(gpuMinors, process.gpus());
    } else {
      String problem = process.gpuProblem();
      row.absent(gpuMinors, "/proc/PID/fd: " + (problem == null ? "not looked at yet" : problem));
    }
  }

  private void stat(TrackedProcess process, Row row) {
    take(process, StatFields.STATE, 1, row);
    take(process, StatFields.MINFLT, 1, row);
    take(process, StatFields.MAJFLT, 1, row);
    take(process, StatFields.UTIME, ProcessStat.TICK_MS, row);
    take(process, StatFields.STIME, ProcessStat.TICK_MS, row);
    take(process, StatFields.NUM_THREADS, 1, row);
    if (pageBytes.isPresent()) {
      take(process, StatFields.RSS, pageBytes.getAsLong(), row);
    } else {
      row.absent(columnOf[StatFields.RSS], "/proc/self/auxv: no page size (AT_PAGESZ)");
    }
    if (process.start() <= Long.MAX_VALUE / ProcessStat.TICK_MS) {
      row.set(start, process.start() * ProcessStat.TICK_MS);
    } else {
      row.absent(start, "/proc/PID/stat field 22: " + Lines.TOO_LARGE);
    }
  }

  private void take(TrackedProcess process, int field, long factor, Row row) {
    long value = process.value(field);
    if (value >= 0 && value <= Long.MAX_VALUE / factor) {
      row.set(columnOf[field], value * factor);
    } else {
      row.absent(
          columnOf[field],
          "/proc/PID/stat field %d: %s"
              .formatted(field, value < 0 ? Lines.NO_NUMBER : Lines.TOO_LARGE));
    }
  }

  private boolean transfers(ProcessFile file, Row row) {
    String problem = file.read(text);
    if (problem == null) {
      io.parse(text.text(), text.length(), row);
    }
    for (int column : ioColumns) {
      if (!row.present(column) && row.reason(column) == null) {
        row.absent(column, problem == null ? notOffered[column] : "/proc/PID/io: " + problem);
      }
    }
    return problem == null;
  }

  private boolean oomScore(ProcessFile file, Row row) {
    String problem = file.read(text);
    if (problem != null) {
      row.absent(oomScore, "/proc/PID/oom_score: " + problem);
      return false;
    }
    line.reset(text.text(), text.length());
    if (line.next() && line.number()) {
      row.set(oomScore, line.value());
    } else {
      row.absent(oomScore, "/proc/PID/oom_score: " + line.problem());
    }
    return true;
  }
}
