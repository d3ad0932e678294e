package io.esnode.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A piece of a YAML text and where it stands. Scalars stay text: what they mean is the reader's business. */
public sealed interface Yaml {
  Place place();

  /**
   * Where something stands.
   *
   * @param line from 1
   * @param column from 1
   */
  record Place(String file, int line, int column) {
    public YamlException wrong(String what) {
      return new YamlException(at(what));
    }

    public YamlException wrong(String what, Exception cause) {
      return new YamlException(at(what), cause);
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

    public List<String> keys() {
      List<String> keys = new ArrayList<>();
      entries.keySet().forEach(key -> keys.add(key.text()));
      return keys;
    }
  }
}
