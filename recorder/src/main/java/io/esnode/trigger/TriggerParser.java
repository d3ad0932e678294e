package io.esnode.trigger;

import io.esnode.kernel.PrintableText;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads one declaration. Used once. */
final class TriggerParser {
  private static final int LONGEST = 1024;
  private static final int LONGEST_SHOWN = 60;

  private static final Pattern BLANKS = Pattern.compile("[ \t]*");
  private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern NUMBER =
      Pattern.compile("(-?)(?:0[xX]([0-9A-Fa-f]{1,16})|([0-9]{1,19}(?:\\.[0-9]{1,9})?))");
  private static final Pattern FACTOR = Pattern.compile("([kMGT]i?)(?![A-Za-z0-9_])");
  private static final Pattern DURATION_PART = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
  private static final Pattern CODE = Pattern.compile("[0-9]{1,9}");
  private static final Pattern REST = Pattern.compile("\\S.*", Pattern.DOTALL);

  private static final Map<String, Long> FACTORS = Map.of(
      "k",
      1_000L,
      "M",
      1_000_000L,
      "G",
      1_000_000_000L,
      "T",
      1_000_000_000_000L,
      "Ki",
      1L << 10,
      "Mi",
      1L << 20,
      "Gi",
      1L << 30,
      "Ti",
      1L << 40);

  private static final Map<String, Duration> UNITS = Map.of(
      "ms", Duration.ofMillis(1),
      "s", Duration.ofSeconds(1),
      "m", Duration.ofMinutes(1),
      "h", Duration.ofHours(1));

  private static final Duration LONGEST_HOLD = Duration.ofDays(365);

  private final String text;
  private int at;

  TriggerParser(String text) {
    this.text = text;
  }

  Trigger trigger() throws TriggerException {
    if (text.length() > LONGEST) {
      throw new TriggerException(
          "found %d characters, expected at most %d".formatted(text.length(), LONGEST));
    }
    String declared = PrintableText.of(text.strip());
    String word = take(WORD);
    if (word == null) {
      throw expected("a column such as psi.memory_full_avg10_pct, rate(…), xid, kernel or exit");
    }
    Trigger trigger = switch (word) {
      case "xid" -> new Trigger.Xid(declared, codes());
      case "kernel" -> new Trigger.Kernel(declared, pattern());
      case "exit" -> new Trigger.Exit(declared);
      default -> threshold(declared, word);
    };
    if (rest() != null) {
      throw expected(
          trigger instanceof Trigger.Threshold t && t.hold().isZero()
              ? "\"for\" and a duration, or the end"
              : "the end");
    }
    return trigger;
  }

  private Set<Long> codes() throws TriggerException {
    Set<Long> codes = new HashSet<>();
    if (rest() == null) {
      return codes;
    }
    do {
      String code = take(CODE);
      if (code == null) {
        throw expected("the number of an XID");
      }
      codes.add(Long.parseLong(code));
    } while (take(','));
    return codes;
  }

