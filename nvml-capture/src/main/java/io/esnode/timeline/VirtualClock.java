package io.esnode.timeline;

/** The time of a timeline, in ms since the start of the recording. Stands still until it is set. Thread-safe. */
public final class VirtualClock {
  private volatile long ms;

  public VirtualClock(long ms) {
    this.ms = ms;
  }

  public long millis() {
    return ms;
  }

  public void set(long ms) {
    this.ms = ms;
  }
}
