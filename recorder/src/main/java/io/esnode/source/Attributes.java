package io.esnode.source;

import io.esnode.metric.Table;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One entity: its row, and the files of sysfs that fill it. Not thread-safe. */
final class Attributes implements Closeable {
  /**
   * When files may be read.
   *
   * @param column one that a file before them fills
   * @param value what it has to be
   * @param otherwise why the files are not read where it is something else
   */
  record Condition(int column, long value, String otherwise) {
    boolean holds(Row row) {
      return row.present(column) && row.value(column) == value;
    }
  }

  /**
   * A file and what understands it.
   *
   * @param name below the entity's directory
   */
  record File(String name, RowParser parser) {}

  private static final class Part {
    private final Path path;
    private final KeptFile file;
    private final RowParser parser;
    private final int[] columns;
    private final @Nullable Condition condition;
    private boolean gone;

    Part(Path path, KeptFile file, RowParser parser, @Nullable Condition condition) {
      this.path = path;
      this.file = file;
      this.parser = parser;
      this.columns = parser.columns();
      this.condition = condition;
    }

    /** Without the directory, which names the entity: the same problem of all of them is one gap. */
    String brief(String problem) {
      String directory = path.getParent() + "/";
      return problem.startsWith(directory) ? problem.substring(directory.length()) : problem;
    }
  }

  private final ByteBuffer buffer;
  private final boolean keep;
  private final Row row;
  private final List<Part> parts = new ArrayList<>();

  /** @param keep whether files stay open after they were read */
  Attributes(Table table, String entity, boolean keep, ByteBuffer buffer) {
    this.row = new Row(table, entity);
    this.keep = keep;
    this.buffer = buffer;
  }

  Row row() {
    return row;
  }

  /** Adds a file that is read at every sample. */
  void add(Path path, RowParser parser) {
    add(path, parser, null);
  }

  /** Adds a file that is read at every sample at which the condition holds. */
  void add(Path path, RowParser parser, @Nullable Condition condition) {
    parts.add(new Part(path, new KeptFile(path, buffer), parser, condition));
  }

  /** Adds a file if there is such a file; if not, its columns stay absent because the kernel does not offer them. */
  void addIfThere(Path directory, File file) {
    Path path = directory.resolve(file.name());
    if (Files.exists(path)) {
      add(path, file.parser());
    }
  }

  /** Reads a file now, and never again. */
  void once(Path path, RowParser parser) {
    try (KeptFile file = new KeptFile(path, buffer)) {
      read(new Part(path, file, parser, null));
    }
  }

  /** Says that such an entity has no such values. */
  void without(int... columns) {
    for (int column : columns) {
      row.without(column);
    }
  }

  /**
   * Reads all files.
   *
   * @return whether one is gone that was there last time
   */
  boolean read() {
    boolean lost = false;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      boolean before = part.gone;
      read(part);
      lost |= part.gone && !before;
    }
    return lost;
  }

  private void read(Part part) {
    for (int column : part.columns) {
      row.clear(column);
    }
    Condition condition = part.condition;
    if (condition != null && !condition.holds(row)) {
      explain(part, condition.otherwise);
      return;
    }
    part.file.refresh(part.file.generation());
    part.gone = part.file.gone();
    if (!keep) {
      part.file.close();
    }
    String problem = part.file.problem();
    if (problem == null) {
      part.parser.parse(part.file.text(), part.file.length(), row);
      problem = part.file.truncation();
    }
    if (problem != null) {
      explain(part, part.brief(problem));
    }
  }

  private void explain(Part part, String problem) {
    for (int column : part.columns) {
      if (!row.present(column) && row.reason(column) == null) {
        row.absent(column, problem);
      }
    }
  }

  /** Whether the same files fill a row of the same entity. */
  boolean like(Attributes other) {
    return row.entity().equals(other.row.entity())
        && parts.stream()
            .map(part -> part.path)
            .toList()
            .equals(other.parts.stream().map(part -> part.path).toList());
  }

  @Override
  public void close() {
    parts.forEach(part -> part.file.close());
  }
}
