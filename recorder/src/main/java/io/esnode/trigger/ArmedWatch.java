package io.esnode.trigger;

import io.esnode.metric.Table;
import io.esnode.source.Row;
import io.esnode.spool.RowWatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The thresholds on one stream of rows, whichever are armed. One thread at a time. */
final class ArmedWatch implements RowWatch {
  private final Supplier<List<Armed>> armed;
  private final Table table;
  private final Function<Armed, RowWatch> conditionOf;
  private List<Armed> bound = List.of();
  private Map<Armed, RowWatch> conditions = Map.of();
  private List<RowWatch> watches = List.of();

  /**
   * Looks at nothing yet.
   *
   * @param armed another list means that others are armed
   * @param conditionOf makes what looks at the rows
   */
  ArmedWatch(Supplier<List<Armed>> armed, Table table, Function<Armed, RowWatch> conditionOf) {
    this.armed = armed;
    this.table = table;
    this.conditionOf = conditionOf;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // another list means that others are armed
  public void rows(long tick, long tsMicros, long monoNanos, List<Row> rows) {
    List<Armed> now = armed.get();
    if (now != bound) {
      bind(now);
    }
    for (int i = 0; i < watches.size(); i++) {
      watches.get(i).rows(tick, tsMicros, monoNanos, rows);
    }
  }

  /** One that stays armed keeps what it has seen. */
  private void bind(List<Armed> now) {
    Map<Armed, RowWatch> next = new HashMap<>();
    List<RowWatch> inOrder = new ArrayList<>();
    for (Armed each : now) {
      if (each.trigger() instanceof Trigger.Threshold threshold
          && threshold.table().name().equals(table.name())) {
        RowWatch known = conditions.get(each);
        RowWatch condition = known == null ? conditionOf.apply(each) : known;
        next.put(each, condition);
        inOrder.add(condition);
      }
    }
    conditions = next;
    watches = List.copyOf(inOrder);
    bound = now;
  }
}