  private Pattern pattern() throws TriggerException {
    if (!take('"')) {
      throw expected("an expression in double quotes");
    }
    StringBuilder expression = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      boolean isQuote = text.startsWith("\\\"", at);
      // Any other backslash is the expression's, with the character that it is about.
      if (!isQuote && text.charAt(at) == '\\' && at + 1 < text.length()) {
        expression.append(text.charAt(at++));
      } else if (isQuote) {
        at++;
      }
      expression.append(text.charAt(at++));
    }
    if (at == text.length()) {
      throw expected("a closing double quote");
    }
    at++;
    if (expression.isEmpty()) {
      throw new TriggerException("found an empty expression, which every line matches");
    }
    try {
      return Pattern.compile(expression.toString());
    } catch (PatternSyntaxException e) {
      throw new TriggerException("found the expression \"%s\", which is none: %s at character %d"
          .formatted(shown(expression.toString()), e.getDescription(), e.getIndex() + 1));
    } catch (StackOverflowError e) {
      throw new TriggerException("found an expression that is nested too deeply");
    }
  }

  private Trigger threshold(String declared, String word) throws TriggerException {
    boolean isRate = word.equals("rate") && take('(');
    String table = isRate ? take(WORD) : word;
    if (table == null) {
      throw expected("a counter's column such as disk.read_bytes");
    }
    String entity = entity();
    Metric metric = metric(table);
    if (isRate && !take(')')) {
      throw expected("\")\"");
    }
    if (isRate && metric.kind() != Metric.Kind.COUNTER) {
      throw new TriggerException("found rate(%s), expected a counter; it is a %s"
          .formatted(
              metric.qualifiedName(), metric.kind() == Metric.Kind.STATE ? "state" : "gauge"));
    }
    Operator operator = operator();
    if (isRate && operator == Operator.ANY_BIT) {
      throw new TriggerException(
          "found & behind a rate, which has no bits; expected > >= < <= == !=");
    }
    if (operator == Operator.ANY_BIT && metric.type() == Metric.Type.DECIMAL2) {
      throw new TriggerException(
          "found & behind %s, which has decimals and no bits; expected > >= < <= == !="
              .formatted(metric.qualifiedName()));
    }
    BigDecimal limit = number();
    long exact = isRate ? 0 : exact(limit, metric);
    Duration hold = hold();
    Table known = Registry.get().table(table);
    return new Trigger.Threshold(
        declared,
        known,
        known.indexOf(metric.column()),
        entity,
        isRate,
        operator,
        exact,
        limit.doubleValue(),
        hold);
  }

  private @Nullable String entity() throws TriggerException {
    if (at >= text.length() || text.charAt(at) != '[') {
      return null;
    }
    int end = text.indexOf(']', at);
    if (end < 0) {
      throw expected("\"]\" behind the entity");
    }
    String entity = text.substring(at + 1, end).strip();
    if (entity.isEmpty()) {
      throw expected("an entity such as [cpu:3]");
    }
    at = end + 1;
    return entity;
  }

  private Metric metric(String table) throws TriggerException {
    String column = take('.') ? take(WORD) : null;
    if (column == null && Registry.get().find(table).isPresent()) {
      throw expected("\".\" and a column of " + table);
    }
    String name = column == null ? table : table + "." + column;
    Metric metric = column == null ? null : Registry.get().find(table, column).orElse(null);
    if (metric == null) {
      List<String> near = Nearest.to(name, names().toList());
      if (near.isEmpty()) {
        near =
            Nearest.anyTo(name, names().filter(n -> n.startsWith(table + ".")).toList());
      }
      throw new TriggerException("found \"%s\", expected a column%s"
          .formatted(
              shown(name),
              near.isEmpty()
                  ? "; docs/reference/metrics.md lists them"
                  : ", perhaps " + String.join(", ", near)));
    }
    if (!isSampled(metric)) {
      throw new TriggerException("found %s, expected a number that is sampled; this one is %s"
          .formatted(
              metric.qualifiedName(),
              metric.type() == Metric.Type.TEXT ? "text" : "written when something happens"));
    }
    return metric;
  }

  private static Stream<String> names() {
    return Stream.concat(
        Stream.of("xid", "kernel", "exit"),
        Registry.get().tables().stream()
            .flatMap(table -> table.columns().stream())
            .filter(TriggerParser::isSampled)
            .map(Metric::qualifiedName));
  }

  private static boolean isSampled(Metric metric) {
    return (metric.type() == Metric.Type.INT64 || metric.type() == Metric.Type.DECIMAL2)
        && Pace.of(metric.cadence()).isPresent();
  }

  private Operator operator() throws TriggerException {
    skipBlanks();
    for (Operator operator : Operator.values()) {
      if (text.startsWith(operator.sign(), at)) {
        at += operator.sign().length();
        return operator;
      }
    }
    throw expected("> >= < <= == != or &");
  }

  private BigDecimal number() throws TriggerException {
    skipBlanks();
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    if (!number.lookingAt()) {
      throw expected("a number");
    }
    at = number.end();
    String hex = number.group(2);
    BigDecimal value = hex != null
        ? BigDecimal.valueOf(Long.parseUnsignedLong(hex, 16))
        : new BigDecimal(number.group(3));
    Matcher factor = FACTOR.matcher(text).region(at, text.length());
    if (factor.lookingAt()) {
      at = factor.end();
      value = value.multiply(BigDecimal.valueOf(FACTORS.getOrDefault(factor.group(1), 1L)));
    }
    return number.group(1).isEmpty() ? value : value.negate();
  }

  /** The limit as the column stores its values. */
  private static long exact(BigDecimal limit, Metric metric) throws TriggerException {
    int places = metric.type() == Metric.Type.DECIMAL2 ? 2 : 0;
    try {
      return limit.setScale(places, RoundingMode.UNNECESSARY).unscaledValue().longValueExact();
    } catch (ArithmeticException e) {
      throw new TriggerException("found %s, expected a number as %s has it: 64 bits%s, %s"
          .formatted(
              limit.toPlainString(),
              metric.qualifiedName(),
              metric.unit().equals("1") ? "" : " of " + metric.unit(),
              places == 0 ? "no decimals" : "at most 2 decimals"));
    }
  }

  private Duration hold() throws TriggerException {
    int before = at;
    if (!"for".equals(take(WORD))) {
      at = before;
      return Duration.ZERO;
    }
    skipBlanks();
    Duration sum = Duration.ZERO;
    Matcher part = DURATION_PART.matcher(text);
    while (part.region(at, text.length()).lookingAt()) {
      sum = sum.plus(UNITS
          .getOrDefault(part.group(2), Duration.ZERO)
          .multipliedBy(Long.parseLong(part.group(1))));
      at = part.end();
    }
    if (sum.isZero()) {
      throw expected("a duration such as 500ms, 20s, 1m30s");
    }
    if (sum.compareTo(LONGEST_HOLD) > 0) {
      throw new TriggerException(
          "found a duration of more than %d days, expected less".formatted(LONGEST_HOLD.toDays()));
    }
    return sum;
  }

  private void skipBlanks() {
    Matcher blanks = BLANKS.matcher(text).region(at, text.length());
    if (blanks.lookingAt()) {
      at = blanks.end();
    }
  }

  private @Nullable String take(Pattern token) {
    skipBlanks();
    Matcher matcher = token.matcher(text).region(at, text.length());
    if (!matcher.lookingAt()) {
      return null;
    }
    at = matcher.end();
    return matcher.group();
  }

  private boolean take(char sign) {
    skipBlanks();
    boolean there = at < text.length() && text.charAt(at) == sign;
    at += there ? 1 : 0;
    return there;
  }

  /** What is left; null at the end. */
  private @Nullable String rest() {
    skipBlanks();
    Matcher matcher = REST.matcher(text).region(at, text.length());
    return matcher.lookingAt() ? matcher.group() : null;
  }

  private TriggerException expected(String what) {
    String rest = rest();
    return new TriggerException("found %s at character %d, expected %s"
        .formatted(rest == null ? "the end" : "\"" + shown(rest) + "\"", at + 1, what));
  }

  private static String shown(String found) {
    String safe = PrintableText.of(found);
    return safe.length() > LONGEST_SHOWN ? safe.substring(0, LONGEST_SHOWN) + "…" : safe;
  }
}
