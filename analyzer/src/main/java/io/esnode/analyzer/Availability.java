package io.esnode.analyzer;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What each bundle holds of the columns that rules and charts need: a sensor that said nothing cannot say that nothing
 * happened. One scan per table and bundle. Not thread-safe.
 */
final class Availability {
  /** A gap table that is not there says that nothing is missing; see {@link Views}. */
  private static final String GAP = "gap";

  /** An event table that is not there says that nothing happened, if somebody listened. */
  private static final String EVENT = "event";

  private final List<Views.Input> inputs;

  /** {@code ordinal/table.column} to what is there. */
  private final Map<String, Readings> readings = new HashMap<>();

  /** Bundles in which somebody listened to the kernel log or to NVML's events. */
  private final Set<Views.Input> listened = new HashSet<>();

  /**
   * Readings of one column in one bundle.
   *
   * @param rows that have a value
   * @param times whether they stem from at least two moments
   */
  private record Readings(long rows, boolean times) {}

  private Availability(List<Views.Input> inputs) {
    this.inputs = inputs;
  }

  /** @param required {@code table.column} names, all that anybody will ask for */
  static Availability of(Connection connection, List<Views.Input> inputs, List<String> required)
      throws SQLException {
    Availability availability = new Availability(inputs);
    Map<String, SortedSet<String>> byTable = new TreeMap<>();
    for (String name : required) {
      int dot = name.indexOf('.');
      byTable
          .computeIfAbsent(name.substring(0, dot), t -> new TreeSet<>())
          .add(name.substring(dot + 1));
    }
    for (Views.Input input : inputs) {
      if (listened(connection, input)) {
        availability.listened.add(input);
      }
      for (Map.Entry<String, SortedSet<String>> table : byTable.entrySet()) {
        availability.count(connection, input, table.getKey(), table.getValue());
      }
    }
    return availability;
  }

  /** Rows of the recorder itself say so: the kernel log was read, or NVML was asked and no gap says that events are missing. */
  private static boolean listened(Connection connection, Views.Input input) throws SQLException {
    Set<String> tables = input.file().columns().keySet();
    // These have no XIDs: their rows do not say that anybody listened where those are told.
    if (tables.contains(EVENT)
        && any(
            connection,
            input,
            EVENT,
            "coalesce(event_class, '') NOT IN ('journal', 'mllog', 'bmc', 'process')")) {
      return true;
    }
    boolean logRead = tables.contains("audit")
        && any(connection, input, "audit", "action = 'kernel_log.read' AND outcome = 'success'");
    boolean eventsMissing = tables.contains(GAP) && any(connection, input, GAP, "metric = 'event'");
    return logRead || (tables.contains("gpu") && !eventsMissing);
  }

  private static boolean any(
      Connection connection, Views.Input input, String table, String condition)
      throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery("SELECT count(*) > 0 FROM %s.%s WHERE %s"
            .formatted(input.schema(), Views.name(table), condition))) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private void count(
      Connection connection, Views.Input input, String table, SortedSet<String> wanted)
      throws SQLException {
    List<String> columns = wanted.stream().filter(c -> input.has(table, c)).toList();
    if (columns.isEmpty()) {
      return;
    }
    Map<String, Long> rows = new LinkedHashMap<>();
    long entities;
    try (Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery("SELECT count(DISTINCT entity), %s FROM %s.%s"
            .formatted(
                columns.stream()
                    .map(c -> "count(%s)".formatted(Views.name(c)))
                    .collect(Collectors.joining(", ")),
                input.schema(),
                Views.name(table)))) {
      row.next();
      entities = row.getLong(1);
      for (int i = 0; i < columns.size(); i++) {
        rows.put(columns.get(i), row.getLong(i + 2));
      }
    }
    for (Map.Entry<String, Long> column : rows.entrySet()) {
      // More values than entities: one of them has two. Only the few others are worth another look.
      boolean times = column.getValue() > entities
          || (column.getValue() > 1 && spread(connection, input, table, column.getKey()));
      readings.put(
          key(input, table + "." + column.getKey()), new Readings(column.getValue(), times));
    }
  }

  private static boolean spread(
      Connection connection, Views.Input input, String table, String column) throws SQLException {
    try (Statement sql = connection.createStatement();
        ResultSet row =
            sql.executeQuery("SELECT min(mono_ns) < max(mono_ns) FROM %s.%s WHERE %s IS NOT NULL"
                .formatted(input.schema(), Views.name(table), Views.name(column)))) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static String key(Views.Input input, String name) {
    return input.ordinal() + "/" + name;
  }

  /**
   * Why something cannot be judged, by bundle; empty where every bundle has all it takes.
   *
   * @param ticks 2 where a difference between two readings is needed
   */
  Map<Views.Input, String> missing(List<String> required, int ticks) {
    Map<Views.Input, String> reasons = new LinkedHashMap<>();
    for (Views.Input input : inputs) {
      List<String> reasonsHere = required.stream()
          .map(name -> missing(input, name, ticks))
          .flatMap(Optional::stream)
          .distinct()
          .toList();
      if (!reasonsHere.isEmpty()) {
        reasons.put(input, String.join(", ", reasonsHere));
      }
    }
    return reasons;
  }

  private Optional<String> missing(Views.Input input, String name, int ticks) {
    String table = name.substring(0, name.indexOf('.'));
    if (table.equals(GAP)) {
      return Optional.empty();
    }
    if (table.equals(EVENT)) {
      return listened.contains(input)
          ? Optional.empty()
          : Optional.of("nobody listened to the kernel log or to NVML's events");
    }
    if (!input.file().columns().containsKey(table)) {
      return Optional.of("no table " + table);
    }
    // A bundle has no column that never held a value.
    Readings here = readings.getOrDefault(key(input, name), new Readings(0, false));
    if (here.rows() == 0) {
      return Optional.of("no value of " + name);
    }
    return ticks > 1 && !here.times()
        ? Optional.of("only one reading of " + name)
        : Optional.empty();
  }
}
