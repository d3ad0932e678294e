package io.esnode.cli;

/** Text from outside on its way to a terminal: evidence is hostile. */
final class Text {
  private Text() {}

  /** One line without control characters, ANSI escapes or bidi overrides: each becomes a visible {@code \\u} code. */
  static String oneLine(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(c -> {
      if (c == '\n' || c == '\r' || c == '\t') {
        safe.append(' ');
      } else if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
        safe.append("\\u").append(Integer.toHexString(0x10000 | (c & 0xffff)).substring(1));
      } else {
        safe.appendCodePoint(c);
      }
    });
    return safe.toString();
  }
}
