package io.esnode.capture;

/** A clock that stands still until it is moved. Thread-safe. */
public final class SteppedClock implements CaptureClock {
  private volatile long monoNanos;
  private volatile long tsMicros;

  public SteppedClock(long monoNanos, long tsMicros) {
    this.monoNanos = monoNanos;
    this.tsMicros = tsMicros;
  }

  @Override
  public long monoNanos() {
    return monoNanos;
  }

  @Override
  public long tsMicros() {
    return tsMicros;
  }

  public void set(long monoNanos, long tsMicros) {
    this.monoNanos = monoNanos;
    this.tsMicros = tsMicros;
  }

  /** Moves both clocks. */
  public synchronized void advance(long nanos) {
    set(monoNanos + nanos, tsMicros + nanos / 1_000);
  }
}
