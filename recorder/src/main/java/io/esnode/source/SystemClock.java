package io.esnode.source;

import java.time.Instant;
import java.time.InstantSource;

/** Reads the wall clock between two readings of the monotonic clock, again if something came in between. */
record SystemClock(InstantSource wall) implements Clock {
  /** A bracket is some 100 ns wide when nothing interrupts it; one this wide was interrupted. */
  private static final long WIDE_NANOS = 10_000;

  private static final int ATTEMPTS = 3;

  @Override
  public Moment now() {
    Moment best = read();
    for (int i = 1; i < ATTEMPTS && best.widthNanos() > WIDE_NANOS; i++) {
      Moment again = read();
      if (again.widthNanos() < best.widthNanos()) {
        best = again;
      }
    }
    return best;
  }

  private Moment read() {
    long before = System.nanoTime();
    Instant instant = wall.instant();
    long width = System.nanoTime() - before;
    long tsMicros = instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
    return new Moment(tsMicros, before + width / 2, width);
  }
}
