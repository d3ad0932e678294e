package io.esnode.rule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The comment lines at the top of a SQL file, {@code -- key: value}, and the SQL below them.
 *
 * <p>A line of {@code --} and three or more spaces continues the value above it. The first line that is no comment ends
 * the header.
 *
 * @param file for messages
 * @param entries key to its values, each with its line, in file order
 * @param sql everything below, without white space around it
 * @param sqlLine number of the first line of {@code sql}
 */
record Header(String file, Map<String, List<Entry>> entries, String sql, int sqlLine) {
  private static final Pattern ENTRY = Pattern.compile("-- ([a-z]+):[ ]*(.*)");
  private static final Pattern CONTINUATION = Pattern.compile("--[ ]{3,}(\\S.*)");
  private static final int MAX_CHARS = 1 << 20;

  /** One value and the line it begins on. */
  record Entry(int line, String value) {}

  static Header parse(String file, String text) throws RuleException {
    if (text.length() > MAX_CHARS) {
      throw new RuleException(
          "%s: %s characters, at most %s are read".formatted(file, text.length(), MAX_CHARS));
    }
    Map<String, List<Entry>> entries = new LinkedHashMap<>();
    List<String> lines = text.lines().toList();
    List<Entry> current = null;
    int at = 0;
    for (; at < lines.size() && lines.get(at).startsWith("--"); at++) {
      String line = lines.get(at).stripTrailing();
      Matcher entry = ENTRY.matcher(line);
      Matcher more = CONTINUATION.matcher(line);
      if (entry.matches()) {
        current = entries.computeIfAbsent(entry.group(1), key -> new ArrayList<>());
        current.add(new Entry(at + 1, entry.group(2).strip()));
      } else if (current != null && more.matches()) {
        Entry last = current.remove(current.size() - 1);
        current.add(new Entry(last.line(), last.value() + " " + more.group(1)));
      } else {
        throw new RuleException("%s line %s: found \"%s\", expected \"-- key: value\""
            .formatted(file, at + 1, shown(line)));
      }
    }
    while (at < lines.size() && lines.get(at).isBlank()) {
      at++;
    }
    String sql = String.join("\n", lines.subList(at, lines.size())).strip();
    if (sql.isEmpty()) {
      throw new RuleException(
          "%s line %s: the header is not followed by SQL".formatted(file, at + 1));
    }
    return new Header(file, entries, sql, at + 1);
  }

  /** Refuses keys nobody knows: a misspelt one would otherwise be silently without effect. */
  void allow(List<String> keys) throws RuleException {
    for (Map.Entry<String, List<Entry>> entry : entries.entrySet()) {
      if (!keys.contains(entry.getKey())) {
        throw new RuleException("%s line %s: unknown key \"%s\", expected one of %s"
            .formatted(
                file, entry.getValue().get(0).line(), entry.getKey(), String.join(", ", keys)));
      }
    }
  }

  /** The one value of a key that must be there. */
  Entry one(String key) throws RuleException {
    Entry entry = oneOr(key, "");
    if (entry.value().isEmpty()) {
      throw new RuleException(
          "%s line %s: no value for \"-- %s:\"".formatted(file, entry.line(), key));
    }
    return entry;
  }

  /** The one value of a key, or a default. */
  Entry oneOr(String key, String absent) throws RuleException {
    List<Entry> values = all(key);
    if (values.size() > 1) {
      throw new RuleException("%s line %s: \"-- %s:\" stands here a second time"
          .formatted(file, values.get(1).line(), key));
    }
    return values.isEmpty() ? new Entry(1, absent) : values.get(0);
  }

  List<Entry> all(String key) {
    return entries.getOrDefault(key, List.of());
  }

  static String shown(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }
}
