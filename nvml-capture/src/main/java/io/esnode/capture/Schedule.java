package io.esnode.capture;

/**
 * When to ask. Turns follow each other at the interval of the moment, which a command may change; ticks are those of the
 * recording, and keep their numbers. Thread-safe.
 */
final class Schedule {
  private final long startNanos;
  private final long tickNanos;
  private volatile long intervalNanos;

  Schedule(long startNanos, long tickNanos) {
    this.startNanos = startNanos;
    this.tickNanos = tickNanos;
    intervalNanos = tickNanos;
  }

  long intervalNanos() {
    return intervalNanos;
  }

  void interval(long nanos) {
    intervalNanos = nanos;
  }

  /** The turn that is due at a moment, or was due last; negative before the start. */
  long turn(long nowNanos) {
    return Math.floorDiv(nowNanos - startNanos, intervalNanos);
  }

  long dueNanos(long turn) {
    return startNanos + turn * intervalNanos;
  }

  /** The tick that a turn belongs to. */
  long tick(long turn) {
    return Math.floorDiv(turn * intervalNanos, tickNanos);
  }
}
