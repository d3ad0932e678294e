package io.esnode.spool;

import io.esnode.metric.Table;

/**
 * Looks at what is handed to a spool, on the thread that hands it over: it must not block, nor allocate at a tick at which
 * nothing happens. A tick that the queue had no room for is looked at all the same.
 */
public interface SpoolWatch {
  SpoolWatch NONE = new SpoolWatch() {
    @Override
    public RowWatch rows(Table table, String origin) {
      return RowWatch.NONE;
    }

    @Override
    public void event(TextRow row, long monoNanos) {}
  };

  /**
   * Looks at one more stream from now on: a source of the ticks, or a lane.
   *
   * @param origin of every row, e.g. {@code live}
   */
  RowWatch rows(Table table, String origin);

  /** Looks at a row of the table {@code event}. Any thread. */
  void event(TextRow row, long monoNanos);
}
