package io.esnode.seal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a witness off the node is given of one seal, and keeps. Immutable, thread-safe.
 *
 * <pre>
 * esnode-seal/1 RECORDING_ID EPOCH TS HEAD_SHA256 KEY_SHA256 NEXT_KEY_SHA256
 * </pre>
 *
 * A digest that there is none of is {@code -}; {@code TS} is RFC 3339 in UTC with six digits of a second.
 *
 * @param head null in a genesis that follows no bundle
 * @param nextKey null in the last epoch
 */
public record WitnessLine(
    String recordingId,
    long epoch,
    long tsMicros,
    @Nullable String head,
    String key,
    @Nullable String nextKey) {
  /** Beyond this a line is not one of ours. */
  public static final int MAX_CHARS = 4096;

  static final String MARK = "esnode-seal/1 ";
  private static final String SHA256 = "([0-9a-f]{64})";
  private static final Pattern FIELDS = Pattern.compile(
      "([0-9A-Za-z._-]{1,64}) ([0-9]{1,15}) ([0-9]{4}-[0-9TZ:.-]{10,30}) (-|%s) %s (-|%s)(?:[ \\t\\r].*)?"
          .formatted(SHA256, SHA256, SHA256),
      Pattern.DOTALL);
  private static final DateTimeFormatter TS = DateTimeFormatter.ofPattern(
          "uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
      .withZone(ZoneOffset.UTC);

  /** What stands in the seal. */
  public static WitnessLine of(EpochSeal seal) {
    return new WitnessLine(
        seal.recordingId(),
        seal.epoch(),
        seal.tsMicros(),
        seal.headSha256(),
        seal.keySha256(),
        seal.nextKeySha256());
  }

  /** Without a line end. */
  public String text() {
    return "%s%s %s %s %s %s %s"
        .formatted(
            MARK,
            recordingId,
            Long.toString(epoch),
            time(tsMicros),
            head == null ? "-" : head,
            key,
            nextKey == null ? "-" : nextKey);
  }

  /** A moment in the form that it has in a line. */
  public static String time(long tsMicros) {
    return TS.format(Instant.EPOCH.plus(tsMicros, ChronoUnit.MICROS));
  }

  /** Whether somebody wanted to say something about a seal. */
  public static boolean isMeant(String text) {
    return text.contains(MARK);
  }

  /**
   * Finds it in a line that may have something before it, as syslog does.
   *
   * @return null where there is none
   */
  public static @Nullable WitnessLine parse(String text) {
    int at = text.lastIndexOf(MARK);
    if (at < 0 || text.length() > MAX_CHARS) {
      return null;
    }
    Matcher fields = FIELDS.matcher(text.substring(at + MARK.length()));
    if (!fields.matches()) {
      return null;
    }
    try {
      Instant ts = TS.parse(fields.group(3), Instant::from);
      return new WitnessLine(
          fields.group(1),
          Long.parseLong(fields.group(2)),
          ChronoUnit.MICROS.between(Instant.EPOCH, ts),
          digest(fields.group(4)),
          fields.group(6),
          digest(fields.group(7)));
    } catch (DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  private static @Nullable String digest(String field) {
    return field.equals("-") ? null : field;
  }
}
