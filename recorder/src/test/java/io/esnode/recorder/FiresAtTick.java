package io.esnode.recorder;

import io.esnode.metric.Table;
import io.esnode.spool.RowWatch;
import io.esnode.spool.SpoolWatch;
import io.esnode.spool.TextRow;

/**
 * Fires once, at a tick of the host.
 *
 * @param tick from which on
 */
record FiresAtTick(long tick, Runnable fires) implements SpoolWatch {
  @Override
  public RowWatch rows(Table table, String origin) {
    if (!table.name().equals("recorder")) {
      return RowWatch.NONE;
    }
    return (now, tsMicros, monoNanos, rows) -> {
      if (now == tick) {
        fires.run();
      }
    };
  }

  @Override
  public void event(TextRow row, long monoNanos) {}
}
