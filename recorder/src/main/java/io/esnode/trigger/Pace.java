package io.esnode.trigger;

import io.esnode.metric.Metric;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How often a column has a value. */
final class Pace {
  private static final Pattern CADENCE = Pattern.compile("([0-9]{1,6})([smh])");

  /** The cadence of what is sampled at every tick, whatever the recording's interval. */
  private static final Duration EVERY_TICK = Duration.ofSeconds(1);

  /** A GPU that answers slowly is asked at some ticks only; between two samples further apart nothing was observed. */
  private static final int LONGEST_STEP = 10;

  private Pace() {}

  /** The duration that a cadence of the registry names; empty for {@code event} and {@code start}. */
  static Optional<Duration> of(String cadence) {
    Matcher parts = CADENCE.matcher(cadence);
    if (!parts.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(parts.group(1));
    return Optional.of(
        switch (parts.group(2)) {
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofSeconds(number);
        });
  }

  /** Whether a tick without a value is one at which it could not be read. */
  static boolean isEveryTick(Metric metric, Duration interval) {
    return between(metric, interval).equals(interval);
  }

  /** Two samples that lie no further apart than so belong together. */
  static long longestStepNanos(Metric metric, Duration interval) {
    return between(metric, interval).multipliedBy(LONGEST_STEP).toNanos();
  }

  private static Duration between(Metric metric, Duration interval) {
    Duration cadence = of(metric.cadence()).orElse(EVERY_TICK);
    return cadence.equals(EVERY_TICK) || cadence.compareTo(interval) < 0 ? interval : cadence;
  }
}
