package io.esnode.metric;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Every column esnode can record, read from {@code metrics.csv}: the Parquet schema, the comments on DuckDB columns,
 * {@code docs/reference/metrics.md} and the formatting of numbers come from here. Immutable, thread-safe.
 */
public final class Registry {
  private static final String RESOURCE = "metrics.csv";
  private static final String HEADER =
      "table,column,type,unit,kind,source,since_driver,cadence,title";
  private static final Registry INSTANCE = load();

  private final Map<String, Table> tables;

  private Registry(Map<String, Table> tables) {
    this.tables = Collections.unmodifiableMap(tables);
  }

  public static Registry get() {
    return INSTANCE;
  }

  /** All tables, in the order in which they stand in a bundle's schema. */
  public Collection<Table> tables() {
    return tables.values();
  }

  public Optional<Table> find(String table) {
    return Optional.ofNullable(tables.get(table));
  }

  /** The table of that name; its absence is a mistake of the caller. */
  public Table table(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalArgumentException("no table " + name + " in " + RESOURCE));
  }

  public Optional<Metric> find(String table, String column) {
    return find(table).flatMap(t -> t.find(column));
  }

  private static Registry load() {
    try (InputStream in = Registry.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Registry parse(String csv) {
    List<String> lines = csv.lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
      throw new IllegalStateException(RESOURCE + " line 1: expected " + HEADER);
    }
    Map<String, List<Metric>> metrics = new LinkedHashMap<>();
    for (int i = 1; i < lines.size(); i++) {
      Metric metric = metric(fields(lines.get(i), i + 1), i + 1);
      metrics.computeIfAbsent(metric.table(), t -> new ArrayList<>()).add(metric);
    }
    Map<String, Table> tables = new LinkedHashMap<>();
    metrics.forEach((name, columns) -> tables.put(name, new Table(name, columns)));
    return new Registry(tables);
  }

  private static Metric metric(List<String> f, int line) {
    if (f.size() != 9) {
      throw new IllegalStateException(
          "%s line %d: %d fields, expected 9".formatted(RESOURCE, line, f.size()));
    }
    return new Metric(
        f.get(0),
        f.get(1),
        Metric.Type.valueOf(f.get(2).toUpperCase(Locale.ROOT)),
        f.get(3),
        Metric.Kind.valueOf(f.get(4).toUpperCase(Locale.ROOT)),
        f.get(5),
        f.get(6),
        f.get(7),
        f.get(8));
  }

  /** RFC 4180 fields of one line; a quoted field may hold commas, none spans lines. */
  private static List<String> fields(String line, int number) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quoted && c == '"' && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(c);
      }
    }
    if (quoted) {
      throw new IllegalStateException(
          "%s line %d: a quote is not closed".formatted(RESOURCE, number));
    }
    fields.add(field.toString());
    return fields;
  }
}
