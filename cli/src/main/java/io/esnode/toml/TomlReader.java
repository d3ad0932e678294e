package io.esnode.toml;

import java.util.ArrayList;
import java.util.List;

/**
 * TOML 1.0 without dates and lists of tables, for which no option has a use. What is wrong is told with its line, what was
 * found, and what was expected. Not thread-safe.
 */
final class TomlReader {
  /** Of lists and inline tables, and of the parts of a key. */
  private static final int DEEPEST = 16;

  /** Of what was found, in messages. */
  private static final int MOST_SHOWN = 40;

  private static final char END = '\0';

  private final String text;
  private int at;
  private int line = 1;

  TomlReader(String text) {
    this.text = text;
  }

  Toml.Table document() throws TomlException {
    GrowingTable root = new GrowingTable(GrowingTable.Origin.HEADER, 1);
    GrowingTable current = root;
    while (skipLines()) {
      if (peek() == '[') {
        current = header(root);
      } else {
        entry(current);
      }
      endOfLine();
    }
    return root.grown();
  }

  private GrowingTable header(GrowingTable root) throws TomlException {
    at++;
    if (peek() == '[') {
      throw wrong("found a list of tables [[…]], expected a table [NAME]");
    }
    skipBlanks();
    List<String> path = path();
    expect(']', "the end of the table's name, ]");
    GrowingTable table = root;
    for (String part : path.subList(0, path.size() - 1)) {
      GrowingTable next = table.table(part);
      table = next == null ? table.newTable(part, GrowingTable.Origin.IMPLIED, line) : next;
      requireNotInline(part, table);
    }
    String name = path.get(path.size() - 1);
    GrowingTable known = table.table(name);
    if (known != null && known.origin() == GrowingTable.Origin.IMPLIED) {
      known.open(line);
      return known;
    }
    return table.newTable(name, GrowingTable.Origin.HEADER, line);
  }

  private void requireNotInline(String name, GrowingTable table) throws TomlException {
    if (table.origin() == GrowingTable.Origin.INLINE) {
      throw wrong("%s: an inline table {…} is complete, nothing can be added".formatted(name));
    }
  }

  /** {@code a.b = value}. */
  private void entry(GrowingTable into) throws TomlException {
    List<String> path = path();
    String name = path.get(path.size() - 1);
    int begun = line;
    expect('=', "= after the name " + name);
    skipBlanks();
    GrowingTable table = into;
    for (String part : path.subList(0, path.size() - 1)) {
      GrowingTable next = table.table(part);
      table = next == null ? table.newTable(part, GrowingTable.Origin.DOTTED_KEY, begun) : next;
      if (table.origin() != GrowingTable.Origin.DOTTED_KEY) {
        throw wrong("%s: the table is complete, nothing can be added here".formatted(part));
      }
    }
    Toml value;
    try {
      value = value(path.size());
    } catch (TomlException e) {
      throw new TomlException(e.line(), name + ": " + e.getMessage());
    }
    if (value instanceof Toml.Table inline) {
      table.newTable(name, GrowingTable.Origin.INLINE, begun).fill(inline);
    } else {
      table.put(name, value);
    }
  }

  private List<String> path() throws TomlException {
    List<String> path = new ArrayList<>();
    do {
      if (path.size() == DEEPEST) {
        throw wrong("found a name of more than %d parts".formatted(DEEPEST));
      }
      skipBlanks();
      path.add(name());
      skipBlanks();
    } while (skip('.'));
    return path;
  }

  private String name() throws TomlException {
    char c = peek();
    if (c == '"' || c == '\'') {
      at++;
      return string(c, false);
    }
    int begun = at;
    while (isNameCharacter(peek())) {
      at++;
    }
    if (at == begun) {
      throw wrong("found %s, expected a name".formatted(found()));
    }
    return text.substring(begun, at);
  }

