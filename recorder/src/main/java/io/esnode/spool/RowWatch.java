package io.esnode.spool;

import io.esnode.source.Row;
import java.util.List;

/** Looks at the rows of one stream. */
@FunctionalInterface
public interface RowWatch {
  RowWatch NONE = (tick, tsMicros, monoNanos, rows) -> {};

  /**
   * Looks at one tick.
   *
   * @param tick number in the recording's schedule
   * @param tsMicros wall clock, µs since 1970 UTC
   * @param monoNanos CLOCK_MONOTONIC
   * @param rows the same list of the same rows as long as the entities are the same; not to be kept beyond that
   */
  void rows(long tick, long tsMicros, long monoNanos, List<Row> rows);
}
