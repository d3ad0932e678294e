package io.esnode.cli;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 500ms}, {@code 20s}, {@code 1h30m}. */
final class DurationConverter implements ITypeConverter<Duration> {
  private static final Pattern PART = Pattern.compile("\\G([0-9]{1,9})(ms|s|m|h|d)");
  /** A hundred years; 292 of them in nanoseconds fill a long. */
  private static final Duration LONGEST = Duration.ofDays(36_525);

  private static final Map<String, Duration> UNITS = Map.of(
      "ms", Duration.ofMillis(1),
      "s", Duration.ofSeconds(1),
      "m", Duration.ofMinutes(1),
      "h", Duration.ofHours(1),
      "d", Duration.ofDays(1));

  @Override
  public Duration convert(String text) {
    Matcher part = PART.matcher(text);
    Duration sum = Duration.ZERO;
    int end = 0;
    while (part.find()) {
      sum = sum.plus(UNITS
          .getOrDefault(part.group(2), Duration.ZERO)
          .multipliedBy(Long.parseLong(part.group(1))));
      end = part.end();
    }
    if (sum.compareTo(LONGEST) > 0) {
      throw new TypeConversionException(
          "found \"%s\", expected at most %d days".formatted(text, LONGEST.toDays()));
    }
    if (text.isEmpty() || end != text.length() || sum.isZero()) {
      throw new TypeConversionException(
          "found \"%s\", expected a duration such as 500ms, 20s, 15m, 1h30m".formatted(text));
    }
    return sum;
  }
}
