package io.esnode.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A piece of a YAML text and where it stands. Scalars stay text: what they mean is the reader's business. */
sealed interface Yaml {
  Place place();

  /**
   * Where something stands.
   *
   * @param line from 1
   * @param column from 1
   */
  record Place(String file, int line, int column) {
    ScenarioException wrong(String what) {
      return new ScenarioException(at(what));
    }

    ScenarioException wrong(String what, Exception cause) {
      return new ScenarioException(at(what), cause);
    }

    private String at(String what) {
      return "%s:%d:%d: %s".formatted(file, line, column, what);
    }
  }

  /** A text, a number, a time: whatever stands on one place. */
  record Scalar(Place place, String text) implements Yaml {}

  /** Items in order. */
  record Sequence(Place place, List<Yaml> items) implements Yaml {
    public Sequence {
      items = List.copyOf(items);
    }
  }

  /** Keys in order, each once. */
  record Mapping(Place place, Map<Scalar, Yaml> entries) implements Yaml {
    public Mapping {
      entries = new LinkedHashMap<>(entries);
    }

    List<String> keys() {
      List<String> keys = new ArrayList<>();
      entries.keySet().forEach(key -> keys.add(key.text()));
      return keys;
    }
  }
}
