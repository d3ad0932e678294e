package io.esnode.remote;

import io.esnode.kernel.RowSink;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Rows that come in bursts, slow enough that ticks find room in the spool's queue. */
public final class PacedSink implements RowSink {
  private static final int MOST_QUEUED = 16;
  private static final long LOOK_NANOS = 200_000;
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final SpoolWriter spool;

  public PacedSink(SpoolWriter spool) {
    this.spool = spool;
  }

  @Override
  public void row(TextRow row, long monoNanos) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (spool.queued() > MOST_QUEUED && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    spool.row(row, monoNanos, PATIENCE);
  }
}
