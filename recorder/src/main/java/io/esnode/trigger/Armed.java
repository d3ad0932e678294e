package io.esnode.trigger;

/** A trigger of a recording that runs, with its hold-off. Thread-safe. */
final class Armed {
  private final Trigger trigger;
  private long holdOffNanos;
  private boolean hasFired;
  private long firedMono;

  Armed(Trigger trigger, long holdOffNanos) {
    this.trigger = trigger;
    this.holdOffNanos = holdOffNanos;
  }

  Trigger trigger() {
    return trigger;
  }

  /** What has fired is held off so long from then on. */
  synchronized void holdOff(long nanos) {
    holdOffNanos = nanos;
  }

  /** Whether it fires now: not again before the hold-off is over. */
  synchronized boolean fires(long monoNanos) {
    if (hasFired && monoNanos - firedMono < holdOffNanos) {
      return false;
    }
    hasFired = true;
    firedMono = monoNanos;
    return true;
  }
}
