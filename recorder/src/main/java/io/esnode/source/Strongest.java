package io.esnode.source;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The few with the largest keys out of many that are offered; of equal ones those offered first. Not thread-safe. */
final class Strongest<T> {
  private final int limit;
  private final List<T> members = new ArrayList<>();
  private final long[] keys;
  private boolean overflowed;

  Strongest(int limit) {
    this.limit = limit;
    this.keys = new long[limit];
  }

  void clear() {
    members.clear();
    overflowed = false;
  }

  void offer(T member, long key) {
    int size = members.size();
    if (size == limit) {
      overflowed = true;
      if (key <= keys[size - 1]) {
        return;
      }
      members.remove(--size);
    }
    int at = size;
    while (at > 0 && keys[at - 1] < key) {
      keys[at] = keys[at - 1];
      at--;
    }
    keys[at] = key;
    members.add(at, member);
  }

  /** Whether some had no place. */
  boolean overflowed() {
    return overflowed;
  }

  void forEach(Consumer<T> action) {
    members.forEach(action);
  }
}
