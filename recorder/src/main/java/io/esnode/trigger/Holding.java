package io.esnode.trigger;

/**
 * What one threshold knows of one entity. Time counts between two samples that were observed and true, one right after the
 * other: a value that is missing neither ends what holds nor lets it grow older. Not thread-safe.
 */
final class Holding {
  private final long longestStepNanos;
  private boolean isTrue;
  private boolean isObserved;
  private boolean hasFired;
  private boolean hasCounter;
  private long counter;
  private long counterMono;
  private long lastMono;
  private long heldNanos;
  private double rate;

  /** @param longestStepNanos two samples further apart are not one right after the other */
  Holding(long longestStepNanos) {
    this.longestStepNanos = longestStepNanos;
  }

  /** Takes a counter's value; whether there is a rate now: not of the first value, nor over a restart or a gap. */
  boolean count(long value, long monoNanos) {
    long step = monoNanos - counterMono;
    boolean known = hasCounter
        && value >= counter
        && step > 0
        && step <= longestStepNanos
        && value - counter >= 0;
    if (known) {
      rate = (value - counter) * 1e9 / step;
    }
    hasCounter = true;
    counter = value;
    counterMono = monoNanos;
    return known;
  }

  /** Per second, since the value before. */
  double rate() {
    return rate;
  }

  void missing() {
    isObserved = false;
  }

  void observed(boolean now, long monoNanos) {
    if (!now) {
      heldNanos = 0;
      hasFired = false;
    } else if (isTrue && isObserved && monoNanos - lastMono <= longestStepNanos) {
      heldNanos += monoNanos - lastMono;
    }
    isTrue = now;
    isObserved = true;
    lastMono = monoNanos;
  }

  /** Whether it has been true for so long, and nobody was told yet. */
  boolean isDue(long holdNanos) {
    return isTrue && !hasFired && heldNanos >= holdNanos;
  }

  /** Somebody was told; not again before it was false. */
  void told() {
    hasFired = true;
  }

  long heldNanos() {
    return heldNanos;
  }
}
