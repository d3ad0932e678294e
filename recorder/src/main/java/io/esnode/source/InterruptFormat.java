package io.esnode.source;

import io.esnode.metric.Table;

/** A line of {@link InterruptTotals}. */
final class InterruptFormat extends EntityFormat {
  private final NumberedFields fields;

  InterruptFormat(Table interrupt) {
    fields = NumberedFields.of(interrupt, "/proc/interrupts", "interrupts_count");
  }

  @Override
  boolean name(Lines line) {
    return word(line);
  }

  @Override
  void values(Lines line, Row row) {
    fields.take(line, row);
  }

  @Override
  String prefix() {
    return "irq:";
  }
}
