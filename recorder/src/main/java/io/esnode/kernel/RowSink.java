package io.esnode.kernel;

import io.esnode.spool.TextRow;

/** Where rows go. */
public interface RowSink {
  /**
   * Takes a row.
   *
   * @param monoNanos CLOCK_MONOTONIC of the row
   */
  void row(TextRow row, long monoNanos);
}
