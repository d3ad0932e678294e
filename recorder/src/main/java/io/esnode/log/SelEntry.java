package io.esnode.log;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code ipmitool -c sel list}: {@code a,11/21/26,19:56:15 UTC,Memory #0x02,Uncorrectable ECC,Asserted}. Before the
 * BMC's clock was set the date is {@code Pre-Init} and the time counts seconds.
 *
 * @param id number of the entry, hexadecimal in the line
 * @param tsMicros the BMC's clock taken for UTC; null where it was not set
 * @param sensor type and number, or {@code OEM record XX}
 * @param event what happened, with a reading where there is one; empty where the sensor says it all
 * @param direction {@code Asserted} or {@code Deasserted}; null of an OEM record
 */
record SelEntry(
    int id,
    @Nullable Long tsMicros,
    String sensor,
    String event,
    @Nullable String direction,
    String line) {
  private static final int MOST_CHARS = 1024;
  private static final int FIELDS = 6;

  /** A kernel panic that was written there has no more. */
  private static final int LEAST = 4;

  private static final Set<String> DIRECTIONS = Set.of("Asserted", "Deasserted");

  private static final Pattern ID = Pattern.compile("[0-9a-f]{1,4}");

  /** With LC_ALL=C ipmitool 1.8.19 writes a year of two digits and the zone, its forerunners four digits and none. */
  private static final Pattern DATE =
      Pattern.compile("([0-9]{2})/([0-9]{2})/((?:[0-9]{2})?[0-9]{2})");

  private static final Pattern TIME =
      Pattern.compile("([0-9]{2}):([0-9]{2}):([0-9]{2})(?: UTC| GMT)?");

  private static final int CENTURY = 2000;

  /** Null where it is no entry. */
  static @Nullable SelEntry parse(String line) {
    String[] fields = line.strip().split(",", FIELDS);
    if (line.length() > MOST_CHARS
        || fields.length < LEAST
        || !ID.matcher(fields[0]).matches()) {
      return null;
    }
    List<String> event = new ArrayList<>();
    @Nullable String direction = null;
    for (int i = LEAST; i < fields.length; i++) {
      for (String part : fields[i].split(",", -1)) {
        boolean directs = direction == null && DIRECTIONS.contains(part.strip());
        direction = directs ? part.strip() : direction;
        if (!directs && !part.isBlank()) {
          event.add(part.strip());
        }
      }
    }
    return new SelEntry(
        Integer.parseInt(fields[0], 16),
        micros(fields[1].strip(), fields[2].strip()),
        fields[3].strip(),
        String.join(", ", event),
        direction,
        line.strip());
  }

  private static @Nullable Long micros(String date, String time) {
    Matcher day = DATE.matcher(date);
    Matcher clock = TIME.matcher(time);
    if (!day.matches() || !clock.matches()) {
      return null;
    }
    int year = Integer.parseInt(day.group(3));
    try {
      return LocalDateTime.of(
                  year < 100 ? CENTURY + year : year,
                  Integer.parseInt(day.group(1)),
                  Integer.parseInt(day.group(2)),
                  Integer.parseInt(clock.group(1)),
                  Integer.parseInt(clock.group(2)),
                  Integer.parseInt(clock.group(3)))
              .toEpochSecond(ZoneOffset.UTC)
          * 1_000_000;
    } catch (DateTimeException e) {
      return null;
    }
  }
}
