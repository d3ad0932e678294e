package io.esnode.recorder;

/**
 * How often one source is read: at its pace, or half as often and less while it takes more than a tenth of the time. Not
 * thread-safe.
 */
final class SourcePace {
  private static final int SLOWEST = 8;

  /** Of the time between two samples, what a source may take, and what it takes when it may go back. */
  private static final int SHARE = 10;

  private static final int SHARE_TO_GO_BACK = 40;

  private final long everyNanos;
  private int factor = 1;

  SourcePace(long everyNanos) {
    this.everyNanos = everyNanos;
  }

  /** It was read, and took so long. */
  void took(long nanos) {
    if (factor < SLOWEST && nanos > everyNanos * factor / SHARE) {
      factor *= 2;
    } else if (factor > 1 && nanos <= everyNanos * factor / SHARE_TO_GO_BACK) {
      factor /= 2;
    }
  }

  /** How many times its pace lies between two samples. */
  int factor() {
    return factor;
  }

  long everyNanos() {
    return everyNanos;
  }
}
