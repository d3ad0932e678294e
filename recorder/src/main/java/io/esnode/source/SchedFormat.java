package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Table;

/**
 * The lines {@code cpuN} of /proc/schedstat, see Documentation/scheduler/sched-stats.rst. Versions 15 to 17 have the same
 * nine numbers in them; another version may mean something else by them. The last three count always, the others only
 * while kernel.sched_schedstats is 1.
 */
final class SchedFormat extends EntityFormat {
  private static final byte[] VERSION = "version".getBytes(US_ASCII);
  private static final byte[] CPU = "cpu".getBytes(US_ASCII);
  private static final int FIRST_VERSION = 15;
  private static final int LAST_VERSION = 17;
  private static final int FIELDS = 9;

  private final NumberedFields fields;
  private String refusal = "";

  SchedFormat(Table sched) {
    fields = NumberedFields.of(sched, "/proc/schedstat cpuN", FIELDS);
  }

  @Override
  boolean name(Lines line) {
    if (line.position() == 0) {
      version(line);
      return false;
    }
    if (!line.skip(CPU)) {
      return false;
    }
    return word(line);
  }

  private void version(Lines line) {
    if (!line.skip(VERSION) || !line.number()) {
      refusal = "/proc/schedstat: no version in its first line";
    } else if (line.value() < FIRST_VERSION || line.value() > LAST_VERSION) {
      refusal = "/proc/schedstat: version " + line.value() + " is not known";
    } else {
      refusal = "";
    }
  }

  @Override
  void values(Lines line, Row row) {
    if (refusal.isEmpty()) {
      fields.take(line, row);
      return;
    }
    for (int column : fields.columns()) {
      row.absent(column, refusal);
    }
  }

  @Override
  String prefix() {
    return "cpu:";
  }
}
