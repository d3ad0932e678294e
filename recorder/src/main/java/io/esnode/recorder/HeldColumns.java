package io.esnode.recorder;

import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which tables have rows, and which of their columns hold a value in any of them: the bundle has no others. A column of nulls
 * costs bytes in every row group, and says no more than a column that is not there. Not thread-safe.
 */
final class HeldColumns {
  private final Map<String, List<String>> listed;
  private final Map<String, Held> tables = new HashMap<>();
  private @Nullable Held last;

  /** What is known of one table. */
  private static final class Held {
    private final Table table;
    /** Where the values of a tick's row belong. */
    private final int[] places;

    private final BitSet held = new BitSet();
    /** Those of a tick's row that had no value so far: the first {@code missing} of them. */
    private final int[] columns;

    private int missing;

    Held(Table table, List<String> listed) {
      this.table = table;
      places = listed.stream().mapToInt(table::indexOf).toArray();
      missing = places.length;
      columns = new int[missing];
      for (int i = 0; i < missing; i++) {
        columns[i] = i;
      }
    }

    void row(Tick tick, int row) {
      int left = 0;
      for (int i = 0; i < missing; i++) {
        int column = columns[i];
        if (column < tick.columns(row) && tick.present(row, column)) {
          held.set(places[column]);
        } else {
          columns[left++] = column;
        }
      }
      missing = left;
    }

    /** Parquet knows no group without columns: the first one stays, whatever it holds. */
    Table table() {
      List<Metric> kept = new ArrayList<>();
      for (int i = 0; i < table.columns().size(); i++) {
        if (held.get(i) || (held.isEmpty() && i == 0)) {
          kept.add(table.columns().get(i));
        }
      }
      return new Table(table.name(), kept);
    }

    int[] places(Table bundled) {
      int[] into = new int[places.length];
      for (int i = 0; i < into.length; i++) {
        String column = table.columns().get(places[i]).column();
        into[i] = bundled.find(column).isPresent() ? bundled.indexOf(column) : -1;
      }
      return into;
    }
  }

  /** @param listed the columns of every table in the order of a tick's values */
  HeldColumns(Map<String, List<String>> listed) {
    this.listed = listed;
  }

  void tick(Tick tick) {
    for (int row = 0; row < tick.rows(); row++) {
      held(tick.table(row)).row(tick, row);
    }
  }

  void row(TextRow row) {
    Held held = held(row.table());
    row.texts().keySet().forEach(column -> hold(held, column, true));
    row.numbers().keySet().forEach(column -> hold(held, column, false));
  }

  /** What does not belong there is not put there either. */
  private static void hold(Held held, String column, boolean text) {
    held.table
        .find(column)
        .filter(metric -> (metric.type() == Metric.Type.TEXT) == text)
        .ifPresent(metric -> held.held.set(held.table.indexOf(column)));
  }

  private Held held(String table) {
    Held now = last;
    if (now == null || !now.table.name().equals(table)) {
      now = tables.computeIfAbsent(
          table,
          name -> new Held(Registry.get().table(name), listed.getOrDefault(name, List.of())));
      last = now;
    }
    return now;
  }

  /** The tables as the bundle has them, in the order of the registry. */
  List<Table> tables() {
    return Registry.get().tables().stream()
        .filter(table -> tables.containsKey(table.name()))
        .map(table -> held(table.name()).table())
        .toList();
  }

  /** For each value of a tick's row its column in the bundle's table; -1 where the bundle has none. */
  int[] places(Table bundled) {
    return held(bundled.name()).places(bundled);
  }
}
