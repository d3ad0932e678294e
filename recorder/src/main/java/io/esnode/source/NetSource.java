package io.esnode.source;

import io.esnode.metric.Table;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every interface of /proc/net/dev, and how often its link changed, which has a file of its own for each. */
final class NetSource implements Source {
  /**
   * A node with many containers has hundreds of interfaces that are one end of a pipe; their link never changes, and
   * every file costs a descriptor and about a microsecond.
   */
  private static final int VIRTUAL_LIMIT = 32;

  private static final String BEYOND_LIMIT =
      "not read: more than " + VIRTUAL_LIMIT + " interfaces have no device behind them";

  private static final String UNREADABLE_NAME =
      "not read: the interface's name is no file name here";

  private static final class Carrier {
    private final Row row;
    private final @Nullable KeptFile file;
    private final String reason;

    /** @param reason why there is no file, where there is none */
    private Carrier(Row row, @Nullable KeptFile file, String reason) {
      this.row = row;
      this.file = file;
      this.reason = reason;
    }
  }

  private final Table table;
  private final Path classNet;
  private final KeptFile file;
  private final ByteBuffer buffer;
  private final EntityLines lines;
  private final FailureList failures;
  private final int column;
  private final Lines number = new Lines();
  private final Map<String, KeptFile> open = new HashMap<>();
  private List<Row> bound = List.of();
  private Carrier[] carriers = new Carrier[0];
  private int seen;

  /** @param classNet usually {@code /sys/class/net} */
  NetSource(Table table, KeptFile file, Path classNet, ByteBuffer buffer) {
    this.table = table;
    this.classNet = classNet;
    this.file = file;
    this.buffer = buffer;
    this.lines = new EntityLines(table, new NetFormat(table));
    this.failures = new FailureList(table);
    this.column = table.indexOf("carrier_changes_count");
    this.seen = file.generation();
  }

  @Override
  public String name() {
    return "procfs.net";
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // another list means that interfaces came or went
  public void sample() {
    seen = file.refresh(seen);
    String problem = file.problem();
    if (problem == null) {
      lines.parse(file.text(), file.length(), file.truncation());
    } else {
      lines.fail(problem);
    }
    if (lines.rows() != bound) {
      bind(lines.rows());
    }
    for (Carrier carrier : carriers) {
      read(carrier);
    }
    failures.update(lines.rows(), lines.problem());
  }

  /** Opens the files of interfaces that came, closes those of interfaces that went. */
  private void bind(List<Row> rows) {
    Map<String, KeptFile> kept = new HashMap<>();
    carriers = new Carrier[rows.size()];
    int virtual = 0;
    for (int i = 0; i < carriers.length; i++) {
      String entity = rows.get(i).entity();
      @Nullable KeptFile carrierFile = open.remove(entity);
      @Nullable Path directory = directory(entity.substring("net:".length()));
      boolean counted = directory != null && !Files.exists(directory.resolve("device"));
      virtual += counted ? 1 : 0;
      if (directory == null || (counted && virtual > VIRTUAL_LIMIT)) {
        carriers[i] =
            new Carrier(rows.get(i), null, directory == null ? UNREADABLE_NAME : BEYOND_LIMIT);
        if (carrierFile != null) {
          carrierFile.close();
        }
        continue;
      }
      if (carrierFile == null) {
        carrierFile = new KeptFile(directory.resolve("carrier_changes"), buffer);
      }
      kept.put(entity, carrierFile);
      carriers[i] = new Carrier(rows.get(i), carrierFile, "");
    }
    open.values().forEach(KeptFile::close);
    open.clear();
    open.putAll(kept);
    bound = rows;
  }

  /** Null for a name that cannot be a file's name here; the kernel allows any byte but a slash and a blank. */
  private @Nullable Path directory(String name) {
    try {
      return classNet.resolve(name);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private void read(Carrier carrier) {
    KeptFile changes = carrier.file;
    if (changes == null) {
      carrier.row.absent(column, carrier.reason);
      return;
    }
    changes.refresh(changes.generation());
    String problem = changes.problem();
    if (problem != null) {
      carrier.row.absent(column, problem);
      return;
    }
    number.reset(changes.text(), changes.length());
    if (number.next() && number.number()) {
      carrier.row.set(column, number.value());
    } else {
      carrier.row.absent(column, "carrier_changes: " + number.problem());
    }
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
    open.values().forEach(KeptFile::close);
  }
}
