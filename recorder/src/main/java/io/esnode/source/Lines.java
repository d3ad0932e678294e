package io.esnode.source;

import org.jspecify.annotations.Nullable;

/**
 * Walks a kernel text line by line and word by word, without garbage. Only a line that ends in a newline counts: a number
 * cut short at the end of a truncated text is never taken for a number. Not thread-safe.
 */
final class Lines {
  static final String NO_NUMBER = "not a decimal number";
  static final String NO_HEXADECIMAL = "not a hexadecimal number";
  static final String TOO_LARGE = "does not fit in 63 bits";

  private byte[] text = new byte[0];
  private int length;
  private int next;
  private int position;
  private int end;
  private long value;
  private @Nullable String problem;

  void reset(byte[] bytes, int count) {
    text = bytes;
    length = count;
    next = 0;
    position = 0;
    end = 0;
  }

  /** Goes to the start of the next complete line; false when there is none. */
  boolean next() {
    byte[] bytes = text;
    for (int i = next; i < length; i++) {
      if (bytes[i] == '\n') {
        position = next;
        end = i;
        next = i + 1;
        return true;
      }
    }
    return false;
  }

  /** Makes this line the last one. */
  void stop() {
    next = length;
  }

  /** Offset into the text. */
  int position() {
    return position;
  }

  void position(int offset) {
    position = offset;
  }

  /** Offset of the newline that ends this line. */
  int end() {
    return end;
  }

  boolean atEnd() {
    return position == end;
  }

  /** Goes past the word if the line has it here; stays otherwise. */
  boolean skip(byte[] word) {
    if (end - position < word.length) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (text[position + i] != word[i]) {
        return false;
      }
    }
    position += word.length;
    return true;
  }

  void skipSpaces() {
    while (position < end && isBlank(text[position])) {
      position++;
    }
  }

  /** Goes to the end of a word that does not start with a blank. */
  void skipWord() {
    while (position < end && !isBlank(text[position])) {
      position++;
    }
  }

  /** Offset of the last such byte between here and the end of the line, -1 if there is none. */
  int lastIndexOf(char c) {
    for (int i = end - 1; i >= position; i--) {
      if (text[i] == c) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Takes an unsigned decimal number that a blank or the end of the line follows, after any blanks.
   *
   * @return whether there is one that fits in 63 bits; then it is the {@link #value()}, otherwise there is a
   *     {@link #problem()}
   */
  boolean number() {
    skipSpaces();
    return digits() && (position == end || isBlank(text[position]) || fail(NO_NUMBER));
  }

  /** Takes an unsigned decimal number and the byte that must follow it. */
  boolean numberBefore(char delimiter) {
    skipSpaces();
    if (!digits()) {
      return false;
    }
    if (position == end || text[position] != delimiter) {
      return fail(NO_NUMBER);
    }
    position++;
    return true;
  }

  /** Takes a decimal number that may have a minus sign; otherwise as {@link #number()}. */
  boolean signed() {
    skipSpaces();
    boolean negative = position < end && text[position] == '-';
    position += negative ? 1 : 0;
    if (!digits() || !(position == end || isBlank(text[position]) || fail(NO_NUMBER))) {
      return false;
    }
    value = negative ? -value : value;
    return true;
  }

  /** Takes a number with at most one decimal place, such as {@code 2.5} or {@code 16}; its value is in tenths. */
  boolean tenths() {
    skipSpaces();
    if (!digits() || !times(10)) {
      return false;
    }
    if (position < end && text[position] == '.') {
      long whole = value;
      int start = ++position;
      if (!digits()) {
        return false;
      }
      if (position - start != 1) {
        return fail(NO_NUMBER);
      }
      if (whole > Long.MAX_VALUE - value) {
        return fail(TOO_LARGE);
      }
      value += whole;
    }
    return position == end || isBlank(text[position]) || fail(NO_NUMBER);
  }

  /** Takes an unsigned hexadecimal number, as {@link #number} does a decimal one. */
  boolean hexadecimal() {
    skipSpaces();
    int start = position;
    long number = 0;
    problem = null;
    while (position < end && !isBlank(text[position])) {
      int digit = Character.digit(text[position], 16);
      if (digit < 0) {
        return fail(NO_HEXADECIMAL);
      }
      if (number > Long.MAX_VALUE >> 4) {
        return fail(TOO_LARGE);
      }
      number = number << 4 | digit;
      position++;
    }
    value = number;
    return position > start || fail(NO_HEXADECIMAL);
  }

  /** Takes a number with exactly two decimal places, such as {@code 0.13}; its value is in hundredths. */
  boolean hundredths() {
    if (!numberBefore('.')) {
      return false;
    }
    long whole = value;
    int start = position;
    if (!digits()) {
      return false;
    }
    if (position - start != 2 || !(position == end || isBlank(text[position]))) {
      return fail(NO_NUMBER);
    }
    if (whole > (Long.MAX_VALUE - value) / 100) {
      return fail(TOO_LARGE);
    }
    value += whole * 100;
    return true;
  }

  /** Multiplies the value, e.g. to convert its unit. */
  boolean times(long factor) {
    if (value > Long.MAX_VALUE / factor) {
      return fail(TOO_LARGE);
    }
    value *= factor;
    return true;
  }

  long value() {
    return value;
  }

  /** Why the last number was none, or was not followed by what should follow it. */
  String problem() {
    return problem == null ? NO_NUMBER : problem;
  }

  private boolean digits() {
    byte[] bytes = text;
    int start = position;
    int i = start;
    long number = 0;
    problem = null;
    for (; i < end; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      if (number > (Long.MAX_VALUE - 9) / 10 && number > (Long.MAX_VALUE - digit) / 10) {
        position = i;
        return fail(TOO_LARGE);
      }
      number = number * 10 + digit;
    }
    position = i;
    value = number;
    return i > start || fail(NO_NUMBER);
  }

  private boolean fail(String why) {
    problem = why;
    return false;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }
}