  private static boolean isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-';
  }

  private Toml value(int depth) throws TomlException {
    if (depth > DEEPEST) {
      throw wrong("nested more than %d deep".formatted(DEEPEST));
    }
    int begun = line;
    char c = peek();
    if (c == '"' || c == '\'') {
      return new Toml.Text(anyString(c), begun);
    }
    if (c == '[') {
      return array(depth);
    }
    if (c == '{') {
      GrowingTable table = new GrowingTable(GrowingTable.Origin.INLINE, begun);
      inlineTable(table, depth);
      return table.grown();
    }
    int from = at;
    while (at < text.length() && ",]}#=\" \t\r\n".indexOf(peek()) < 0) {
      at++;
    }
    String word = text.substring(from, at);
    Toml scalar = TomlScalar.of(word, begun);
    if (scalar == null) {
      at = from;
      throw wrong(
          word.isEmpty()
              ? "found %s, expected a value".formatted(found())
              : "found %s, expected a string in quotes, a number, true, false or a list"
                  .formatted(found()));
    }
    return scalar;
  }

  private Toml array(int depth) throws TomlException {
    int begun = line;
    at++;
    List<Toml> elements = new ArrayList<>();
    while (true) {
      skipLines();
      if (skip(']')) {
        return new Toml.Array(elements, begun);
      }
      elements.add(value(depth + 1));
      skipLines();
      if (!skip(',') && peek() != ']') {
        throw wrong("found %s, expected , or ] in the list that begins in line %d"
            .formatted(found(), begun));
      }
    }
  }

  private void inlineTable(GrowingTable table, int depth) throws TomlException {
    at++;
    skipBlanks();
    if (skip('}')) {
      return;
    }
    do {
      skipBlanks();
      if (depth >= DEEPEST) {
        throw wrong("nested more than %d deep".formatted(DEEPEST));
      }
      inlineEntry(table, depth + 1);
      skipBlanks();
    } while (skip(','));
    expect('}', ", or } in the inline table");
  }

  private void inlineEntry(GrowingTable into, int depth) throws TomlException {
    List<String> path = path();
    expect('=', "= after the name " + path.get(path.size() - 1));
    skipBlanks();
    GrowingTable table = into;
    for (String part : path.subList(0, path.size() - 1)) {
      GrowingTable next = table.table(part);
      table = next == null ? table.newTable(part, GrowingTable.Origin.DOTTED_KEY, line) : next;
      requireNotInline(part, table);
    }
    String name = path.get(path.size() - 1);
    int begun = line;
    Toml value = value(depth + path.size());
    if (value instanceof Toml.Table inline) {
      table.newTable(name, GrowingTable.Origin.INLINE, begun).fill(inline);
    } else {
      table.put(name, value);
    }
  }

  private String anyString(char quote) throws TomlException {
    at++;
    if (peek() != quote) {
      return string(quote, false);
    }
    at++;
    if (!skip(quote)) {
      return "";
    }
    // A line break right after the quotes does not count.
    if (peek() == '\r' && peek(1) == '\n') {
      at++;
    }
    if (peek() == '\n' && at < text.length()) {
      at++;
      line++;
    }
    return string(quote, true);
  }

  /** What comes after the opening quotes, which are consumed, the closing ones too. */
  private String string(char quote, boolean severalLines) throws TomlException {
    int begun = line;
    StringBuilder value = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == quote && (!severalLines || (peek(1) == quote && peek(2) == quote))) {
        close(quote, severalLines, value);
        return value.toString();
      }
      at++;
      if (c == '\\' && quote == '"') {
        escape(value, severalLines);
      } else if (severalLines && (c == '\n' || (c == '\r' && peek() == '\n'))) {
        value.append(c);
        line += c == '\n' ? 1 : 0;
      } else if ((c < ' ' && c != '\t') || c == 0x7f) {
        at--;
        throw wrong(
            c == '\n' || c == '\r'
                ? "found the end of the line, expected %c at the end of the string".formatted(quote)
                : "found a control character in a string, expected \\u%04x".formatted((int) c));
      } else {
        value.append(c);
      }
    }
    throw new TomlException(
        begun, "found the end of the file, expected the end of the string that begins here");
  }

  /** Up to two more quotes right before the closing ones belong to the string. */
  private void close(char quote, boolean severalLines, StringBuilder value) {
    at += severalLines ? 3 : 1;
    for (int i = 0; severalLines && i < 2 && peek() == quote; i++) {
      value.append(quote);
      at++;
    }
  }

  private void escape(StringBuilder value, boolean severalLines) throws TomlException {
    char c = peek();
    switch (c) {
      case 'b' -> value.append('\b');
      case 't' -> value.append('\t');
      case 'n' -> value.append('\n');
      case 'f' -> value.append('\f');
      case 'r' -> value.append('\r');
      case '"' -> value.append('"');
      case '\\' -> value.append('\\');
      case 'u' -> codePoint(value, 4);
      case 'U' -> codePoint(value, 8);
      default -> {
        if (!severalLines || !skipsLine()) {
          throw wrong(
              "found \\%s in a string, expected \\\\, \\\", \\n, \\t, \\uXXXX, or a string in '…'"
                  .formatted(found()));
        }
        return;
      }
    }
    at++;
  }

  /** After a backslash: the rest of the line if it is blank, and the white space after it. */
  private boolean skipsLine() {
    int end = at;
    while (end < text.length() && " \t\r".indexOf(text.charAt(end)) >= 0) {
      end++;
    }
    if (end == text.length() || text.charAt(end) != '\n') {
      return false;
    }
    at = end;
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      line += text.charAt(at) == '\n' ? 1 : 0;
      at++;
    }
    return true;
  }

  /** Leaves the last digit to be skipped by the caller. */
  private void codePoint(StringBuilder value, int digits) throws TomlException {
    int code = 0;
    for (int i = 1; i <= digits; i++) {
      int digit = Character.digit(peek(i), 16);
      if (digit < 0 || peek(i) > 'f') {
        throw wrong("found \\%s, expected %d hexadecimal digits".formatted(found(), digits));
      }
      code = code << 4 | digit;
    }
    if (!Character.isValidCodePoint(code)
        || (code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE)) {
      throw wrong("found \\%s, expected a character of Unicode".formatted(found()));
    }
    value.appendCodePoint(code);
    at += digits;
  }

  private void expect(char c, String what) throws TomlException {
    if (!skip(c)) {
      throw wrong("found %s, expected %s".formatted(found(), what));
    }
  }

  private void endOfLine() throws TomlException {
    skipBlanks();
    skipComment();
    if (at < text.length() && !skipLineBreak()) {
      throw wrong("found %s, expected the end of the line".formatted(found()));
    }
  }

  /** Skips blanks, comments and line breaks; false at the end of the file. */
  private boolean skipLines() throws TomlException {
    do {
      skipBlanks();
      skipComment();
    } while (skipLineBreak());
    return at < text.length();
  }

  private boolean skipLineBreak() {
    if (peek() == '\r' && peek(1) == '\n') {
      at++;
    }
    if (peek() != '\n') {
      return false;
    }
    at++;
    line++;
    return true;
  }

  private void skipBlanks() {
    while (peek() == ' ' || peek() == '\t') {
      at++;
    }
  }

  private void skipComment() throws TomlException {
    if (peek() != '#') {
      return;
    }
    while (at < text.length() && peek() != '\n' && !(peek() == '\r' && peek(1) == '\n')) {
      char c = peek();
      if ((c < ' ' && c != '\t') || c == 0x7f) {
        throw wrong("found a control character in a comment");
      }
      at++;
    }
  }

  private boolean skip(char c) {
    boolean there = at < text.length() && text.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private char peek() {
    return peek(0);
  }

  private char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : END;
  }

  /** The rest of the line, or of the word. */
  private String found() {
    if (at >= text.length()) {
      return "the end of the file";
    }
    int end = at;
    while (end < text.length()
        && end - at < MOST_SHOWN
        && " \t\r\n#,".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    if (end == at) {
      char c = text.charAt(at);
      return c == '\n' || c == '\r' ? "the end of the line" : "'" + c + "'";
    }
    return text.substring(at, end);
  }

  private TomlException wrong(String message) {
    return new TomlException(line, message);
  }
}
