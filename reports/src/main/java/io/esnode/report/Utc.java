package io.esnode.report;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times for people: always UTC, always 24 hours, whatever the machine that renders believes. */
final class Utc {
  private static final DateTimeFormatter DATE = formatter("uuuu-MM-dd");
  private static final DateTimeFormatter SECONDS = formatter("HH:mm:ss");
  private static final DateTimeFormatter MILLIS = formatter("HH:mm:ss.SSS");
  private static final DateTimeFormatter MINUTES = formatter("HH:mm");

  private Utc() {}

  static String date(Instant time) {
    return DATE.format(time);
  }

  /** Clock time to the second, with milliseconds where there are any. */
  static String clock(Instant time) {
    boolean whole =
        time.truncatedTo(ChronoUnit.SECONDS).equals(time.truncatedTo(ChronoUnit.MILLIS));
    return (whole ? SECONDS : MILLIS).format(time);
  }

  static String minutes(Instant time) {
    return MINUTES.format(time);
  }

  static String seconds(Instant time) {
    return SECONDS.format(time);
  }

  static String dateTime(Instant time) {
    return date(time) + ' ' + clock(time);
  }

  /** From and to; the date of the end only where it differs. */
  static String window(Instant from, Instant to) {
    if (from.equals(to)) {
      return dateTime(from);
    }
    return dateTime(from) + " – " + (date(from).equals(date(to)) ? clock(to) : dateTime(to));
  }

  /** The day, or the first and the last of several. */
  static String days(Instant from, Instant to) {
    return date(from).equals(date(to)) ? date(from) : date(from) + " – " + date(to);
  }

  /** The two largest units, e.g. {@code 24 min 10 s}; below a second, milliseconds. */
  static String duration(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 1) {
      return duration.toMillis() + " ms";
    }
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return two(seconds / 60, "min", seconds % 60, "s");
    }
    if (seconds < 86_400) {
      return two(seconds / 3600, "h", seconds / 60 % 60, "min");
    }
    return two(seconds / 86_400, "d", seconds / 3600 % 24, "h");
  }

  private static String two(long large, String unit, long small, String smallUnit) {
    String text = large + " " + unit;
    return small == 0 ? text : text + ' ' + small + ' ' + smallUnit;
  }

  private static DateTimeFormatter formatter(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
  }
}
