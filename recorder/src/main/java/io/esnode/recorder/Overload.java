package io.esnode.recorder;

/** Whether sampling the ticks takes too much of their time. Not thread-safe. */
final class Overload {
  /** Ticks in a row that took more than half an interval, before it counts as one. */
  static final int SLOW_TICKS = 5;

  /** Ticks in a row that took less than a quarter, before it is over. */
  static final int QUICK_TICKS = 10;

  private final long intervalNanos;
  private int inARow;
  private boolean lasts;

  Overload(long intervalNanos) {
    this.intervalNanos = intervalNanos;
  }

  /**
   * A tick was sampled.
   *
   * @return whether an overload began or ended with it
   */
  boolean tick(long tookNanos) {
    boolean counts = lasts ? tookNanos < intervalNanos / 4 : tookNanos > intervalNanos / 2;
    inARow = counts ? inARow + 1 : 0;
    if (inARow < (lasts ? QUICK_TICKS : SLOW_TICKS)) {
      return false;
    }
    lasts = !lasts;
    inARow = 0;
    return true;
  }

  boolean lasts() {
    return lasts;
  }
}
