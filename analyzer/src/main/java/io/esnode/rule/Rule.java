package io.esnode.rule;

import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One rule, read from one SQL file ({@code docs/how-to/write-a-rule.md}). Immutable, thread-safe.
 *
 * <p>The SQL gives one row for each finding, with the columns {@code entity}, {@code first_ts}, {@code last_ts},
 * {@code evidence} (row ids), and those that {@code figures} and {@code texts} name. {@code evidence_from}, where it is
 * there, holds further row ids: those from which a difference was taken.
 *
 * @param requires {@code table.column} names; without them the rule is not observed
 * @param ticks how many readings of the required columns it takes to judge anything: 2 for a rule over differences
 * @param params thresholds, in file order
 * @param figures result columns that are numbers
 * @param texts result columns that are words, for the explanation
 * @param source where the rule's knowledge comes from
 * @param explain text with {@code ${column}} and {@code ${param}} in it
 * @param template SQL with {@code ${param}} in it
 */
public record Rule(
    String id,
    String title,
    Severity severity,
    String rulebook,
    List<String> requires,
    int ticks,
    List<RuleResult.Param> params,
    List<FigureColumn> figures,
    List<String> texts,
    String source,
    String explain,
    String template) {
  static final List<String> KEYS = List.of(
      "id",
      "title",
      "severity",
      "rulebook",
      "requires",
      "ticks",
      "param",
      "figure",
      "text",
      "source",
      "explain");
  private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]*");
  private static final Pattern QUALIFIED = Pattern.compile("[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*");
  private static final Pattern PARAM =
      Pattern.compile("([a-z][a-z0-9_]*) = (-?[0-9]{1,15}(?:\\.[0-9]{1,9})?)[ ]{2,}(\\S.*)");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)\\}");
  private static final int MAX_SCALE = 9;

  public Rule {
    requires = List.copyOf(requires);
    params = List.copyOf(params);
    figures = List.copyOf(figures);
    texts = List.copyOf(texts);
  }

  /**
   * A result column that is a number.
   *
   * @param label what it is, for people
   * @param unit as in {@code metrics.csv}
   * @param scale digits after the decimal point
   */
  public record FigureColumn(String column, String label, String unit, int scale) {}

  /**
   * Reads a rule file.
   *
   * @param file its name, for messages
   * @throws RuleException naming the line, whatever the text holds
   */
  public static Rule parse(String file, String text) throws RuleException {
    Header header = Header.parse(file, text);
    header.allow(KEYS);
    Header.Entry severity = header.one("severity");
    List<RuleResult.Param> params = params(header);
    List<FigureColumn> figures = figures(header);
    List<String> texts = texts(header);
    Rule rule = new Rule(
        id(header),
        header.one("title").value(),
        Severity.find(severity.value())
            .orElseThrow(() -> new RuleException(
                "%s line %s: severity \"%s\", expected info, warning, error or critical"
                    .formatted(file, severity.line(), Header.shown(severity.value())))),
        header.oneOr("rulebook", "esnode").value(),
        requires(header),
        ticks(header),
        params,
        figures,
        texts,
        header.one("source").value(),
        header.one("explain").value(),
        header.sql());
    rule.checkNames(header);
    return rule;
  }

  /** The SQL with every threshold in place and typed, as the ledger carries it. */
  public String sql() {
    Map<String, String> values = new HashMap<>();
    params.forEach(p -> values.put(p.name(), literal(p.value())));
    return filled(template, values);
  }

  /** 64 bits or exact decimals: a bare 30 would be 32 bits wide, and 30 s in ns do not fit. */
  private static String literal(String value) {
    int point = value.indexOf('.');
    return point < 0
        ? "CAST(%s AS BIGINT)".formatted(value)
        : "CAST(%s AS DECIMAL(18, %s))".formatted(value, value.length() - point - 1);
  }

  /**
   * The explanation with a finding's values in place.
   *
   * @param values of the result columns, as text
   */
  public String explanation(Map<String, String> values) {
    Map<String, String> all = new HashMap<>();
    params.forEach(p -> all.put(p.name(), p.value()));
    all.putAll(values);
    return filled(explain, all);
  }

  private static String filled(String template, Map<String, String> values) {
    return PLACEHOLDER
        .matcher(template)
        .replaceAll(m -> Matcher.quoteReplacement(values.getOrDefault(m.group(1), m.group())));
  }

  private static String id(Header header) throws RuleException {
    Header.Entry id = header.one("id");
    if (!ID.matcher(id.value()).matches()) {
      throw new RuleException("%s line %s: id \"%s\", expected lower-case words with hyphens"
          .formatted(header.file(), id.line(), Header.shown(id.value())));
    }
    return id.value();
  }

  static List<String> requires(Header header) throws RuleException {
    Header.Entry entry = header.one("requires");
    List<String> names = new ArrayList<>();
    for (String name : entry.value().split(",", -1)) {
      String trimmed = name.strip();
      if (!QUALIFIED.matcher(trimmed).matches() || names.contains(trimmed)) {
        throw new RuleException(
            "%s line %s: requires \"%s\", expected table.column names, each once, with commas between"
                .formatted(header.file(), entry.line(), Header.shown(trimmed)));
      }
      names.add(trimmed);
    }
    return names;
  }

  private static int ticks(Header header) throws RuleException {
    Header.Entry entry = header.oneOr("ticks", "1");
    if (!entry.value().matches("[1-9][0-9]{0,3}")) {
      throw new RuleException("%s line %s: ticks \"%s\", expected a number from 1"
          .formatted(header.file(), entry.line(), Header.shown(entry.value())));
    }
    return Integer.parseInt(entry.value());
  }

  private static List<RuleResult.Param> params(Header header) throws RuleException {
    List<RuleResult.Param> params = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Header.Entry entry : header.all("param")) {
      Matcher matcher = PARAM.matcher(entry.value());
      if (!matcher.matches() || !names.add(matcher.group(1))) {
        throw new RuleException(
            "%s line %s: param \"%s\", expected \"name = decimal   what it is for\", each name once"
                .formatted(header.file(), entry.line(), Header.shown(entry.value())));
      }
      params.add(new RuleResult.Param(matcher.group(1), matcher.group(2), matcher.group(3)));
    }
    return params;
  }

  private static List<FigureColumn> figures(Header header) throws RuleException {
    List<FigureColumn> figures = new ArrayList<>();
    for (Header.Entry entry : header.all("figure")) {
      String[] parts = entry.value().split("\\|", -1);
      for (int i = 0; i < parts.length; i++) {
        parts[i] = parts[i].strip();
      }
      if (parts.length != 4
          || !NAME.matcher(parts[0]).matches()
          || parts[1].isEmpty()
          || parts[2].isEmpty()
          || !parts[3].matches("[0-9]")
          || Integer.parseInt(parts[3]) > MAX_SCALE) {
        throw new RuleException(
            "%s line %s: figure \"%s\", expected \"column | label | unit | digits after the point\""
                .formatted(header.file(), entry.line(), Header.shown(entry.value())));
      }
      figures.add(new FigureColumn(parts[0], parts[1], parts[2], Integer.parseInt(parts[3])));
    }
    return figures;
  }

  private static List<String> texts(Header header) throws RuleException {
    List<String> texts = new ArrayList<>();
    for (Header.Entry entry : header.all("text")) {
      if (!NAME.matcher(entry.value()).matches()) {
        throw new RuleException("%s line %s: text \"%s\", expected the name of a result column"
            .formatted(header.file(), entry.line(), Header.shown(entry.value())));
      }
      texts.add(entry.value());
    }
    return texts;
  }

  /** Every name used is declared, every name declared is used, none twice. */
  private void checkNames(Header header) throws RuleException {
    Set<String> declared = new HashSet<>();
    for (RuleResult.Param param : params) {
      declared.add(param.name());
      if (!template.contains("${" + param.name() + "}")) {
        throw new RuleException(
            "%s: param %s is not used in the SQL".formatted(header.file(), param.name()));
      }
    }
    String unknown = firstUnknown(template, declared);
    if (unknown != null) {
      throw new RuleException("%s line %s: ${%s} in the SQL is no param of this rule"
          .formatted(
              header.file(), header.sqlLine() + lineOf(template, unknown), Header.shown(unknown)));
    }
    List<String> columns =
        new ArrayList<>(List.of("entity", "first_ts", "last_ts", "evidence", "evidence_from"));
    figures.forEach(f -> columns.add(f.column()));
    columns.addAll(texts);
    for (String column : columns) {
      if (!declared.add(column)) {
        throw new RuleException("%s: %s is declared twice, or is a name every rule has"
            .formatted(header.file(), column));
      }
    }
    Header.Entry explain = header.one("explain");
    String unexplained = firstUnknown(explain.value(), declared);
    if (unexplained != null) {
      throw new RuleException("%s line %s: ${%s} in the explanation is no param, figure or text"
          .formatted(header.file(), explain.line(), Header.shown(unexplained)));
    }
  }

  private static @Nullable String firstUnknown(String text, Set<String> known) {
    Matcher matcher = PLACEHOLDER.matcher(text);
    while (matcher.find()) {
      if (!known.contains(matcher.group(1))) {
        return matcher.group(1);
      }
    }
    return null;
  }

  private static int lineOf(String text, String placeholder) {
    return (int) text.substring(0, text.indexOf("${" + placeholder + "}"))
        .chars()
        .filter(c -> c == '\n')
        .count();
  }
}
