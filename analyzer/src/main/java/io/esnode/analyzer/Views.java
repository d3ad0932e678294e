package io.esnode.analyzer;

import io.esnode.bundle.BundleException;
import io.esnode.bundle.BundleFile;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes one view for each table of the bundles, from the files' own schema: a table or column that a file lacks is absent,
 * never null standing for zero. Bundles this esnode does not know every column of open all the same.
 *
 * <p>A view has the head columns, the table's columns, {@code row_id} = ordinal × 2^40 + place in the file,
 * {@code bundle} (the ordinal) and {@code boot_id}. Beside them stand {@code all_rows} (head columns of every row),
 * {@code bundle} (one row for each manifest), the views of {@link EventViews} and the tables of
 * {@link KnowledgeTables}. {@code b0.host} is the view over the first bundle alone, with that file's own columns.
 */
final class Views {
  /** High part of a row id. */
  static final long ORDINAL_UNIT = 1L << 40;

  private static final Map<String, String> HEAD = head();

  /** Tables of things that happen: a file in which nothing happened lacks them, and a rule can ask all the same. */
  private static final List<String> ALWAYS_THERE = List.of("gap", "event", "inventory", "audit");

  /** The six functions that DuckDB and Spark name differently, and exact division, which SQL has no common word for. */
  private static final List<String> MACROS = List.of(
      "epoch_micros(t) AS epoch_us(t)",
      "from_micros(us) AS make_timestamp(us)",
      "seconds_between(a, b) AS (epoch_us(b) - epoch_us(a)) / 1e6",
      "sha256_hex(s) AS sha256(s)",
      "item(l, i) AS list_extract(l, i)",
      "truncate_to_long(x) AS CAST(trunc(CAST(x AS DOUBLE)) AS BIGINT)",
      "divide_rounded(a, b) AS CAST(CASE WHEN (a < 0) <> (b < 0) THEN -1 ELSE 1 END"
          + " * ((2 * abs(CAST(a AS HUGEINT)) + abs(CAST(b AS HUGEINT)))"
          + " // nullif(2 * abs(CAST(b AS HUGEINT)), 0)) AS BIGINT)");

  private Views() {}

  private static Map<String, String> head() {
    Map<String, String> head = new LinkedHashMap<>();
    head.put("kind", "VARCHAR");
    head.put("tick", "BIGINT");
    head.put("ts", "TIMESTAMP WITH TIME ZONE");
    head.put("mono_ns", "BIGINT");
    head.put("node", "VARCHAR");
    head.put("entity", "VARCHAR");
    head.put("origin", "VARCHAR");
    head.put("source", "VARCHAR");
    return head;
  }

  /** The head columns' names, as they stand in every view. */
  static List<String> headColumns() {
    return List.copyOf(HEAD.keySet());
  }

  static void createMacros(Statement sql) throws SQLException {
    for (String macro : MACROS) {
      sql.execute("CREATE MACRO " + macro);
    }
  }

  /**
   * Creates all views.
   *
   * @param inputs in ordinal order
   * @throws BundleException if a file's columns have other types than the registry says
   */
  static void create(Connection connection, List<Input> inputs)
      throws SQLException, BundleException {
    try (Statement sql = connection.createStatement()) {
      createMacros(sql);
    }
    KnowledgeTables.create(connection);
    TreeSet<String> tables = new TreeSet<>();
    for (Input input : inputs) {
      createPerBundle(connection, input);
      tables.addAll(input.file().columns().keySet());
    }
    try (Statement sql = connection.createStatement()) {
      for (String table : tables) {
        List<String> parts = new ArrayList<>();
        for (Input input : inputs) {
          if (input.file().columns().containsKey(table)) {
            parts.add("SELECT * FROM %s.%s".formatted(input.schema(), name(table)));
          }
        }
        Registry.get()
            .find(table)
            .filter(t -> lacksColumns(t, inputs))
            .ifPresent(t -> parts.add(noRows(t)));
        sql.execute("CREATE VIEW %s AS %s"
            .formatted(name(table), String.join(" UNION ALL BY NAME ", parts)));
      }
      for (String table : ALWAYS_THERE) {
        if (!tables.contains(table)) {
          sql.execute(
              "CREATE VIEW %s AS %s".formatted(table, noRows(Registry.get().table(table))));
        }
      }
      List<String> all = new ArrayList<>();
      for (Input input : inputs) {
        all.add("SELECT %s, %s FROM %s"
            .formatted(String.join(", ", HEAD.keySet()), identity(input), input.scan()));
      }
      sql.execute("CREATE VIEW all_rows AS " + String.join(" UNION ALL ", all));
    }
    createManifests(connection, inputs);
    try (Statement sql = connection.createStatement()) {
      EventViews.create(sql);
    }
  }

