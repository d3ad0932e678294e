package io.esnode.exposition;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line such as {@code http_requests_total{code="200"} 1027 1395066363000}. Strict: what is not a sample is a
 * {@link SyntaxException}, nothing else escapes. Not thread-safe.
 */
final class SampleLine {
  private static final int LONGEST_NUMBER = 64;
  private static final int MICROS_DIGITS = 6;
  private static final int MILLIS_DIGITS = 3;
  private static final int MOST_SECOND_DIGITS = 12;

  private final String line;
  private final boolean openMetrics;
  private int at;

  /** Why a line is not a sample, without repeating it. */
  static final class SyntaxException extends Exception {
    private static final long serialVersionUID = 1;

    SyntaxException(String message) {
      super(message);
    }
  }

  private SampleLine(String line, boolean openMetrics) {
    this.line = line;
    this.openMetrics = openMetrics;
  }

  static Sample read(String line, boolean openMetrics) throws SyntaxException {
    return new SampleLine(line, openMetrics).sample();
  }

  private Sample sample() throws SyntaxException {
    String name = name(true);
    blanks();
    SortedMap<String, String> labels = new TreeMap<>();
    if (is('{')) {
      labels = labels();
      blanks();
    }
    double value = number(word("value"));
    blanks();
    Long tsMicros = null;
    if (at < line.length() && !is('#')) {
      tsMicros = time(word("timestamp"));
      blanks();
    }
    if (at < line.length()) {
      exemplar();
    }
    return new Sample(name, labels, null, value, tsMicros);
  }

  /** OpenMetrics only; it says of which request a bucket was, which nobody asked for here. */
  private void exemplar() throws SyntaxException {
    if (!openMetrics || !is('#')) {
      throw new SyntaxException("text after the sample");
    }
    at++;
    blanks();
    labels();
    blanks();
    number(word("exemplar"));
    blanks();
    if (at < line.length()) {
      time(word("timestamp"));
      blanks();
    }
    if (at < line.length()) {
      throw new SyntaxException("text after the exemplar");
    }
  }

  private String name(boolean colons) throws SyntaxException {
    int from = at;
    while (at < line.length() && isName(line.charAt(at), colons, at > from)) {
      at++;
    }
    if (at == from) {
      throw new SyntaxException(colons ? "no name" : "a label without a name");
    }
    return line.substring(from, at);
  }

  private static boolean isName(char c, boolean colons, boolean digits) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || (colons && c == ':')
        || (digits && c >= '0' && c <= '9');
  }

  private SortedMap<String, String> labels() throws SyntaxException {
    SortedMap<String, String> labels = new TreeMap<>();
    expect('{');
    blanks();
    while (!is('}')) {
      String name = name(false);
      blanks();
      expect('=');
      blanks();
      if (labels.put(name, quoted()) != null) {
        throw new SyntaxException("a label twice");
      }
      blanks();
      if (is(',')) {
        at++;
        blanks();
      } else if (!is('}')) {
        throw new SyntaxException("labels without a comma between them");
      }
    }
    at++;
    return labels;
  }

  private String quoted() throws SyntaxException {
    expect('"');
    StringBuilder text = new StringBuilder();
    while (!is('"')) {
      if (at >= line.length()) {
        throw new SyntaxException("a label's value without an end");
      }
      char c = line.charAt(at++);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      if (is('\\') || is('"')) {
        text.append(line.charAt(at));
      } else if (is('n')) {
        text.append('\n');
      } else {
        throw new SyntaxException("a backslash that escapes nothing");
      }
      at++;
    }
    at++;
    return text.toString();
  }

  private String word(String what) throws SyntaxException {
    int from = at;
    while (at < line.length() && line.charAt(at) != ' ' && line.charAt(at) != '\t') {
      at++;
    }
    if (at == from) {
      throw new SyntaxException("no " + what);
    }
    if (at - from > LONGEST_NUMBER) {
      throw new SyntaxException("a " + what + " that is no number");
    }
    return line.substring(from, at);
  }

  /** As Go's ParseFloat reads decimal numbers. */
  private static double number(String word) throws SyntaxException {
    String bare = word.startsWith("+") || word.startsWith("-") ? word.substring(1) : word;
    switch (bare.toLowerCase(Locale.ROOT)) {
      case "nan" -> {
        return Double.NaN;
      }
      case "inf", "infinity" -> {
        return word.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      }
      default -> {
        if (!isDecimal(bare)) {
          throw new SyntaxException("a value that is no number");
        }
        return Double.parseDouble(word);
      }
    }
  }

  /** {@code 1}, {@code 1.}, {@code .5}, {@code 1e-3}. */
  private static boolean isDecimal(String text) {
    int exponent = Math.max(text.indexOf('e'), text.indexOf('E'));
    String mantissa = exponent < 0 ? text : text.substring(0, exponent);
    int dot = mantissa.indexOf('.');
    String digits =
        dot < 0 ? mantissa : mantissa.substring(0, dot).concat(mantissa.substring(dot + 1));
    if (!isDigits(digits)) {
      return false;
    }
    if (exponent < 0) {
      return true;
    }
    String power = text.substring(exponent + 1);
    return isDigits(power.startsWith("+") || power.startsWith("-") ? power.substring(1) : power);
  }

  private static boolean isDigits(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** ms in format 0.0.4, seconds with a fraction in OpenMetrics; recorded in µs. */
  private @Nullable Long time(String word) throws SyntaxException {
    String bare = word.startsWith("-") ? word.substring(1) : word;
    boolean fits = openMetrics ? isDecimal(bare) : isDigits(bare);
    if (!fits) {
      throw new SyntaxException("a timestamp that is no time");
    }
    BigDecimal time = new BigDecimal(word);
    int wholeDigits = time.precision() - time.scale();
    int most = openMetrics ? MOST_SECOND_DIGITS : MOST_SECOND_DIGITS + MILLIS_DIGITS;
    if (wholeDigits > most || time.scale() > LONGEST_NUMBER) {
      throw new SyntaxException("a timestamp that is no time");
    }
    return time.movePointRight(openMetrics ? MICROS_DIGITS : MILLIS_DIGITS)
        .setScale(0, RoundingMode.HALF_EVEN)
        .longValueExact();
  }

  private void blanks() {
    while (is(' ') || is('\t')) {
      at++;
    }
  }

  private boolean is(char c) {
    return at < line.length() && line.charAt(at) == c;
  }

  private void expect(char c) throws SyntaxException {
    if (!is(c)) {
      throw new SyntaxException("no %s where one has to be".formatted(c));
    }
    at++;
  }
}
