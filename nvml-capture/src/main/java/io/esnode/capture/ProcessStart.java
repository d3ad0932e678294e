package io.esnode.capture;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalLong;

/** When a process started, which tells it from a later one with the same number. */
final class ProcessStart {
  /** Field 22 of /proc/PID/stat, counted from the one after the name; see proc(5). */
  private static final int START_TIME = 19;

  /** One line; the name in it is 64 bytes at most, the 51 other fields are numbers. */
  private static final int MOST_BYTES = 2048;

  private static final int MOST_DIGITS = 18;

  private ProcessStart() {}

  /** @param root where {@code proc} lies; empty where it has no such process */
  static OptionalLong read(Path root, long pid) {
    File stat = new File(root.toFile(), "proc/" + pid + "/stat");
    // Numbers of another PID namespace are asked for again and again: no exception for each.
    if (!stat.exists()) {
      return OptionalLong.empty();
    }
    try (FileInputStream in = new FileInputStream(stat)) {
      return parse(new String(in.readNBytes(MOST_BYTES), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Clock ticks after boot; the name in parentheses may hold anything, parentheses too. */
  static OptionalLong parse(String stat) {
    int at = stat.lastIndexOf(')') + 1;
    if (at == 0) {
      return OptionalLong.empty();
    }
    for (int field = 0; field <= START_TIME; field++) {
      at = stat.indexOf(' ', at) + 1;
      if (at == 0) {
        return OptionalLong.empty();
      }
    }
    long ticks = 0;
    int end = at;
    for (; end < stat.length() && stat.charAt(end) >= '0' && stat.charAt(end) <= '9'; end++) {
      ticks = 10 * ticks + stat.charAt(end) - '0';
    }
    boolean whole = end == stat.length() || stat.charAt(end) <= ' ';
    return whole && end > at && end - at <= MOST_DIGITS
        ? OptionalLong.of(ticks)
        : OptionalLong.empty();
  }
}
