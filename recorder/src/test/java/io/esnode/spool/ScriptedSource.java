package io.esnode.spool;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.source.Failure;
import io.esnode.source.Row;
import io.esnode.source.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A source whose values follow a seed: counters that grow, gauges that jump, columns that come and go. */
public final class ScriptedSource implements Source {
  private final Table table = Registry.get().table("disk");
  private final Random random;
  private List<Row> rows = new ArrayList<>();
  private List<Failure> failures = List.of();

  public ScriptedSource(long seed, String... entities) {
    random = new Random(seed);
    entities(entities);
  }

  /** Devices appear or disappear. */
  public void entities(String... names) {
    List<Row> now = new ArrayList<>();
    for (String name : names) {
      now.add(new Row(table, name));
    }
    rows = now;
  }

  public void fail(Failure... now) {
    failures = List.of(now);
  }

  @Override
  public String name() {
    return "test.disk";
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    for (Row row : rows) {
      for (int column = 0; column < table.columns().size(); column++) {
        int die = random.nextInt(20);
        if (die == 0) {
          row.clear(column);
        } else if (die == 1) {
          row.set(column, random.nextLong());
        } else if (die < 6) {
          row.set(column, row.value(column) + random.nextInt(1000));
        }
      }
    }
  }

  @Override
  public List<Row> rows() {
    return rows;
  }

  @Override
  public List<Failure> failures() {
    return failures;
  }

  @Override
  public void close() {}
}
