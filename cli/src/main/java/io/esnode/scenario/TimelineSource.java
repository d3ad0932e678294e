package io.esnode.scenario;

import io.esnode.metric.Table;
import io.esnode.source.Failure;
import io.esnode.source.Row;
import io.esnode.source.Source;
import io.esnode.timeline.HostSeries;
import io.esnode.timeline.HostValue;
import io.esnode.timeline.Timeline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** One host table of a simulated machine: what its kernel would have said. */
final class TimelineSource implements Source {
  private final Table table;
  private final LongSupplier clock;
  private final List<HostSeries> series = new ArrayList<>();
  private final List<Row> rowOf = new ArrayList<>();
  private final List<Row> rows;
  private List<Failure> failures = List.of();

  /**
   * A source of one table.
   *
   * @param all series of the timeline; those of other tables are left alone
   * @param clock ms since the start of the recording
   */
  TimelineSource(Table table, List<HostSeries> all, LongSupplier clock) {
    this.table = table;
    this.clock = clock;
    Map<String, Row> byEntity = new TreeMap<>();
    for (HostSeries one : all) {
      if (one.table().equals(table.name())) {
        series.add(one);
        rowOf.add(byEntity.computeIfAbsent(one.entity(), entity -> new Row(table, entity)));
      }
    }
    rows = List.copyOf(byEntity.values());
  }

  /** The host tables a timeline has something about, in the registry's order. */
  static List<Source> of(Timeline timeline, Collection<Table> tables, LongSupplier clock) {
    List<HostSeries> all = timeline.hostSeries();
    return tables.stream()
        .filter(t -> all.stream().anyMatch(s -> s.table().equals(t.name())))
        .map(t -> (Source) new TimelineSource(t, all, clock))
        .toList();
  }

  @Override
  public String name() {
    return "scenario." + table.name();
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    List<Failure> now = new ArrayList<>();
    for (int i = 0; i < series.size(); i++) {
      HostSeries one = series.get(i);
      Row row = rowOf.get(i);
      int column = table.indexOf(one.column());
      Optional<HostValue> value = one.at(clock.getAsLong());
      if (value.isPresent() && value.get() instanceof HostValue.Present present) {
        row.set(column, present.value());
      } else {
        String reason = value.isPresent() && value.get() instanceof HostValue.Absent absent
            ? absent.reason()
            : "the scenario does not say anything about it yet";
        row.absent(column, reason);
        now.add(new Failure(row.entity(), table.name() + "." + one.column(), reason));
      }
    }
    if (!now.equals(failures)) {
      failures = List.copyOf(now);
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
