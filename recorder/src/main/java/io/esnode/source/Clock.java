package io.esnode.source;

/** The two clocks every tick is stamped with. Thread-safe. */
public interface Clock {
  /** Reads both clocks now. */
  Moment now();

  /** The clocks of this machine. */
  static Clock system() {
    return new SystemClock(java.time.Clock.systemUTC());
  }
}
