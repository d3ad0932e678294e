package io.esnode.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A number as people read it: {@code 1331691520 B} is {@code 1.24 GiB}. The exact value stays in the ledger and in the
 * report's figure list.
 *
 * @param groups the digits in groups of three; the template sets a thin space between them, so that copied numbers are
 *     plain digits
 * @param unit empty for a plain count
 */
record Quantity(List<String> groups, String unit) {
  /** What a number in a ledger looks like; anything else is printed as text. Bounded, so that no exponent can hurt. */
  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,40}(\\.[0-9]{1,40})?");

  private static final List<Step> BYTES = List.of(
      Step.of("KiB", 1L << 10),
      Step.of("MiB", 1L << 20),
      Step.of("GiB", 1L << 30),
      Step.of("TiB", 1L << 40));
  private static final List<Step> BYTE_RATES = List.of(
      Step.of("KiB/s", 1L << 10),
      Step.of("MiB/s", 1L << 20),
      Step.of("GiB/s", 1L << 30),
      Step.of("TiB/s", 1L << 40));
  private static final List<Step> MICROSECONDS = List.of(
      Step.of("ms", 1_000), Step.of("s", 1_000_000), new Step("min", 60_000_000, 600_000_000));
  private static final List<Step> MILLISECONDS = List.of(
      Step.of("s", 1_000), new Step("min", 60_000, 600_000), new Step("h", 3_600_000, 7_200_000));
  private static final List<Step> SECONDS =
      List.of(new Step("min", 60, 600), new Step("h", 3_600, 7_200));
  private static final Map<String, List<Step>> LARGER =
      Map.of("B", BYTES, "B/s", BYTE_RATES, "us", MICROSECONDS, "ms", MILLISECONDS, "s", SECONDS);
  private static final Map<String, String> SHOWN =
      Map.of("1", "", "us", "µs", "Cel", "°C", "1/s", "/s", "{count}", "");

  Quantity {
    groups = List.copyOf(groups);
  }

  /**
   * A larger unit.
   *
   * @param factor how many of the base unit it holds
   * @param from the number of base units from which on it reads better
   */
  record Step(String unit, long factor, long from) {
    static Step of(String unit, long factor) {
      return new Step(unit, factor, factor);
    }
  }

  static boolean isDecimal(String value) {
    return DECIMAL.matcher(value).matches();
  }

  /** The unit in which numbers up to {@code largest} read best. */
  static Step step(BigDecimal largest, String unit) {
    Base base = base(unit);
    BigDecimal magnitude = largest.abs().multiply(BigDecimal.valueOf(base.factor()));
    Step best = Step.of(SHOWN.getOrDefault(base.unit(), base.unit()), 1);
    for (Step step : LARGER.getOrDefault(base.unit(), List.of())) {
      if (magnitude.compareTo(BigDecimal.valueOf(step.from())) >= 0) {
        best = step;
      }
    }
    return best;
  }

  /** @param value decimal string in {@code unit} */
  static Quantity of(String value, String unit) {
    if (!isDecimal(value)) {
      return new Quantity(
          List.of(SafeText.line(value, SafeText.NAME)),
          SafeText.line(SHOWN.getOrDefault(unit, unit), 32));
    }
    BigDecimal exact = new BigDecimal(value);
    Step step = step(exact, unit);
    if (step.factor() == 1 && base(unit).factor() == 1) {
      return new Quantity(group(exact.toPlainString()), SafeText.line(step.unit(), 32));
    }
    BigDecimal base = exact.multiply(BigDecimal.valueOf(base(unit).factor()));
    if (step.factor() == 1) {
      return new Quantity(group(base.toPlainString()), step.unit());
    }
    return new Quantity(group(threeDigits(base, step.factor())), step.unit());
  }

  /** The digits without the thin spaces, a no-break space, the unit. */
  String text() {
    String digits = String.join("", groups);
    return unit.isEmpty() ? digits : digits + '\u00a0' + unit;
  }

  /** Three significant digits, half even: enough to read; the exact value is one click away. */
  private static String threeDigits(BigDecimal value, long factor) {
    BigDecimal scaled = value.divide(BigDecimal.valueOf(factor), 6, RoundingMode.HALF_EVEN);
    int whole = scaled.abs().toBigInteger().toString().length();
    return scaled.setScale(Math.max(0, 3 - whole), RoundingMode.HALF_EVEN).toPlainString();
  }

  private static List<String> group(String digits) {
    int start = digits.startsWith("-") ? 1 : 0;
    int point = digits.indexOf('.');
    int end = point < 0 ? digits.length() : point;
    String sign = start == 1 ? "−" : "";
    if (end - start <= 4) {
      return List.of(sign + digits.substring(start));
    }
    List<String> groups = new ArrayList<>();
    int first = start + (end - start) % 3;
    if (first > start) {
      groups.add(digits.substring(start, first));
    }
    for (int i = first; i < end; i += 3) {
      groups.add(digits.substring(i, i + 3));
    }
    groups.set(0, sign + groups.get(0));
    groups.set(groups.size() - 1, groups.get(groups.size() - 1) + digits.substring(end));
    return groups;
  }

  /** A unit that is a multiple of one we scale. */
  private record Base(String unit, long factor) {}

  private static Base base(String unit) {
    return switch (unit) {
      case "By" -> new Base("B", 1);
      case "KiB" -> new Base("B", 1L << 10);
      case "MiB" -> new Base("B", 1L << 20);
      case "GiB" -> new Base("B", 1L << 30);
      case "KiB/s" -> new Base("B/s", 1L << 10);
      case "MiB/s" -> new Base("B/s", 1L << 20);
      default -> new Base(unit, 1);
    };
  }

  /** At most two decimals, no exponent, no locale: numbers in SVG and on axes. */
  static String plain(double value) {
    long cents = Math.round(value * 100);
    long rest = Math.abs(cents) % 100;
    String text = (cents < 0 ? "-" : "") + Math.abs(cents) / 100;
    if (rest == 0) {
      return text;
    }
    text += "." + (rest < 10 ? "0" : "") + rest;
    return text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
  }

  /** Factor from a unit of the registry to the unit that is scaled: a KiB is 1024 B. */
  static long baseFactor(String unit) {
    return base(unit).factor();
  }
}
