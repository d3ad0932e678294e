package io.esnode.source;

import io.esnode.metric.Table;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Collects the entities of a tree, by name. Not thread-safe. */
final class Finding {
  private final Table table;
  private final boolean keep;
  private final ByteBuffer buffer;
  private final Map<String, Attributes> found = new TreeMap<>();

  Finding(Table table, boolean keep, ByteBuffer buffer) {
    this.table = table;
    this.keep = keep;
    this.buffer = buffer;
  }

  boolean has(String entity) {
    return found.containsKey(entity);
  }

  /** A new entity; where the kernel gives two the same name, the later one has a number behind it. */
  Attributes entity(String name) {
    String unique = name;
    for (int i = 2; has(unique); i++) {
      unique = name + "#" + i;
    }
    Attributes entity = new Attributes(table, unique, keep, buffer);
    found.put(unique, entity);
    return entity;
  }

  /** In the order of the names. */
  List<Attributes> all() {
    return new ArrayList<>(found.values());
  }
}
