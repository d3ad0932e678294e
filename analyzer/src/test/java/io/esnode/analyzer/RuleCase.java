package io.esnode.analyzer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One case of a {@code .test} file ({@code docs/how-to/write-a-rule.md}): series per table, entity and column, and the
 * findings they must give.
 *
 * @param expected findings, each a map of the columns the case names to their text; empty where the rule must be quiet
 * @param state expected of the rule as a whole
 */
record RuleCase(
    String file,
    String name,
    Recording recording,
    List<String> columns,
    List<Map<String, String>> expected,
    String state) {
  private static final Pattern SERIES = Pattern.compile("(\\S+)\\s+(\\S+)\\s+([a-z0-9_]+)\\s+(.+)");
  private static final Pattern INTERVAL = Pattern.compile("every\\s+([0-9]+)(ms|s)");
  private static final Pattern ITEM =
      Pattern.compile("(?:'([^']*)'|(_|-?[0-9]+s?)(?:([+-])([0-9]+))?)(?:x([0-9]+))?");

  static List<RuleCase> parse(String file, String text) {
    List<RuleCase> cases = new ArrayList<>();
    String name = null;
    Recording recording = Recording.everySecond();
    List<String> columns = List.of();
    List<Map<String, String>> expected = new ArrayList<>();
    String state = "";
    int number = 0;
    for (String raw : text.lines().toList()) {
      number++;
      String line = raw.strip();
      String where = "%s line %d: %s".formatted(file, number, line);
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher interval = INTERVAL.matcher(line);
      Matcher series = SERIES.matcher(line);
      if (line.startsWith("case ")) {
        if (name != null) {
          cases.add(new RuleCase(file, name, recording, columns, expected, state));
        }
        name = line.substring(5);
        recording = Recording.everySecond();
        columns = List.of();
        expected = new ArrayList<>();
        state = "";
      } else if (interval.matches()) {
        long amount = Long.parseLong(interval.group(1));
        recording = new Recording(amount * (interval.group(2).equals("s") ? 1_000_000 : 1000));
      } else if (line.equals("recovered")) {
        recording.recovered();
      } else if (line.equals("expect absent") || line.equals("expect not_observed")) {
        state = line.substring(7);
      } else if (line.startsWith("expect ")) {
        state = "present";
        columns = cells(line.substring(7));
      } else if (state.equals("present")) {
        expected.add(row(columns, cells(line), where));
      } else if (series.matches()) {
        fill(recording, series, where);
      } else {
        throw new IllegalArgumentException(where);
      }
    }
    cases.add(new RuleCase(file, String.valueOf(name), recording, columns, expected, state));
    return cases;
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    for (String cell : line.split("\\|", -1)) {
      cells.add(cell.strip());
    }
    return cells;
  }

  private static Map<String, String> row(List<String> columns, List<String> cells, String where) {
    if (columns.size() != cells.size()) {
      throw new IllegalArgumentException(where);
    }
    Map<String, String> row = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      String cell = cells.get(i);
      row.put(columns.get(i), columns.get(i).endsWith("_ts") ? Moment.text(at(cell)) : cell);
    }
    return row;
  }

  private static void fill(Recording recording, Matcher series, String where) {
    int tick = 0;
    for (String item : items(series.group(4))) {
      Matcher matcher = ITEM.matcher(item);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(where + ": " + item);
      }
      int times = matcher.group(5) == null ? 0 : Integer.parseInt(matcher.group(5));
      long step = matcher.group(4) == null ? 0 : Long.parseLong(matcher.group(4));
      for (int i = 0; i <= times; i++, tick++) {
        if (matcher.group(1) != null) {
          set(recording, series, tick, matcher.group(1));
        } else if (!matcher.group(2).equals("_")) {
          long from = matcher.group(2).endsWith("s")
              ? at(matcher.group(2))
              : Long.parseLong(matcher.group(2));
          set(recording, series, tick, from + (("-".equals(matcher.group(3)) ? -step : step) * i));
        }
      }
    }
  }

  private static List<String> items(String series) {
    Matcher matcher = Pattern.compile("'[^']*'(?:x[0-9]+)?|\\S+").matcher(series);
    List<String> items = new ArrayList<>();
    while (matcher.find()) {
      items.add(matcher.group());
    }
    return items;
  }

  private static void set(Recording recording, Matcher series, int tick, Object value) {
    recording.set(series.group(1), series.group(2), tick, series.group(3), value);
  }

  /** µs of {@code 3s} after the start; {@code 2.5s} works as well. */
  private static long at(String offset) {
    return Recording.START_US
        + new java.math.BigDecimal(offset.substring(0, offset.length() - 1))
            .movePointRight(6)
            .longValueExact();
  }

  @Override
  public String toString() {
    return file + ": " + name;
  }
}
