package io.esnode.timeline;

import java.util.regex.Pattern;

/** One line of a timeline, taken apart from left to right. */
final class Words {
  private static final int SHOWN = 60;

  private final String name;
  private final long number;
  private final String line;
  private int at;

  Words(String name, long number, String line) {
    this.name = name;
    this.number = number;
    this.line = line;
    skipBlanks();
  }

  long lineNumber() {
    return number;
  }

  boolean atEnd() {
    return at == line.length();
  }

  /** @param expected what must stand here, for the message where nothing does */
  String word(String expected) throws TimelineException {
    if (atEnd()) {
      throw wrong("the end of the line", expected);
    }
    int begin = at;
    while (at < line.length() && !isBlank(line.charAt(at))) {
      at++;
    }
    String word = line.substring(begin, at);
    skipBlanks();
    return word;
  }

  String word(Pattern shape, String expected) throws TimelineException {
    String word = word(expected);
    if (!shape.matcher(word).matches()) {
      throw wrong(quoted(word), expected);
    }
    return word;
  }

  /** What is left of the line; may be empty. */
  String rest() {
    String rest = line.substring(at);
    at = line.length();
    return rest;
  }

  String text(String expected) throws TimelineException {
    if (atEnd()) {
      throw wrong("the end of the line", expected);
    }
    return rest();
  }

  void end() throws TimelineException {
    if (!atEnd()) {
      throw wrong(quoted(rest()), "the end of the line");
    }
  }

  /** A signed number. */
  long number(String what, long smallest, long largest) throws TimelineException {
    String word = word(what);
    return number(word, what, smallest, largest);
  }

  long number(String word, String what, long smallest, long largest) throws TimelineException {
    try {
      boolean negative = word.startsWith("-");
      String digits = negative ? word.substring(1) : word;
      boolean hex = digits.startsWith("0x") || digits.startsWith("0X");
      requireDigits(hex ? digits.substring(2) : digits);
      long parsed = hex
          ? Long.parseLong((negative ? "-" : "") + digits.substring(2), 16)
          : Long.parseLong(word);
      if (parsed >= smallest && parsed <= largest) {
        return parsed;
      }
    } catch (NumberFormatException e) {
      // falls through to the message, which says more than the exception
    }
    throw wrong(
        quoted(word),
        "%s from %s to %s".formatted(what, Long.toString(smallest), Long.toString(largest)));
  }

  /** 64 bits: a number from −2^63 to 2^64 − 1. */
  long bits(String what) throws TimelineException {
    return bits(word(what), what);
  }

  long bits(String word, String what) throws TimelineException {
    try {
      if (word.startsWith("-")) {
        return number(word, what, Long.MIN_VALUE, -0L);
      }
      boolean hex = word.startsWith("0x") || word.startsWith("0X");
      String digits = hex ? word.substring(2) : word;
      requireDigits(digits);
      return Long.parseUnsignedLong(digits, hex ? 16 : 10);
    } catch (NumberFormatException e) {
      throw wrong(quoted(word), what + ", a number of 64 bits");
    }
  }

  TimelineException wrong(String found, String expected) {
    return new TimelineException(
        "%s:%s: found %s, expected %s".formatted(name, Long.toString(number), found, expected));
  }

  /** A word as a message shows it: short, and without anything a terminal would obey. */
  static String quoted(String text) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < text.length() && i < SHOWN; i++) {
      char c = text.charAt(i);
      shown.append(Character.isISOControl(c) || Character.isSurrogate(c) || c > 0x2000 ? '?' : c);
    }
    return shown.append(text.length() > SHOWN ? "…\"" : "\"").toString();
  }

  private static void requireDigits(String digits) {
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      boolean digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      if (!digit) {
        throw new NumberFormatException();
      }
    }
  }

  private void skipBlanks() {
    while (at < line.length() && isBlank(line.charAt(at))) {
      at++;
    }
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
