package io.esnode.capture;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** When a process started, which tells it from a later one with the same number. */
final class ProcessStart {
  /** Field 22 of /proc/PID/stat, counted from the one after the name; see proc(5). */
  private static final int START_TIME = 19;

  private ProcessStart() {}

  /** @param root where {@code proc} lies; empty where it has no such process */
  static OptionalLong read(Path root, long pid) {
    try {
      Path stat = root.resolve("proc").resolve(Long.toString(pid)).resolve("stat");
      return parse(new String(Files.readAllBytes(stat), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** Clock ticks after boot; the name in parentheses may hold anything, parentheses too. */
  static OptionalLong parse(String stat) {
    int name = stat.lastIndexOf(')');
    if (name < 0) {
      return OptionalLong.empty();
    }
    String[] fields = stat.substring(name + 1).trim().split(" ", -1);
    if (fields.length <= START_TIME || !fields[START_TIME].matches("[0-9]{1,18}")) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(fields[START_TIME]));
  }
}
