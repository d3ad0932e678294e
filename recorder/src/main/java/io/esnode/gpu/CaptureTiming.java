package io.esnode.gpu;

import java.time.Duration;

/**
 * How long a capture process is waited for.
 *
 * @param silence without a sign of life until it is ended
 * @param quit from the request to end until it is killed
 * @param kill from then until it is given up: a process in uninterruptible sleep survives SIGKILL
 * @param release from a request to let the devices go until it is killed; the devices are to be closed within a second
 * @param firstBackOff until a process that died is replaced; doubles up to {@code lastBackOff}
 */
public record CaptureTiming(
    Duration silence,
    Duration quit,
    Duration kill,
    Duration release,
    Duration firstBackOff,
    Duration lastBackOff) {
  private static final int SILENT_TICKS = 3;

  /**
   * What is right for a recording.
   *
   * @param interval from tick to tick: a process that is to speak once a minute is not silent after ten seconds
   */
  public static CaptureTiming of(Duration interval) {
    Duration least = Duration.ofSeconds(10);
    Duration ticks = interval.multipliedBy(SILENT_TICKS);
    return new CaptureTiming(
        ticks.compareTo(least) > 0 ? ticks : least,
        Duration.ofSeconds(2),
        Duration.ofSeconds(2),
        Duration.ofMillis(700),
        Duration.ofSeconds(1),
        Duration.ofSeconds(60));
  }
}
