package io.esnode.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The SQL that DuckDB and Spark read alike and answer alike: what this refuses is an error on one of them, or, worse, another
 * number without an error. An allow list for functions, so that what nobody compared is not used.
 */
final class SqlSubset {
  /** Compared on both engines, and the macros. */
  private static final Set<String> FUNCTIONS = Set.of(
      "lag",
      "lead",
      "sum",
      "count",
      "min",
      "max",
      "row_number",
      "coalesce",
      "nullif",
      "greatest",
      "least",
      "abs",
      "cast",
      "array_agg",
      "array_sort",
      "cardinality",
      "string_agg",
      "concat_ws",
      "split_part",
      "epoch_micros",
      "from_micros",
      "seconds_between",
      "sha256_hex",
      "item",
      "truncate_to_long",
      "divide_rounded");

  /** Words that may stand before a bracket and are no functions. */
  private static final Set<String> WORDS = Set.of(
      "as", "over", "in", "and", "or", "not", "where", "when", "then", "else", "by", "on", "from",
      "filter", "using", "decimal", "union", "all", "select", "having", "case", "between",
      "exists");

  /** Never null in a row of a bundle, so that where nulls go does not matter. */
  private static final Set<String> NEVER_NULL =
      Set.of("row_id", "entity", "node", "boot_id", "bundle", "metric", "tick", "hole.row_id");

  private static final Pattern CALL = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)\\s*\\(");
  private static final Pattern ORDER = Pattern.compile("ORDER\\s+BY\\s+", Pattern.CASE_INSENSITIVE);
  private static final Pattern ORDER_END =
      Pattern.compile("(?i)^(LIMIT|ROWS|RANGE|UNION|SELECT|FROM)\\b");

  private SqlSubset() {}

  /** What is wrong with it; empty where nothing is. */
  static List<String> problems(String sql) {
    String bare = sql.replaceAll("--[^\n]*", " ").replaceAll("'[^']*'", "''");
    List<String> problems = new ArrayList<>();
    refuse(problems, bare, "\"", "a quoted name is a text constant in Spark");
    refuse(problems, bare, "`", "a quoted name is an error in DuckDB");
    refuse(problems, bare, "[", "lists count from 1 in DuckDB, from 0 in Spark: item()");
    refuse(problems, bare, "^", "power in DuckDB, xor in Spark: power()");
    refuse(problems, bare, "::", "write CAST");
    refuse(problems, bare, "/", "gives a real, and reals differ between engines: divide_rounded()");
    refuse(problems, bare, ";", "one statement");
    calls(problems, bare);
    orders(problems, bare);
    if (Pattern.compile("(?i)\\bLIMIT\\b").matcher(bare).find()
        && !ORDER.matcher(bare).find()) {
      problems.add("LIMIT without ORDER BY takes any rows");
    }
    if (Pattern.compile(
            "(?i)\\b(EXCLUDE|ASOF|TABLESAMPLE|DISTINCT ON|current_timestamp|current_date|DOUBLE|FLOAT|REAL)\\b")
        .matcher(bare)
        .find()) {
      problems.add("a word that one engine lacks, or that gives another answer each time");
    }
    return problems;
  }

  /** The same for a rule's SQL, which must also give rows and evidence. */
  static List<String> ruleProblems(String sql) {
    List<String> problems = new ArrayList<>(problems(sql));
    String result = sql.substring(Math.max(0, lastTopLevelSelect(sql)));
    if (!Pattern.compile("(?i)AS\\s+evidence\\b").matcher(result).find()) {
      problems.add("no column evidence");
    }
    if (Pattern.compile("(?is)^SELECT\\s+\\*").matcher(result).find()) {
      problems.add("SELECT * in the result");
    }
    if (!Pattern.compile("(?is)ORDER\\s+BY(?!.*\\))").matcher(result).find()) {
      problems.add("no ORDER BY at the end");
    }
    return problems;
  }

  private static void refuse(List<String> problems, String sql, String text, String why) {
    if (sql.contains(text)) {
      problems.add(text + " " + why);
    }
  }

  private static void calls(List<String> problems, String sql) {
    Matcher call = CALL.matcher(sql);
    while (call.find()) {
      String name = call.group(1).toLowerCase(Locale.ROOT);
      boolean cte =
          Pattern.compile("(?i)\\b" + name + "\\s+AS\\s*\\(").matcher(sql).find();
      if (!FUNCTIONS.contains(name) && !WORDS.contains(name) && !cte) {
        problems.add(name + "( is not among the functions both engines share");
      }
    }
  }

  private static void orders(List<String> problems, String sql) {
    Matcher order = ORDER.matcher(sql);
    while (order.find()) {
      for (String key : keys(sql.substring(order.end()))) {
        String name = key.strip();
        if (!name.toUpperCase(Locale.ROOT).contains("NULLS") && !NEVER_NULL.contains(name)) {
          problems.add("ORDER BY %s without NULLS LAST".formatted(name));
        }
      }
    }
  }

  private static List<String> keys(String text) {
    List<String> keys = new ArrayList<>();
    StringBuilder key = new StringBuilder();
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (depth == 0 && (c == ')' || endsHere(text, i))) {
        break;
      }
      depth += step(c);
      if (c == ',' && depth == 0) {
        keys.add(key.toString());
        key.setLength(0);
      } else {
        key.append(c);
      }
    }
    keys.add(key.toString());
    return keys;
  }

  private static boolean endsHere(String text, int i) {
    return (i == 0 || Character.isWhitespace(text.charAt(i - 1)))
        && ORDER_END.matcher(text.substring(i)).find();
  }

  private static int step(char c) {
    if (c == '(') {
      return 1;
    }
    return c == ')' ? -1 : 0;
  }

  private static int lastTopLevelSelect(String sql) {
    int depth = 0;
    int last = -1;
    for (int i = 0; i < sql.length(); i++) {
      char c = sql.charAt(i);
      depth += step(c);
      if (depth == 0 && sql.regionMatches(true, i, "SELECT", 0, 6)) {
        last = i;
      }
    }
    return last;
  }
}
