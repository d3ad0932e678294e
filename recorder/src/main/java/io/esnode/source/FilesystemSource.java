package io.esnode.source;

import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How full the file systems are that {@link Mount#recorded} chooses, and whether they can be written to. Only those that
 * answer from memory or a local device are asked; of the others it is known from the list of mounts how they are mounted.
 */
final class FilesystemSource implements Source {
  private static final String UNREADABLE_NAME = "not read: the mount point is no file name here";

  /** A file system while it is mounted. */
  private static final class Entry {
    private final Mount mount;
    private final Row row;
    private final @Nullable String danger;
    private @Nullable FileStore store;

    Entry(Mount mount, Row row, @Nullable String danger) {
      this.mount = mount;
      this.row = row;
      this.danger = danger;
    }
  }

  private final Table table;
  private final KeptFile mountinfo;
  private final FailureList failures;
  private final int readOnly;
  private final int[] sizes;
  private final long[] bytes = new long[3];
  private byte[] bound = new byte[0];
  private List<Row> rows = List.of();
  private List<Entry> entries = List.of();

  FilesystemSource(Table table, KeptFile mountinfo) {
    this.table = table;
    this.mountinfo = mountinfo;
    this.failures = new FailureList(table);
    this.readOnly = table.indexOf("read_only");
    this.sizes = new int[] {
      table.indexOf("size_bytes"), table.indexOf("free_bytes"), table.indexOf("available_bytes")
    };
  }

  @Override
  public String name() {
    return "statvfs";
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    mountinfo.refresh(mountinfo.generation());
    @Nullable String problem = mountinfo.problem();
    if (problem == null) {
      problem = mountinfo.truncation();
    }
    if (problem == null) {
      if (!Arrays.equals(bound, 0, bound.length, mountinfo.text(), 0, mountinfo.length())) {
        bind();
      }
      entries.forEach(this::read);
    } else {
      for (Row row : rows) {
        explain(row, problem);
        row.absent(readOnly, problem);
      }
    }
    failures.update(rows, problem);
  }

  private void bind() {
    List<Mount> all = Mount.parse(mountinfo.text(), mountinfo.length());
    Map<String, Mount> found = new LinkedHashMap<>();
    for (Mount mount : Mount.recorded(all)) {
      found.putIfAbsent("fs:" + mount.point(), mount);
    }
    if (!rows.stream().map(Row::entity).toList().equals(List.copyOf(found.keySet()))) {
      rows = found.keySet().stream().map(entity -> new Row(table, entity)).toList();
    }
    List<Entry> opened = new ArrayList<>();
    for (Row row : rows) {
      Mount mount = Objects.requireNonNull(found.get(row.entity()));
      opened.add(new Entry(mount, row, mount.danger(all)));
    }
    entries = List.copyOf(opened);
    bound = Arrays.copyOf(mountinfo.text(), mountinfo.length());
  }

  private void read(Entry entry) {
    entry.row.set(readOnly, entry.mount.isReadOnly() ? 1 : 0);
    String problem = entry.danger == null ? ask(entry) : entry.danger;
    if (problem != null) {
      explain(entry.row, problem);
      return;
    }
    for (int i = 0; i < sizes.length; i++) {
      if (bytes[i] < 0 || bytes[i] == Long.MAX_VALUE) {
        entry.row.absent(sizes[i], Lines.TOO_LARGE);
      } else {
        entry.row.set(sizes[i], bytes[i]);
      }
    }
  }

  /** Fills {@link #bytes}; says why not where it does not. */
  private @Nullable String ask(Entry entry) {
    try {
      Path path = Path.of(entry.mount.path());
      Object device = Files.getAttribute(path, "unix:dev", LinkOption.NOFOLLOW_LINKS);
      if (!(device instanceof Long number) || !entry.mount.isDevice(number)) {
        return "another file system hides it";
      }
      FileStore store = entry.store == null ? Files.getFileStore(path) : entry.store;
      entry.store = store;
      bytes[0] = store.getTotalSpace();
      bytes[1] = store.getUnallocatedSpace();
      bytes[2] = store.getUsableSpace();
      return null;
    } catch (InvalidPathException e) {
      return UNREADABLE_NAME;
    } catch (IOException e) {
      return KeptFile.cause(e);
    }
  }

  private void explain(Row row, String reason) {
    for (int column : sizes) {
      row.absent(column, reason);
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
    mountinfo.close();
  }
}
