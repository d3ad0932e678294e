package io.esnode.source;

/** Understands one file that describes one entity. Not thread-safe. */
interface RowParser {
  /**
   * Sets the columns that the text has, and leaves a reason in those whose text makes no sense. The others are left as
   * they are: cleared by the caller.
   */
  void parse(byte[] text, int length, Row row);

  /** The columns this file fills. */
  int[] columns();
}
