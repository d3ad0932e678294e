package io.esnode.source;

import io.esnode.metric.Table;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One row per numbered directory of sysfs, such as {@code /sys/devices/system/node/node0}, filled from files in it. A list
 * beside them says which are online. A file that is not there when its directory is first seen is not tried again.
 */
final class NumberedSource implements Source {
  /** Further files are opened for every reading: 256 CPUs have more than a thousand, which is all that some hosts allow. */
  private static final int KEPT_FILES = 512;

  /**
   * One of the files of every directory.
   *
   * @param file its path below the directory
   * @param parser makes one that understands it; each directory has its own
   */
  record Part(String file, Supplier<RowParser> parser) {}

  private static final class Entry {
    private final Row row;
    private final RowParser parser;
    private final @Nullable KeptFile file;
    private final boolean kept;
    private final String directory;
    private final String absence;

    /** @param absence why there is no file, where there is none */
    Entry(
        Row row,
        RowParser parser,
        @Nullable KeptFile file,
        boolean kept,
        String directory,
        String absence) {
      this.row = row;
      this.parser = parser;
      this.file = file;
      this.kept = kept;
      this.directory = directory;
      this.absence = absence;
    }
  }

  private final String name;
  private final Table table;
  private final String entityPrefix;
  private final Path parent;
  private final String prefix;
  private final List<Part> parts;
  private final KeptFile online;
  private final ByteBuffer buffer;
  private final FailureList failures;
  private byte[] bound = new byte[0];
  private List<Row> rows = List.of();
  private List<Entry> entries = List.of();

  /**
   * @param entityPrefix what stands before the number in the entity, e.g. {@code numa:}
   * @param parent holds the directories and the list {@code online}
   * @param prefix what stands before the number in a directory's name, e.g. {@code node}
   */
  NumberedSource(
      String name,
      Table table,
      String entityPrefix,
      Path parent,
      String prefix,
      List<Part> parts,
      ByteBuffer buffer) {
    this.name = name;
    this.table = table;
    this.entityPrefix = entityPrefix;
    this.parent = parent;
    this.prefix = prefix;
    this.parts = List.copyOf(parts);
    this.online = new KeptFile(parent.resolve("online"), buffer);
    this.buffer = buffer;
    this.failures = new FailureList(table);
  }

  /** Why none of the directories has any of the files; null when one has. Reads no more than the list. */
  @Nullable
  String absence() {
    String problem = list();
    if (problem != null) {
      return problem;
    }
    return entries.stream().anyMatch(entry -> entry.file != null) ? null : entries.get(0).absence;
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
    String problem = list();
    for (Row row : rows) {
      row.clear();
      if (problem != null) {
        explain(row, 0, table.columns().size(), problem);
      }
    }
    if (problem == null) {
      entries.forEach(this::read);
    }
    failures.update(rows, problem);
  }

  /** Reads which directories there are; why that cannot be told, null when it can. */
  private @Nullable String list() {
    online.refresh(online.generation());
    String problem = online.problem();
    if (problem != null) {
      return problem;
    }
    if (Arrays.equals(bound, 0, bound.length, online.text(), 0, online.length())) {
      return null;
    }
    List<Integer> numbers = NumberList.parse(online.text(), online.length());
    if (numbers.isEmpty()) {
      return parent.resolve("online") + ": not a list of numbers";
    }
    bind(numbers);
    bound = Arrays.copyOf(online.text(), online.length());
    return null;
  }

  private void bind(List<Integer> numbers) {
    closeFiles();
    List<Row> found = new ArrayList<>();
    List<Entry> opened = new ArrayList<>();
    int files = 0;
    for (int number : numbers) {
      Row row = new Row(table, entityPrefix + number);
      Path directory = parent.resolve(prefix + number);
      for (Part part : parts) {
        Path path = directory.resolve(part.file());
        boolean there = !Files.notExists(path);
        files += there ? 1 : 0;
        opened.add(new Entry(
            row,
            part.parser().get(),
            there ? new KeptFile(path, buffer) : null,
            files <= KEPT_FILES,
            directory.toString(),
            everyDirectory() + "/" + part.file() + ": no such file"));
      }
      found.add(row);
    }
    rows = List.copyOf(found);
    entries = List.copyOf(opened);
  }

  /** Stands for all directories, so that what all of them lack has one reason. */
  private String everyDirectory() {
    return parent.resolve(prefix) + "*";
  }

  private void read(Entry entry) {
    KeptFile file = entry.file;
    if (file == null) {
      explain(entry, entry.absence);
      return;
    }
    file.refresh(file.generation());
    String problem = file.problem();
    if (problem == null) {
      entry.parser.parse(file.text(), file.length(), entry.row);
      problem = file.truncation();
    }
    if (problem != null) {
      explain(entry, problem.replace(entry.directory + "/", everyDirectory() + "/"));
    }
    if (!entry.kept) {
      file.close();
    }
  }

  private static void explain(Entry entry, String reason) {
    for (int column : entry.parser.columns()) {
      explain(entry.row, column, column + 1, reason);
    }
  }

  private static void explain(Row row, int from, int to, String reason) {
    for (int column = from; column < to; column++) {
      if (!row.present(column) && row.reason(column) == null) {
        row.absent(column, reason);
      }
    }
  }

  private void closeFiles() {
    for (Entry entry : entries) {
      if (entry.file != null) {
        entry.file.close();
      }
    }
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
    online.close();
    closeFiles();
  }
}
