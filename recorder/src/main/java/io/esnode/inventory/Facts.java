package io.esnode.inventory;

import java.util.Map;
import java.util.TreeMap;

/** Names and values of what was found in one look. Not thread-safe. */
final class Facts {
  /** More of a kind, e.g. of listening ports, are counted and not named. */
  static final int MOST_OF_A_KIND = 512;

  /** No value is longer; a kernel text that is, is no fact. */
  private static final int MOST_CHARACTERS = 512;

  private final Map<String, String> values = new TreeMap<>();

  void put(String item, String value) {
    String line = value.strip();
    if (!line.isEmpty() && line.length() <= MOST_CHARACTERS) {
      values.put(item, line);
    }
  }

  Map<String, String> values() {
    return values;
  }
}
