package io.esnode.capture;

/**
 * Halves the rate of a GPU whose NVML has become slow, so that the recorder does not hold the driver's lock for half of the time,
 * and takes it back when it is calm. Slow: the 95th percentile of the time inside NVML over the last {@value #TICKS} ticks is
 * above half an interval; calm: below an eighth. Not thread-safe; allocates nothing.
 */
final class BackOff {
  static final int TICKS = 60;
  private static final int ENOUGH = 20;
  private static final int LONGEST_STRIDE = 8;

  private final long[] nanos = new long[TICKS];
  private int filled;
  private int next;
  private int stride = 1;

  /** Every how many ticks the GPU is asked. */
  int stride() {
    return stride;
  }

  boolean isDue(long tick) {
    return tick % stride == 0;
  }

  /**
   * Adds a tick.
   *
   * @return whether the stride changed
   */
  boolean add(long tickNanos, long intervalNanos) {
    nanos[next] = tickNanos;
    next = (next + 1) % TICKS;
    filled = Math.min(filled + 1, TICKS);
    if (filled < ENOUGH) {
      return false;
    }
    if (stride < LONGEST_STRIDE && isPercentileAbove(intervalNanos / 2)) {
      stride *= 2;
    } else if (stride > 1 && !isPercentileAbove(intervalNanos / 8)) {
      stride /= 2;
    } else {
      return false;
    }
    filled = 0;
    next = 0;
    return true;
  }

  /** Nearest rank: of n ticks, more than n - ceil(0.95 n) lie above. */
  private boolean isPercentileAbove(long limit) {
    int above = 0;
    for (int i = 0; i < filled; i++) {
      if (nanos[i] > limit) {
        above++;
      }
    }
    return above > filled - (filled * 95 + 99) / 100;
  }
}
