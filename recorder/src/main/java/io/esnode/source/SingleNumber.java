package io.esnode.source;

import io.esnode.metric.Table;

/** A file that holds one number and nothing else. */
final class SingleNumber implements RowParser {
  private final String source;
  private final int column;
  private final Lines lines = new Lines();

  SingleNumber(Table table, String column) {
    this.column = table.indexOf(column);
    this.source = table.columns().get(this.column).source();
  }

  @Override
  public int[] columns() {
    return new int[] {column};
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    lines.reset(text, length);
    if (!lines.next()) {
      return;
    }
    if (lines.number() && lines.atEnd()) {
      row.set(column, lines.value());
    } else {
      row.absent(column, source + ": " + lines.problem());
    }
  }
}
