package io.esnode.source;

import io.esnode.metric.Table;

/** A file of one line of numbers that are told apart by their place: /proc/sys/fs/file-nr. */
final class NumberedLine implements RowParser {
  private final NumberedFields fields;
  private final Lines lines = new Lines();

  /** The columns whose source in the registry is {@code FILE field N}. */
  NumberedLine(Table table, String file, int count) {
    fields = NumberedFields.of(table, file, count);
  }

  @Override
  public int[] columns() {
    return fields.columns();
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    lines.reset(text, length);
    if (lines.next()) {
      fields.take(lines, row);
    }
  }
}
