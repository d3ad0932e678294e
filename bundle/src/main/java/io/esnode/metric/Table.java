package io.esnode.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One group of columns that are filled together. Immutable, thread-safe.
 *
 * @param name the group's name in the bundle and the view's name in DuckDB
 * @param columns in the order of the schema
 */
public record Table(String name, List<Metric> columns) {
  public Table {
    columns = List.copyOf(columns);
    Map<String, Metric> seen = new HashMap<>();
    for (Metric metric : columns) {
      if (!metric.table().equals(name) || seen.put(metric.column(), metric) != null) {
        throw new IllegalArgumentException(
            "column twice, or of another table: " + metric.qualifiedName());
      }
    }
  }

  public Optional<Metric> find(String column) {
    return columns.stream().filter(m -> m.column().equals(column)).findFirst();
  }

  /** Position of a column; its absence is a mistake of the caller. */
  public int indexOf(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).column().equals(column)) {
        return i;
      }
    }
    throw new IllegalArgumentException("no column %s in table %s".formatted(column, name));
  }
}
