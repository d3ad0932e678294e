package io.esnode.source;

import java.io.IOException;
import java.util.Set;

/** Understands one line of a file that describes one entity per line. Not thread-safe. */
abstract class EntityFormat {
  private int start;
  private int end;

  /**
   * Looks for the entity's name in a line, keeps where it is, and goes past it.
   *
   * @return false when the line is about something else
   */
  abstract boolean name(Lines line);

  /** Keeps the word that begins here as the name; false where there is none. */
  final boolean word(Lines line) {
    int from = line.position();
    line.skipWord();
    return span(from, line.position());
  }

  /** Keeps where the name is; false where it is empty. */
  final boolean span(int from, int to) {
    start = from;
    end = to;
    return end > start;
  }

  /** Offset of the first byte of the name that was found last. */
  final int nameStart() {
    return start;
  }

  /** Offset after the last byte of the name that was found last. */
  final int nameEnd() {
    return end;
  }

  /** Takes the values that follow the name. */
  abstract void values(Lines line, Row row);

  /** What stands before the name in the entity, e.g. {@code disk:}. */
  abstract String prefix();

  /**
   * Which of the named entities are to be recorded: all, unless a format says otherwise. Asked only when the names are others
   * than before.
   *
   * @throws IOException when that cannot be told
   */
  Set<String> wanted(Set<String> names) throws IOException {
    return names;
  }
}
