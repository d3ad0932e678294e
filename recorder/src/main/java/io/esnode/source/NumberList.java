package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.ArrayList;
import java.util.List;

/** A list of CPUs or memory nodes as the kernel writes it: {@code 0-3,8}, see Documentation/admin-guide/cputopology.rst. */
final class NumberList {
  /** Linux has at most 8192 CPUs and 1024 memory nodes. */
  private static final int LIMIT = 8192;

  private NumberList() {}

  /** The numbers in ascending order; empty if the text is no such list, or does not end in a newline. */
  static List<Integer> parse(byte[] text, int length) {
    if (length == 0 || text[length - 1] != '\n') {
      return List.of();
    }
    List<Integer> numbers = new ArrayList<>();
    int next = 0;
    for (String range : new String(text, 0, length - 1, US_ASCII).split(",", -1)) {
      int dash = range.indexOf('-');
      int first = number(dash < 0 ? range : range.substring(0, dash));
      int last = dash < 0 ? first : number(range.substring(dash + 1));
      if (first < next || last < first) {
        return List.of();
      }
      for (int i = first; i <= last; i++) {
        numbers.add(i);
      }
      next = last + 1;
    }
    return List.copyOf(numbers);
  }

  /** Below 0 if it is none. */
  private static int number(String digits) {
    if (digits.isEmpty() || digits.length() > 4) {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number < LIMIT ? number : -1;
  }
}
