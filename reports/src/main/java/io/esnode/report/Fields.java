package io.esnode.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects what a template sees. Text goes in through {@link SafeText}, numbers as the maps that {@link Numbers} makes: a
 * template that prints one without the figure macro fails. Not thread-safe.
 */
final class Fields {
  private final Map<String, Object> map = new LinkedHashMap<>();

  /** A name, a title, a cell of a table. */
  Fields text(String name, String value) {
    return put(name, SafeText.line(value, SafeText.NAME));
  }

  /** An explanation. */
  Fields prose(String name, String value) {
    return put(name, SafeText.line(value, SafeText.PROSE));
  }

  /** SQL, a command: line breaks matter. */
  Fields code(String name, String value) {
    return put(name, SafeText.block(value, SafeText.CODE));
  }

  Fields flag(String name, boolean value) {
    return put(name, value);
  }

  Fields number(String name, Map<String, Object> number) {
    return put(name, number);
  }

  Fields list(String name, List<?> items) {
    return put(name, items);
  }

  Fields part(String name, Fields part) {
    return put(name, part.map());
  }

  /** All fields of another, at this level. */
  Fields add(Fields other) {
    other.map.forEach(this::put);
    return this;
  }

  /** What only our own writers make: charts, style sheet, data block. */
  Fields verbatim(String name, String markup) {
    return put(name, markup);
  }

  Map<String, Object> map() {
    return map;
  }

  private Fields put(String name, Object value) {
    if (map.put(name, value) != null) {
      throw new IllegalArgumentException("put twice: " + name);
    }
    return this;
  }
}
