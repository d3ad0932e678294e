package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Table;
import java.util.Set;

/** The lines {@code cpuN user nice system …} of /proc/stat, see proc(5). A CPU that is offline has no line. */
final class CpuFormat implements EntityFormat {
  private static final byte[] CPU = "cpu".getBytes(US_ASCII);
  private static final int FIELDS = 10;

  private final NumberedFields fields;
  private int start;
  private int end;

  CpuFormat(Table cpu) {
    fields = NumberedFields.of(cpu, "/proc/stat cpuN", FIELDS);
  }

  @Override
  public boolean name(Lines line) {
    if (!line.skip(CPU)) {
      line.stop();
      return false;
    }
    start = line.position();
    line.skipWord();
    end = line.position();
    return end > start;
  }

  @Override
  public int nameStart() {
    return start;
  }

  @Override
  public int nameEnd() {
    return end;
  }

  @Override
  public void values(Lines line, Row row) {
    fields.take(line, row);
  }

  @Override
  public String prefix() {
    return "cpu:";
  }

  @Override
  public Set<String> wanted(Set<String> names) {
    return names;
  }
}
