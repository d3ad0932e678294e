package io.esnode.capture;

/**
 * How often is asked: turns follow each other at equal distances. Faster than the ticks there is a whole number of turns to a tick,
 * the first of which is due when the tick is; slower, every turn is one of the tick it falls into. Ticks are those of the recording,
 * and keep their numbers. Immutable.
 */
final class Pace {
  private static final long LEAST_NANOS = 1_000_000;
  private static final long MOST_PARTS = 100_000;

  private final int number;
  private final long startNanos;
  private final long tickNanos;
  private final long spanNanos;
  private final long parts;
  private final Pace ticks;

  private Pace(long startNanos, long tickNanos) {
    number = 0;
    this.startNanos = startNanos;
    this.tickNanos = tickNanos;
    spanNanos = tickNanos;
    parts = 1;
    ticks = this;
  }

  private Pace(int number, Pace of, long spanNanos, long parts) {
    this.number = number;
    startNanos = of.startNanos;
    tickNanos = of.tickNanos;
    this.spanNanos = spanNanos;
    this.parts = parts;
    ticks = parts == 1 ? this : of.ticks;
  }

  static Pace ofTicks(long startNanos, long tickNanos) {
    return new Pace(startNanos, tickNanos);
  }

  /**
   * Another pace of the same recording.
   *
   * @param nanos from turn to turn; less than a tick's is rounded to the nearest whole fraction of it
   * @param counted tells it from others
   */
  Pace every(long nanos, int counted) {
    if (nanos >= tickNanos) {
      return new Pace(counted, ticks, nanos, 1);
    }
    long whole = Math.round((double) tickNanos / Math.max(nanos, LEAST_NANOS));
    return new Pace(counted, ticks, tickNanos, Math.max(1, Math.min(whole, MOST_PARTS)));
  }

  /** The same without what lies between the ticks. */
  Pace withoutParts() {
    return ticks;
  }

  int number() {
    return number;
  }

  /** From turn to turn, rounded down. */
  long intervalNanos() {
    return spanNanos / parts;
  }

  /** From one turn that is a tick to the next. */
  long spanNanos() {
    return spanNanos;
  }

  /** Turns to a tick; 1 where all are ticks. */
  long parts() {
    return parts;
  }

  /** The turn that is due at a moment, or was due last; negative before the start. */
  long turn(long nowNanos) {
    long since = nowNanos - startNanos;
    long rest = Math.floorMod(since, spanNanos);
    long part = Math.min(rest / intervalNanos(), parts - 1);
    return Math.floorDiv(since, spanNanos) * parts + (offset(part) > rest ? part - 1 : part);
  }

  long dueNanos(long turn) {
    return startNanos + Math.floorDiv(turn, parts) * spanNanos + offset(Math.floorMod(turn, parts));
  }

  /** Within a tick, ns, rounded up. */
  private long offset(long part) {
    return part * intervalNanos() + (part * (spanNanos % parts) + parts - 1) / parts;
  }

  /** The tick that a turn belongs to. */
  long tick(long turn) {
    return Math.floorDiv(Math.floorDiv(turn, parts) * spanNanos, tickNanos);
  }
}
