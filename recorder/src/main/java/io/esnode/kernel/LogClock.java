package io.esnode.kernel;

import java.time.Duration;

/**
 * Puts the log's own clock beside CLOCK_MONOTONIC. Both stand still in suspend, but the log's comes from the processor alone
 * and is not steered by NTP: after weeks they are seconds apart. A read that had to wait shows by how much, because the record
 * it brings was made just then; and no record is younger than its reading. Not thread-safe.
 *
 * <p>Until such a record came, the two are taken to be the same: times of records from before the recording are as good as the
 * processor's clock.
 */
final class LogClock {
  /** A read that took so long found an empty log and waited. */
  static final long WAITED_NANOS = Duration.ofMillis(20).toNanos();

  /** How late a waiting reader may be woken: a few scheduler ticks. */
  private static final long WAKE_NANOS = Duration.ofMillis(100).toNanos();

  private long offsetNanos;

  /**
   * CLOCK_MONOTONIC of a record, ns.
   *
   * @param bootMicros the record's own time
   * @param asked when the read began that brought it
   * @param answered when that read ended
   */
  long monoNanos(long bootMicros, long asked, long answered) {
    long own = bootMicros * 1_000;
    long mono = own + offsetNanos;
    boolean waited = answered - asked >= WAITED_NANOS;
    if (mono > answered || (waited && mono < Math.max(asked, answered - WAKE_NANOS))) {
      offsetNanos = answered - own;
      return answered;
    }
    return mono;
  }

  /** How far CLOCK_MONOTONIC was found to be ahead of the log's clock, ns. */
  long offsetNanos() {
    return offsetNanos;
  }
}
