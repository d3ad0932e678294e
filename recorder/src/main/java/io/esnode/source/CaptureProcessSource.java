package io.esnode.source;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a child process costs, that which owns NVML or another: a row of table {@code process} while one runs, none while none
 * does. The sampler thread owns it; {@link #follow} may come from any other.
 */
public final class CaptureProcessSource implements Source {
  /** Stands in the bundle's {@code source} column, where it tells the child's rows from the recorder's own. */
  public static final String NAME = "procfs.child";

  /** The same of {@code journalctl}. */
  public static final String JOURNAL_NAME = "procfs.journalctl";

  /** One line of /proc/PID/stat has some 300 bytes. */
  private static final int BUFFER_BYTES = 4096;

  private final Path proc;
  private final String name;
  private final Table table = Registry.get().table("process");
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final ProcessStat parser;
  private final FailureList failures;
  private List<Row> rows = List.of();
  private @Nullable KeptFile file;
  private long current;
  private int seen;

  private volatile long wanted;

  /** Of the process that owns NVML. */
  public CaptureProcessSource(Path proc) {
    this(proc, NAME);
  }

  /**
   * Of another.
   *
   * @param proc usually {@code /proc}
   * @param name stands in the bundle's {@code source} column
   */
  public CaptureProcessSource(Path proc, String name) {
    this.proc = proc;
    this.name = name;
    this.parser = new ProcessStat(table, AuxiliaryVector.pageBytes(proc));
    this.failures = new FailureList(table);
  }

  /**
   * Looks at another process from now on.
   *
   * @param pid 0 for none
   */
  public void follow(long pid) {
    wanted = pid;
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
    long pid = wanted;
    if (pid != current) {
      close();
      current = pid;
      rows = List.of();
      file =
          pid == 0 ? null : new KeptFile(proc.resolve(Long.toString(pid)).resolve("stat"), buffer);
      seen = file == null ? 0 : file.generation();
    }
    KeptFile stat = file;
    if (stat != null) {
      read(stat);
    }
    failures.update(rows, null);
  }

  /** A process that is gone has no row; that it is gone is said where it is known why. */
  private void read(KeptFile stat) {
    seen = stat.refresh(seen);
    if (stat.problem() != null) {
      rows = List.of();
      return;
    }
    if (rows.isEmpty()) {
      Optional<String> entity = parser.entity(stat.text(), stat.length());
      if (entity.isEmpty()) {
        return;
      }
      rows = List.of(new Row(table, entity.get()));
    }
    rows.get(0).clear();
    parser.parse(stat.text(), stat.length(), rows.get(0));
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
    KeptFile open = file;
    if (open != null) {
      open.close();
    }
  }
}
