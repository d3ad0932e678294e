package io.esnode.analyzer;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times as the ledger writes them: RFC 3339, UTC, always six digits of a second. */
public final class Moment {
  private static final DateTimeFormatter FORMAT = DateTimeFormatter.ofPattern(
          "uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
      .withZone(ZoneOffset.UTC);

  private Moment() {}

  public static String text(Instant instant) {
    return FORMAT.format(instant);
  }

  /** @param micros µs since 1970 UTC */
  static String text(long micros) {
    return text(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
  }
}
