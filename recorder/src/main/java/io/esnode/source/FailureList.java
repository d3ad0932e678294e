package io.esnode.source;

import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists what rows lack, and keeps the list as it is while nothing changes. Not thread-safe. */
final class FailureList {
  private static final String EVERY_ENTITY = "node";

  private final Table table;
  private final String[] metrics;
  private final String[] notOffered;
  private List<Failure> last = List.of();
  private @Nullable List<Failure> changed;
  private int count;

  FailureList(Table table) {
    this.table = table;
    int columns = table.columns().size();
    metrics = new String[columns];
    notOffered = new String[columns];
    for (int i = 0; i < columns; i++) {
      metrics[i] = table.columns().get(i).qualifiedName();
      notOffered[i] = "this kernel does not offer " + table.columns().get(i).source();
    }
  }

  List<Failure> list() {
    return last;
  }

  /** @param problem why the table as a whole is not there; null when it is */
  void update(List<Row> rows, @Nullable String problem) {
    update(rows, problem, List.of());
  }

  /**
   * @param problem why the table as a whole is not there; null when it is
   * @param more what rows cannot tell, e.g. that there is none for an entity
   */
  void update(List<Row> rows, @Nullable String problem, List<Failure> more) {
    count = 0;
    changed = null;
    if (problem != null) {
      add(EVERY_ENTITY, table.name(), problem);
    } else {
      for (int column = 0; column < metrics.length; column++) {
        addColumn(rows, column);
      }
    }
    for (int i = 0; i < more.size(); i++) {
      add(more.get(i).entity(), more.get(i).metric(), more.get(i).reason());
    }
    if (changed != null) {
      last = List.copyOf(changed);
    } else if (count < last.size()) {
      last = List.copyOf(last.subList(0, count));
    }
  }

  private void addColumn(List<Row> rows, int column) {
    boolean everywhere = true;
    int lacking = 0;
    @Nullable String common = null;
    boolean same = true;
    for (int i = 0; i < rows.size(); i++) {
      everywhere &= !rows.get(i).present(column);
      if (rows.get(i).lacks(column)) {
        String reason = reason(rows.get(i), column);
        same &= common == null || common.equals(reason);
        common = reason;
        lacking++;
      }
    }
    if (common == null) {
      return;
    }
    if (same && everywhere && (lacking > 1 || rows.size() == 1)) {
      add(EVERY_ENTITY, metrics[column], common);
      return;
    }
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).lacks(column)) {
        add(rows.get(i).entity(), metrics[column], reason(rows.get(i), column));
      }
    }
  }

  private String reason(Row row, int column) {
    String reason = row.reason(column);
    return reason == null ? notOffered[column] : reason;
  }

  private void add(String entity, String metric, String reason) {
    if (changed != null) {
      changed.add(new Failure(entity, metric, reason));
      return;
    }
    if (count < last.size()) {
      Failure known = last.get(count);
      if (known.entity().equals(entity)
          && known.metric().equals(metric)
          && known.reason().equals(reason)) {
        count++;
        return;
      }
    }
    changed = new ArrayList<>(last.subList(0, count));
    changed.add(new Failure(entity, metric, reason));
  }
}
