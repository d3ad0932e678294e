package io.esnode.log;

import io.esnode.kernel.PrintableText;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One record of the Linux audit log, {@code type=TYPE msg=audit(SEC.MS:SERIAL): key=value …}, as auditd writes it with
 * {@code log_format} {@code RAW} or {@code ENRICHED}: then the names that belong to the numbers follow a byte 0x1d.
 *
 * @param type e.g. {@code USER_LOGIN}
 * @param tsMicros wall clock, µs since 1970 UTC; the log has milliseconds
 * @param serial of the event; several records share it
 * @param fields by name, hex-encoded values decoded, printable; of a name that stands twice the first
 * @param enriched the names auditd has added, by upper-case name
 */
record AuditRecord(
    String type,
    long tsMicros,
    long serial,
    Map<String, String> fields,
    Map<String, String> enriched) {
  private static final char ENRICHED = 0x1d;
  private static final int MAX_FIELDS = 128;
  private static final int MAX_VALUE = 4096;

  private static final Pattern HEAD = Pattern.compile(
      "^(?:node=[^ ]{1,255} )?type=([A-Z][A-Z0-9_]{1,39}|UNKNOWN\\[[0-9]{1,5}\\]) msg=audit\\(([0-9]{1,10})\\.([0-9]{3}):([0-9]{1,10})\\): ?");

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** Written in hex, without quotes, where they hold a blank, a quote or a byte beyond ASCII: audit_log_untrustedstring. */
  private static final Set<String> ENCODED = Set.of(
      "acct",
      "comm",
      "cwd",
      "dev",
      "exe",
      "grp",
      "id",
      "key",
      "name",
      "ocomm",
      "op",
      "path",
      "terminal",
      "tty",
      "unit");

  private static final Pattern HEX = Pattern.compile("(?:[0-9A-F]{2}){2,4096}");

  AuditRecord {
    fields = Map.copyOf(fields);
    enriched = Map.copyOf(enriched);
  }

  /** Reads a line; empty if it is no record. */
  static Optional<AuditRecord> parse(byte[] bytes, int length) {
    String line = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    Matcher head = HEAD.matcher(line);
    if (!head.find()) {
      return Optional.empty();
    }
    String rest = line.substring(head.end());
    int names = rest.indexOf(ENRICHED);
    Map<String, String> fields = new LinkedHashMap<>();
    Map<String, String> enriched = new LinkedHashMap<>();
    scan(names < 0 ? rest : rest.substring(0, names), fields, true);
    if (names >= 0) {
      scan(rest.substring(names + 1), enriched, false);
    }
    return Optional.of(new AuditRecord(
        head.group(1),
        Long.parseLong(head.group(2)) * 1_000_000 + Long.parseLong(head.group(3)) * 1_000,
        Long.parseLong(head.group(4)),
        fields,
        enriched));
  }

  private static void scan(String text, Map<String, String> fields, boolean nests) {
    int at = 0;
    String before = "";
    while (at < text.length() && fields.size() < MAX_FIELDS) {
      char c = text.charAt(at);
      if (c == ' ' || c == '(' || c == ',') {
        at++;
        continue;
      }
      int end = at;
      while (end < text.length() && text.charAt(end) != ' ' && text.charAt(end) != '=') {
        end++;
      }
      String word = text.substring(at, end);
      if (end == text.length() || text.charAt(end) == ' ') {
        at = word(word, before, text, end, fields);
        before = word;
        continue;
      }
      // Old kernels write "old auid=0 new auid=1000".
      String name = before.equals("old") || before.equals("new") ? before + "-" + word : word;
      before = "";
      at = value(name, text, end + 1, fields, nests);
    }
  }

  /** A word without a value; {@code avc: denied { read }} has its own shape. Returns where to go on. */
  private static int word(
      String word, String before, String text, int end, Map<String, String> fields) {
    if (before.equals("avc:") && (word.equals("denied") || word.equals("granted"))) {
      put("avc", word, fields);
    } else if (word.equals("{")) {
      int close = text.indexOf('}', end);
      if (close > 0) {
        put("perms", printable(text.substring(end, close).strip()), fields);
        return close + 1;
      }
    }
    return end;
  }

  private static int value(
      String name, String text, int from, Map<String, String> fields, boolean nests) {
    char quote = from < text.length() ? text.charAt(from) : ' ';
    if (quote == '\'' && nests) {
      // What a program in user space said; it may hold an apostrophe itself.
      int close = text.lastIndexOf('\'');
      int end = close > from ? close : text.length();
      scan(text.substring(from + 1, end), fields, false);
      return end + 1;
    }
    if (quote == '"') {
      int close = text.indexOf('"', from + 1);
      int end = close < 0 ? text.length() : close;
      put(name, printable(text.substring(from + 1, end)), fields);
      return end + 1;
    }
    int end = text.indexOf(' ', from);
    end = end < 0 ? text.length() : end;
    String value = text.substring(from, end);
    while (value.endsWith(",") || (value.endsWith(")") && value.indexOf('(') < 0)) {
      value = value.substring(0, value.length() - 1);
    }
    put(name, decoded(name, value), fields);
    return end;
  }

  private static String decoded(String name, String value) {
    if (!ENCODED.contains(name) || !HEX.matcher(value).matches()) {
      return printable(value);
    }
    byte[] bytes = HexFormat.of().parseHex(value);
    for (int i = 0; i < bytes.length; i++) {
      // Between several keys of one rule stands a byte 0x01.
      bytes[i] = bytes[i] == 1 ? (byte) ',' : bytes[i];
    }
    return PrintableText.of(bytes, 0, bytes.length);
  }

  private static String printable(String latin) {
    byte[] bytes = latin.getBytes(StandardCharsets.ISO_8859_1);
    return PrintableText.of(bytes, 0, bytes.length);
  }

  private static void put(String name, String value, Map<String, String> fields) {
    if (NAME.matcher(name).matches()) {
      fields.putIfAbsent(name, value.length() > MAX_VALUE ? value.substring(0, MAX_VALUE) : value);
    }
  }
}
