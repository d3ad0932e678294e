package io.esnode.capture;

/**
 * When to ask. A command may change that at any moment: who needs more than one number of it holds on to the pace. Thread-safe.
 */
final class Schedule {
  private final Pace ticks;
  private volatile Pace pace;

  Schedule(long startNanos, long tickNanos) {
    ticks = Pace.ofTicks(startNanos, tickNanos);
    pace = ticks;
  }

  Pace pace() {
    return pace;
  }

  /** From now on at another pace, or at that of the ticks again. */
  synchronized void interval(long nanos) {
    pace = ticks.every(nanos, pace.number() + 1);
  }
}
