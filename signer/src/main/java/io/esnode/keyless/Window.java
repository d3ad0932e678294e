package io.esnode.keyless;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a log or an authority of a trusted root is in use, both ends included.
 *
 * @param end null while it is
 */
record Window(Instant start, @Nullable Instant end) {
  boolean contains(Instant time) {
    return !time.isBefore(start) && (end == null || !time.isAfter(end));
  }

  @Override
  public String toString() {
    return "from %s until %s".formatted(start, end == null ? "further notice" : end);
  }
}
