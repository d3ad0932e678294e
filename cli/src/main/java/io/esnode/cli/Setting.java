package io.esnode.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An option as it is in effect.
 *
 * @param values as they would be typed; none where it is left out, one unless it is repeatable
 * @param line in the configuration file; null where it came from elsewhere
 */
record Setting(
    String key,
    List<String> values,
    Origin origin,
    @Nullable Integer line) {
  /** Where a value came from. */
  enum Origin {
    DEFAULT,
    FILE,
    FLAG
  }

  Setting {
    values = List.copyOf(values);
  }
}
