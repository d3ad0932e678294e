package io.esnode.log;

import java.nio.file.Path;

/** Lines of a file that could not be understood: a gap row when the first comes, and one at the end that counts them. */
final class Unreadable {
  private final Path path;
  private final LogRows rows;
  private final String what;
  private long lines;
  private long firstAt;
  private long told;
  private long fromTs;
  private long toTs;

  /** @param what they are, e.g. {@code are no audit records} */
  Unreadable(Path path, LogRows rows, String what) {
    this.path = path;
    this.rows = rows;
    this.what = what;
  }

  /** @param at where in the file the line begins */
  void add(long at) {
    rows.countUnreadable();
    toTs = rows.now().tsMicros();
    if (lines == 0) {
      fromTs = toTs;
      firstAt = at;
    }
    lines++;
  }

  /** A row where the first has come. */
  void tell() {
    if (told == 0 && lines > 0) {
      told = lines;
      rows.gap(reason(), fromTs, null);
    }
  }

  /** A row that counts them all. */
  void end() {
    if (lines > told) {
      rows.gap(reason(), fromTs, toTs);
    }
  }

  private String reason() {
    return "%s: %d lines %s, the first at byte %d".formatted(path, lines, what, firstAt);
  }
}
