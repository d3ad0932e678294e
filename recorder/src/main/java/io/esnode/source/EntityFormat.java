package io.esnode.source;

import java.io.IOException;
import java.util.Set;

/** Understands one line of a file that describes one entity per line. Not thread-safe. */
interface EntityFormat {
  /**
   * Looks for the entity's name in a line, keeps where it is, and goes past it.
   *
   * @return false when the line is about something else
   */
  boolean name(Lines line);

  /** Offset of the first byte of the name that was found last. */
  int nameStart();

  /** Offset after the last byte of the name that was found last. */
  int nameEnd();

  /** Takes the values that follow the name. */
  void values(Lines line, Row row);

  /** What stands before the name in the entity, e.g. {@code disk:}. */
  String prefix();

  /**
   * Which of the named entities are to be recorded; asked only when the names are others than before.
   *
   * @throws IOException when that cannot be told
   */
  Set<String> wanted(Set<String> names) throws IOException;
}
