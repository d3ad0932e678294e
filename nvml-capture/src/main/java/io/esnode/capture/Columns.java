package io.esnode.capture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The columns of a table in the order of the pipe. */
final class Columns {
  private final String table;
  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> places = new HashMap<>();

  Columns(String table) {
    this.table = table;
  }

  String table() {
    return table;
  }

  int size() {
    return names.size();
  }

  List<String> names() {
    return List.copyOf(names);
  }

  /** As the metric registry calls it, e.g. {@code gpu.temperature_c}. */
  String metric(int column) {
    return table + "." + names.get(column);
  }

  int at(String name) {
    Integer place = places.get(name);
    if (place == null) {
      throw new IllegalArgumentException("table %s has no column %s".formatted(table, name));
    }
    return place;
  }

  /** The place of a column, a new one where there is none. */
  int add(String name) {
    return places.computeIfAbsent(name, added -> {
      names.add(added);
      return names.size() - 1;
    });
  }
}
