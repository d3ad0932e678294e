package io.esnode.spool;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.source.Row;
import java.util.List;
import java.util.Random;

/** One GPU whose values follow a seed. */
public final class ScriptedGpu {
  public static final Table TABLE = Registry.get().table("gpu");

  private final Random random;
  private final Row row;
  private final List<Row> rows;

  public ScriptedGpu(long seed, String entity) {
    random = new Random(seed);
    row = new Row(TABLE, entity);
    rows = List.of(row);
  }

  /** The same list at every tick, refilled. */
  public List<Row> sample() {
    for (int column = 0; column < 12; column++) {
      int die = random.nextInt(10);
      if (die == 0) {
        row.clear(column);
      } else if (die < 4) {
        row.set(column, row.value(column) + random.nextInt(1000));
      }
    }
    return rows;
  }

  /** As {@link Recorded} has it. */
  static String line(List<Row> rows, long tsMicros, long monoNanos) {
    StringBuilder line = new StringBuilder().append(tsMicros).append(' ').append(monoNanos);
    for (Row row : rows) {
      line.append(" nvml ").append(row.entity()).append('=');
      for (int column = 0; column < TABLE.columns().size(); column++) {
        line.append(row.present(column) ? Long.toString(row.value(column)) : "-")
            .append(',');
      }
    }
    return line.toString();
  }
}
