package io.esnode.yaml;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers with their units as people write them: {@code 97 %}, {@code 62 GiB}, {@code 1m30s}, {@code 12 per minute}. */
public enum Quantity {
  /** In ms; may be a sum, and negative: the past. */
  TIME(
      Map.of(
          "ms", 1L, "s", 1_000L, "m", 60_000L, "min", 60_000L, "h", 3_600_000L, "d", 86_400_000L),
      "a time such as 90s, 1m30s or -2m"),
  /** In percent. */
  SHARE(Map.of("%", 1L), "a share such as 97 %"),
  /** In bytes. */
  SIZE(
      Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40),
      "a size such as 62 GiB"),
  /** In bytes a second. */
  THROUGHPUT(
      Map.of("B/s", 1L, "KiB/s", 1L << 10, "MiB/s", 1L << 20, "GiB/s", 1L << 30),
      "a throughput such as 200 MiB/s"),
  /** In mW. */
  POWER(Map.of("mW", 1L, "W", 1_000L, "kW", 1_000_000L), "a power such as 350 W"),
  /** In degrees Celsius. */
  TEMPERATURE(Map.of("C", 1L, "°C", 1L), "a temperature such as 45 C"),
  /** In µs. */
  DELAY(Map.of("us", 1L, "µs", 1L, "ms", 1_000L, "s", 1_000_000L), "a delay such as 250 ms"),
  /** In events an hour. */
  RATE(
      Map.of("per second", 3600L, "per minute", 60L, "per hour", 1L),
      "a rate such as 12 per minute");

  private static final Pattern PART =
      Pattern.compile("\\G\\s*([0-9]{1,15}(?:\\.[0-9]{1,6})?)\\s*([^0-9.\\s-][^0-9.-]*)");

  /** Never changed. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Map<String, Long> units;

  private final String example;

  Quantity(Map<String, Long> units, String example) {
    this.units = units;
    this.example = example;
  }

  /** In the unit of this quantity. */
  public long parse(Yaml.Scalar scalar) throws YamlException {
    String text = scalar.text().strip();
    boolean negative = text.startsWith("-");
    String rest = negative ? text.substring(1) : text;
    Matcher part = PART.matcher(rest);
    BigDecimal sum = BigDecimal.ZERO;
    int end = 0;
    int parts = 0;
    while (part.find()) {
      Long factor = units.get(part.group(2).strip());
      if (factor == null) {
        throw wrong(scalar);
      }
      sum = sum.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(factor)));
      end = part.end();
      parts++;
    }
    if (rest.equals("0")) {
      return 0;
    }
    boolean signed = this == TIME || this == TEMPERATURE || this == DELAY;
    boolean whole = parts > 0 && end == rest.length();
    if (!whole || (parts > 1 && this != TIME) || (negative && !signed)) {
      throw wrong(scalar);
    }
    BigDecimal rounded = sum.setScale(0, RoundingMode.HALF_EVEN);
    if (rounded.compareTo(BigDecimal.valueOf(1L << 50)) > 0) {
      throw scalar.place().wrong("found \"%s\", which is too much".formatted(scalar.text()));
    }
    return negative ? -rounded.longValueExact() : rounded.longValueExact();
  }

  private YamlException wrong(Yaml.Scalar scalar) {
    return scalar
        .place()
        .wrong("found %s, expected %s".formatted(YamlReader.kind(scalar), example));
  }
}
