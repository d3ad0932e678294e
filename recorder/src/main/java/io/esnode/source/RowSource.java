package io.esnode.source;

import io.esnode.metric.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One row that one or several files fill together; a file that fails takes only its own columns away. */
final class RowSource implements Source {
  /** One of the files; two sources may share it. */
  static final class Part {
    private final KeptFile file;
    private final RowParser parser;
    private final int[] columns;
    private int seen;

    Part(KeptFile file, RowParser parser) {
      this.file = file;
      this.parser = parser;
      this.columns = parser.columns();
      this.seen = file.generation();
    }

    /** Why the file could not be read last time; null when it could. */
    @Nullable
    String problem() {
      return file.problem();
    }
  }

  private final String name;
  private final Table table;
  private final Part[] parts;
  private final Row row;
  private final List<Row> rows;
  private final FailureList failures;

  RowSource(String name, Table table, String entity, List<Part> parts) {
    this.name = name;
    this.table = table;
    this.parts = parts.toArray(new Part[0]);
    this.row = new Row(table, entity);
    this.rows = List.of(row);
    this.failures = new FailureList(table);
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
    row.clear();
    for (Part part : parts) {
      part.seen = part.file.refresh(part.seen);
      String problem = part.file.problem();
      if (problem == null) {
        part.parser.parse(part.file.text(), part.file.length(), row);
        problem = part.file.truncation();
      }
      if (problem != null) {
        explain(part, problem);
      }
    }
    failures.update(rows, wholeProblem());
  }

  private void explain(Part part, String problem) {
    for (int column : part.columns) {
      if (!row.present(column) && row.reason(column) == null) {
        row.absent(column, problem);
      }
    }
  }

  /** The problem of the only file; where there are several, each column names its own. */
  private @Nullable String wholeProblem() {
    return parts.length == 1 ? parts[0].file.problem() : null;
  }

  @Override
  public List<Row> rows() {
    return rows;
  }

  @Override
  public List<Failure> failures() {
    return failures.list();
  }

  @Override
  public void close() {
    for (Part part : parts) {
      part.file.close();
    }
  }
}
