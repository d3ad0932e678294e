package io.esnode.source;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One row of the whole host that a program has to be asked for. */
abstract class AnswerSource implements Source {
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /** More than any of these programs says. */
  static final int MOST_BYTES = 16 << 10;

  private final String name;
  private final Table table;
  private final Row row;
  private final List<Row> rows;
  private final FailureList failures;

  AnswerSource(String name, String table) {
    this.name = name;
    this.table = Registry.get().table(table);
    this.row = new Row(this.table, "node");
    this.rows = List.of(row);
    this.failures = new FailureList(this.table);
  }

  /**
   * Fills a row that is empty.
   *
   * @return why there is nothing for the table; null where there is something
   */
  abstract @Nullable String ask(Row into);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Table table() {
    return table;
  }

  @Override
  public final void sample() {
    row.clear();
    @Nullable String problem = ask(row);
    if (problem != null) {
      row.clear();
    }
    failures.update(problem == null ? rows : List.of(), problem);
  }

  @Override
  public final List<Row> rows() {
    return rows;
  }

  @Override
  public final List<Failure> failures() {
    return failures.list();
  }

  @Override
  public final void close() {
    // Nothing is kept open.
  }
}
