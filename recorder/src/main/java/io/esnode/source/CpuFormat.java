package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Table;

/** The lines {@code cpuN user nice system …} of /proc/stat, see proc(5). A CPU that is offline has no line. */
final class CpuFormat extends EntityFormat {
  private static final byte[] CPU = "cpu".getBytes(US_ASCII);
  private static final int FIELDS = 10;

  private final NumberedFields fields;

  CpuFormat(Table cpu) {
    fields = NumberedFields.of(cpu, "/proc/stat cpuN", FIELDS);
  }

  @Override
  boolean name(Lines line) {
    if (!line.skip(CPU)) {
      line.stop();
      return false;
    }
    return word(line);
  }

  @Override
  void values(Lines line, Row row) {
    fields.take(line, row);
  }

  @Override
  String prefix() {
    return "cpu:";
  }
}
