package io.esnode.source;

import io.esnode.metric.Table;
import java.util.Set;

/** A line of {@link InterruptTotals}. */
final class InterruptFormat implements EntityFormat {
  private final NumberedFields fields;
  private int start;
  private int end;

  InterruptFormat(Table interrupt) {
    fields = NumberedFields.of(interrupt, "/proc/interrupts", "interrupts_count");
  }

  @Override
  public boolean name(Lines line) {
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
    return "irq:";
  }

  @Override
  public Set<String> wanted(Set<String> names) {
    return names;
  }
}