  /** Says of every known column what it is, for people who look with {@code esnode query}. */
  static void comment(Connection connection, List<Input> inputs) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      KnowledgeTables.comment(sql);
      for (Table table : Registry.get().tables()) {
        for (Metric metric : table.columns()) {
          if (inputs.stream().anyMatch(i -> i.has(table.name(), metric.column()))) {
            sql.execute("COMMENT ON COLUMN %s.%s IS %s"
                .formatted(
                    name(table.name()),
                    name(metric.column()),
                    text("%s [%s], %s, from %s"
                        .formatted(
                            metric.title(),
                            metric.unit().isEmpty() ? "text" : metric.unit(),
                            metric.kind().name().toLowerCase(java.util.Locale.ROOT),
                            metric.source()))));
          }
        }
      }
    }
  }

  private static void createPerBundle(Connection connection, Input input)
      throws SQLException, BundleException {
    try (Statement sql = connection.createStatement()) {
      sql.execute("CREATE SCHEMA " + input.schema());
      for (Map.Entry<String, List<String>> table : input.file().columns().entrySet()) {
        List<String> columns = new ArrayList<>(HEAD.keySet());
        for (String column : table.getValue()) {
          if (HEAD.containsKey(column) || List.of("row_id", "bundle", "boot_id").contains(column)) {
            throw new BundleException("%s: column %s.%s has a name that every table has already"
                .formatted(input.name(), table.getKey(), column));
          }
          columns.add("%s.%s AS %s".formatted(name(table.getKey()), name(column), name(column)));
        }
        sql.execute("CREATE VIEW %s.%s AS SELECT %s, %s FROM %s WHERE kind = %s"
            .formatted(
                input.schema(),
                name(table.getKey()),
                String.join(", ", columns),
                identity(input),
                input.scan(),
                text(table.getKey())));
      }
    }
    checkTypes(connection, input);
  }

  private static String identity(Input input) {
    return "file_row_number + %s AS row_id, %s AS bundle, %s AS boot_id"
        .formatted(input.ordinal() * ORDINAL_UNIT, input.ordinal(), text(boot(input)));
  }

  /** Counters of two recordings may be compared only within one boot; where it is not known, within one recording. */
  private static String boot(Input input) {
    var manifest = input.file().manifest();
    return manifest.bootId().isEmpty() ? "recording " + manifest.recordingId() : manifest.bootId();
  }

  /** Whether a column that this esnode knows is in none of the files: rules may name it and find nothing in it. */
  private static boolean lacksColumns(Table table, List<Input> inputs) {
    return table.columns().stream()
        .anyMatch(m -> inputs.stream().noneMatch(i -> i.has(table.name(), m.column())));
  }

  private static String noRows(Table table) {
    List<String> columns = new ArrayList<>();
    HEAD.forEach((column, type) -> columns.add("CAST(NULL AS %s) AS %s".formatted(type, column)));
    for (Metric metric : table.columns()) {
      columns.add("CAST(NULL AS %s) AS %s".formatted(sqlType(metric.type()), metric.column()));
    }
    columns.add("CAST(NULL AS BIGINT) AS row_id");
    columns.add("CAST(NULL AS INTEGER) AS bundle");
    columns.add("CAST(NULL AS VARCHAR) AS boot_id");
    return "SELECT %s WHERE 1 = 0".formatted(String.join(", ", columns));
  }

  private static void checkTypes(Connection connection, Input input)
      throws SQLException, BundleException {
    try (PreparedStatement sql = connection.prepareStatement(
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
            + " WHERE schema_name = ? ORDER BY table_name, column_index")) {
      sql.setString(1, input.schema());
      try (ResultSet rows = sql.executeQuery()) {
        while (rows.next()) {
          String table = rows.getString(1);
          String column = rows.getString(2);
          String expected = expectedType(table, column);
          if (expected != null && !expected.equals(rows.getString(3))) {
            throw new BundleException("%s: %s.%s is %s in this file, expected %s"
                .formatted(input.name(), table, column, rows.getString(3), expected));
          }
        }
      }
    }
  }

  private static @Nullable String expectedType(String table, String column) {
    String head = HEAD.get(column);
    return head != null
        ? head
        : Registry.get().find(table, column).map(m -> sqlType(m.type())).orElse(null);
  }

  static String sqlType(Metric.Type type) {
    return switch (type) {
      case INT64 -> "BIGINT";
      case DECIMAL2 -> "DECIMAL(18,2)";
      case DOUBLE -> "DOUBLE";
      case TIMESTAMP -> "TIMESTAMP WITH TIME ZONE";
      case TEXT -> "VARCHAR";
    };
  }

  private static void createManifests(Connection connection, List<Input> inputs)
      throws SQLException {
    try (Statement sql = connection.createStatement()) {
      sql.execute(
          "CREATE TABLE bundle (bundle INTEGER, name VARCHAR, sha256 VARCHAR, recording_id VARCHAR,"
              + " node VARCHAR, boot_id VARCHAR, start_ts TIMESTAMP WITH TIME ZONE,"
              + " end_ts TIMESTAMP WITH TIME ZONE, interval_us BIGINT, ticks_expected BIGINT,"
              + " ticks_captured BIGINT, ticks_late BIGINT, ticks_dropped BIGINT, clock_steps BIGINT,"
              + " gaps BIGINT, rows BIGINT, cpu_ms BIGINT, max_rss_bytes BIGINT, recovered BOOLEAN,"
              + " damaged_bytes BIGINT)");
    }
    try (PreparedStatement row = connection.prepareStatement(
        "INSERT INTO bundle VALUES (?, ?, ?, ?, ?, ?, to_timestamp(0) + to_microseconds(?),"
            + " to_timestamp(0) + to_microseconds(?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (Input input : inputs) {
        var manifest = input.file().manifest();
        row.setInt(1, input.ordinal());
        row.setString(2, input.name());
        row.setString(3, input.sha256());
        row.setString(4, manifest.recordingId());
        row.setString(5, manifest.node());
        row.setString(6, boot(input));
        row.setLong(7, manifest.startTs());
        row.setLong(8, manifest.endTs());
        row.setLong(9, manifest.intervalNanos() / 1000);
        row.setLong(10, manifest.ticks().expected());
        row.setLong(11, manifest.ticks().captured());
        row.setLong(12, manifest.ticks().late());
        row.setLong(13, manifest.ticks().dropped());
        row.setLong(14, manifest.clock().steps().size());
        row.setLong(15, manifest.gaps());
        row.setLong(16, input.file().rows());
        row.setObject(17, manifest.cost().cpuMs());
        row.setObject(18, manifest.cost().maxRssBytes());
        row.setBoolean(19, manifest.spool().recovered());
        row.setLong(20, manifest.spool().damagedBytes());
        row.execute();
      }
    }
  }

  /** An identifier from a file: quoted, whatever it holds. */
  static String name(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  /** A text literal. */
  static String text(String value) {
    return "'" + value.replace("'", "''") + "'";
  }

  /**
   * One bundle as the views see it.
   *
   * @param ordinal its place among the bundles sorted by digest
   * @param name for messages and the ledger
   * @param readPath what DuckDB opens
   */
  record Input(int ordinal, String name, String sha256, String readPath, BundleFile file) {
    String schema() {
      return "b" + ordinal;
    }

    String scan() {
      return "read_parquet(%s, file_row_number = true)".formatted(text(readPath));
    }

    boolean has(String table, String column) {
      List<String> columns = file.columns().get(table);
      return columns != null && columns.contains(column);
    }
  }
}
