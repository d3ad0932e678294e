package io.esnode.toml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value in a TOML file, and where it stands; immutable. */
public sealed interface Toml {
  /** Where it begins, from 1. */
  int line();

  /** With its article, for messages. */
  String kind();

  /** A string of any of the four forms. */
  record Text(String value, int line) implements Toml {
    @Override
    public String kind() {
      return "a string";
    }
  }

  /** An integer of any base. */
  record Whole(long value, int line) implements Toml {
    @Override
    public String kind() {
      return "the number " + value;
    }
  }

  /**
   * A number with a fraction or an exponent.
   *
   * @param value as it stands there, without underscores
   */
  record Real(String value, int line) implements Toml {
    @Override
    public String kind() {
      return "the number " + value;
    }
  }

  /** {@code true} or {@code false}. */
  record Truth(boolean value, int line) implements Toml {
    @Override
    public String kind() {
      return Boolean.toString(value);
    }
  }

  /** A list; may mix types. */
  record Array(List<Toml> elements, int line) implements Toml {
    public Array {
      elements = List.copyOf(elements);
    }

    @Override
    public String kind() {
      return "a list";
    }
  }

  /** A table, in the order of the file. */
  record Table(Map<String, Toml> entries, int line) implements Toml {
    public Table {
      entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
    }

    @Override
    public String kind() {
      return "a table";
    }
  }

  /**
   * Reads a whole file.
   *
   * @throws TomlException if it is no TOML, or nested too deeply
   */
  static Table parse(String text) throws TomlException {
    return new TomlReader(text).document();
  }
}
