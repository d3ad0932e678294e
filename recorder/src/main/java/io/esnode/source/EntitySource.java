package io.esnode.source;

import io.esnode.metric.Table;
import java.util.List;

/** One row per entity, from a file with a line for each. */
final class EntitySource implements Source {
  private final String name;
  private final Table table;
  private final KeptFile file;
  private final EntityLines lines;
  private final FailureList failures;
  private int seen;

  EntitySource(String name, Table table, KeptFile file, EntityFormat format) {
    this.name = name;
    this.table = table;
    this.file = file;
    this.lines = new EntityLines(table, format);
    this.failures = new FailureList(table);
    this.seen = file.generation();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    seen = file.refresh(seen);
    String problem = file.problem();
    if (problem == null) {
      lines.parse(file.text(), file.length(), file.truncation());
    } else {
      lines.fail(problem);
    }
    failures.update(lines.rows(), lines.problem());
  }

  @Override
  public List<Row> rows() {
    return lines.rows();
  }

  @Override
  public List<Failure> failures() {
    return failures.list();
  }

  @Override
  public void close() {
    file.close();
  }
}
