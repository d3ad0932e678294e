package io.esnode.toml;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A table that is being read. Not thread-safe. */
final class GrowingTable {
  /** How a table came about decides who may add to it. */
  enum Origin {
    /** A header names a table in it. */
    IMPLIED,
    HEADER,
    DOTTED_KEY,
    INLINE
  }

  private final Map<String, Toml> values = new LinkedHashMap<>();
  private final Map<String, GrowingTable> tables = new LinkedHashMap<>();
  private Origin origin;
  private int line;

  GrowingTable(Origin origin, int line) {
    this.origin = origin;
    this.line = line;
  }

  Origin origin() {
    return origin;
  }

  /** A header names this very table now. */
  void open(int at) {
    origin = Origin.HEADER;
    line = at;
  }

  @Nullable
  GrowingTable table(String name) {
    return tables.get(name);
  }

  GrowingTable newTable(String name, Origin how, int at) throws TomlException {
    requireNew(name, at);
    GrowingTable table = new GrowingTable(how, at);
    tables.put(name, table);
    return table;
  }

  void put(String name, Toml value) throws TomlException {
    requireNew(name, value.line());
    values.put(name, value);
  }

  /** Takes the values of an inline table, which is complete. */
  void fill(Toml.Table inline) {
    values.putAll(inline.entries());
  }

  private void requireNew(String name, int at) throws TomlException {
    Toml value = values.get(name);
    GrowingTable table = tables.get(name);
    if (value != null || table != null) {
      throw new TomlException(
          at,
          "%s: found a second time, it stands in line %d already"
              .formatted(name, value != null ? value.line() : table == null ? at : table.line));
    }
  }

  Toml.Table grown() {
    Map<String, Toml> all = new LinkedHashMap<>(values);
    for (Map.Entry<String, GrowingTable> each : tables.entrySet()) {
      all.put(each.getKey(), each.getValue().grown());
    }
    return new Toml.Table(all, line);
  }
}
