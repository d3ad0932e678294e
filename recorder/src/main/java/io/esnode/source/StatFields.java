package io.esnode.source;

import java.util.Arrays;

/**
 * The numbers of /proc/PID/stat of one process after the other, see proc(5). The name in field 2 may hold any byte, line ends and
 * parentheses too; the last {@code )} of the text ends it. Not thread-safe.
 */
final class StatFields {
  static final int STATE = 3;
  static final int FLAGS = 9;
  static final int MINFLT = 10;
  static final int MAJFLT = 12;
  static final int UTIME = 14;
  static final int STIME = 15;
  static final int NUM_THREADS = 20;
  static final int STARTTIME = 22;
  static final int RSS = 24;

  /** PF_KTHREAD of include/linux/sched.h. */
  private static final long KERNEL_THREAD = 0x00200000;

  private static final int WANTED = 1 << FLAGS
      | 1 << MINFLT
      | 1 << MAJFLT
      | 1 << UTIME
      | 1 << STIME
      | 1 << NUM_THREADS
      | 1 << STARTTIME
      | 1 << RSS;

  private static final long ABSENT = -1;

  private final long[] values = new long[RSS + 1];
  private long pid;
  private int nameStart;
  private int nameEnd;

  /** Reads a text; false, and nothing counts, unless it names process, state and start time and ends in a line end. */
  boolean parse(byte[] text, int length) {
    Arrays.fill(values, ABSENT);
    int close = length - 1;
    while (close >= 0 && text[close] != ')') {
      close--;
    }
    int open = 0;
    while (open < close && text[open] != '(') {
      open++;
    }
    if (close <= open || text[length - 1] != '\n') {
      return false;
    }
    pid = number(text, 0, open - 1);
    nameStart = open + 1;
    nameEnd = close;
    fields(text, close + 1, length - 1);
    return pid > 0 && text[open - 1] == ' ' && values[STATE] > ' ' && values[STARTTIME] >= 0;
  }

  private void fields(byte[] text, int from, int end) {
    int at = from;
    for (int field = STATE; field <= RSS && at < end && text[at] == ' '; field++) {
      int start = ++at;
      while (at < end && text[at] != ' ') {
        at++;
      }
      if (field == STATE) {
        values[STATE] = at - start == 1 ? text[start] : ABSENT;
      } else if ((WANTED >> field & 1) != 0) {
        values[field] = number(text, start, at);
      }
    }
  }

  /** A decimal number; absent if it is none or does not fit. */
  private static long number(byte[] text, int start, int end) {
    long number = 0;
    for (int i = start; i < end; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9 || number > (Long.MAX_VALUE - digit) / 10) {
        return ABSENT;
      }
      number = number * 10 + digit;
    }
    return start < end ? number : ABSENT;
  }

  long pid() {
    return pid;
  }

  /** Offset of the first byte of the name. */
  int nameStart() {
    return nameStart;
  }

  /** Offset after the last byte of the name. */
  int nameEnd() {
    return nameEnd;
  }

  /** The number in a field, {@code -1} where there is none; of {@link #STATE} the letter's code. */
  long value(int field) {
    return values[field];
  }

  boolean kernelThread() {
    return values[FLAGS] >= 0 && (values[FLAGS] & KERNEL_THREAD) != 0;
  }
}
