package io.esnode.timeline;

import java.util.HashMap;
import java.util.Map;

/** Everything a timeline says about one target. */
final class Subject {
  static final Subject NONE = new Builder().build();

  /** By key of {@code set}. */
  final Map<String, Series> readings;
  /** By name and scope, {@code PCIE_REPLAY_COUNTER.0}. */
  final Map<String, Series> fields;
  /** By function, {@code *}, {@code field:NAME}, or {@code field:NAME.SCOPE}. */
  final Map<String, Series> codes;

  final Map<String, Series> delaysUs;
  final Map<String, Hangs> hangs;
  final Map<String, Series> garbage;

  private Subject(Builder builder) {
    readings = series(builder.readings);
    fields = series(builder.fields);
    codes = series(builder.codes);
    delaysUs = series(builder.delaysUs);
    hangs = hangs(builder.hangs);
    garbage = series(builder.garbage);
  }

  private static Map<String, Series> series(Map<String, Series.Builder> builders) {
    Map<String, Series> built = new HashMap<>();
    builders.forEach((key, builder) -> built.put(key, builder.build()));
    return built;
  }

  private static Map<String, Hangs> hangs(Map<String, Hangs.Builder> builders) {
    Map<String, Hangs> built = new HashMap<>();
    builders.forEach((key, builder) -> built.put(key, builder.build()));
    return built;
  }

  static final class Builder {
    private final Map<String, Series.Builder> readings = new HashMap<>();
    private final Map<String, Series.Builder> fields = new HashMap<>();
    private final Map<String, Series.Builder> codes = new HashMap<>();
    private final Map<String, Series.Builder> delaysUs = new HashMap<>();
    private final Map<String, Hangs.Builder> hangs = new HashMap<>();
    private final Map<String, Series.Builder> garbage = new HashMap<>();

    Series.Builder reading(String key) {
      return readings.computeIfAbsent(key, k -> new Series.Builder());
    }

    Series.Builder field(String key) {
      return fields.computeIfAbsent(key, k -> new Series.Builder());
    }

    Series.Builder code(String key) {
      return codes.computeIfAbsent(key, k -> new Series.Builder());
    }

    Series.Builder delayUs(String key) {
      return delaysUs.computeIfAbsent(key, k -> new Series.Builder());
    }

    Hangs.Builder hang(String key) {
      return hangs.computeIfAbsent(key, k -> new Hangs.Builder());
    }

    Series.Builder garbage(String key) {
      return garbage.computeIfAbsent(key, k -> new Series.Builder());
    }

    Subject build() {
      return new Subject(this);
    }
  }
}
