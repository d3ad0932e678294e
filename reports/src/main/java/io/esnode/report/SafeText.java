package io.esnode.report;

import java.util.Locale;

/**
 * Text from evidence on its way into a report. Escaping for HTML is the template's; this makes what remains harmless to
 * the eye: control characters, escape sequences, bidi overrides, combining marks and characters that no font of ours has
 * become a visible code such as {@code [U+202E]}, and length is bounded.
 */
final class SafeText {
  /** Names, titles, table cells; characters. */
  static final int NAME = 240;
  /** Explanations; characters. */
  static final int PROSE = 4_000;
  /** SQL; characters. */
  static final int CODE = 16_000;

  private SafeText() {}

  /** One line: line breaks and tabs become blanks. */
  static String line(String text, int cap) {
    return clean(text, cap, false);
  }

  /** Several lines: line feeds stay, tabs become four blanks. */
  static String block(String text, int cap) {
    return clean(text, cap, true);
  }

  private static String clean(String text, int cap, boolean lines) {
    int end = Math.min(text.length(), cap);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    StringBuilder safe = new StringBuilder(end + 16);
    for (int i = 0; i < end; ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (c == '\n' || (c == '\r' && i < text.length() && text.charAt(i) == '\n')) {
        if (c == '\n') {
          safe.append(lines ? '\n' : ' ');
        }
      } else if (c == '\t') {
        safe.append(lines ? "    " : " ");
      } else if (printable(c)) {
        safe.appendCodePoint(c);
      } else {
        safe.append(String.format(Locale.ROOT, "[U+%04X]", c));
      }
    }
    if (end < text.length()) {
      safe.append("… [cut here, ").append(text.length()).append(" characters in all]");
    }
    return safe.toString();
  }

  static boolean printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK -> false;
      default -> Alphabet.get().covers(c);
    };
  }
}
