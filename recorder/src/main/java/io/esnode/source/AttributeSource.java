package io.esnode.source;

import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A row per device, from files of sysfs with a value each. What there is is learnt when a directory's listing changes, once
 * more at the sample after that because a driver may not have been ready, and when a file goes; otherwise a sample lists the
 * directories and reads files that are open. A device that goes leaves a failure behind, until it comes back.
 */
final class AttributeSource implements Source {
  private static final String EVERY_ENTITY = "node";

  /** @param problem why the directory has no listing; null when it has */
  private record Listing(
      Path root, List<Path> entries, @Nullable String problem) {
    static Listing of(Path root) {
      try {
        return new Listing(root, Sysfs.list(root), null);
      } catch (IOException e) {
        return new Listing(root, List.of(), root + ": " + KeptFile.cause(e));
      }
    }
  }

  private final String name;
  private final Table table;
  private final DeviceTree tree;
  private final int limit;
  private final boolean keep;
  private final ByteBuffer buffer;
  private final FailureList failures;
  private final Set<String> seen = new TreeSet<>();
  private List<Listing> listings = List.of();
  private List<Attributes> entities = List.of();
  private List<Row> rows = List.of();
  private List<Failure> beside = List.of();
  private @Nullable String problem;
  private boolean lost;
  private boolean settling;

  /**
   * @param limit how many entities are read at most
   * @param keep whether files stay open between two samples
   */
  AttributeSource(
      String name, Table table, DeviceTree tree, int limit, boolean keep, ByteBuffer buffer) {
    this.name = name;
    this.table = table;
    this.tree = tree;
    this.limit = limit;
    this.keep = keep;
    this.buffer = buffer;
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
    List<Listing> now = tree.roots().stream().map(Listing::of).toList();
    boolean changed = !now.equals(listings);
    if (lost || settling || changed) {
      listings = now;
      settling = changed;
      learn();
    }
    lost = false;
    for (int i = 0; i < entities.size(); i++) {
      lost |= entities.get(i).read();
    }
    failures.update(rows, problem, beside);
  }

  private void learn() {
    Finding finding = new Finding(table, keep, buffer);
    List<Failure> refused = new ArrayList<>();
    for (Listing listing : listings) {
      for (Path entry : listing.entries()) {
        try {
          tree.find(entry, finding);
        } catch (IOException e) {
          refused.add(new Failure(EVERY_ENTITY, table.name(), entry + ": " + KeptFile.cause(e)));
        }
      }
    }
    List<Attributes> found = finding.all();
    List<Attributes> read = found.subList(0, Math.min(found.size(), limit));
    take(read);
    explain(found.subList(read.size(), found.size()), refused);
  }

  /** Keeps rows and open files where everything is as it was. */
  private void take(List<Attributes> read) {
    boolean same = read.size() == entities.size();
    for (int i = 0; same && i < read.size(); i++) {
      same = read.get(i).like(entities.get(i));
    }
    if (same) {
      return;
    }
    entities.forEach(Attributes::close);
    entities = List.copyOf(read);
    rows = entities.stream().map(Attributes::row).toList();
  }

  private void explain(List<Attributes> beyond, List<Failure> refused) {
    Set<String> there = new TreeSet<>();
    entities.forEach(entity -> there.add(entity.row().entity()));
    List<Failure> list = new ArrayList<>();
    for (Attributes entity : beyond) {
      String left = entity.row().entity();
      there.add(left);
      list.add(new Failure(
          left, table.name(), "not read: there are more than " + limit + " " + tree.what()));
    }
    seen.addAll(there);
    for (String entity : seen) {
      if (!there.contains(entity)) {
        list.add(new Failure(entity, table.name(), "gone: it was there before"));
      }
    }
    list.addAll(refused);
    @Nullable String first = null;
    for (Listing listing : listings) {
      String missing = listing.problem();
      if (missing != null && !entities.isEmpty()) {
        list.add(new Failure(EVERY_ENTITY, table.name(), missing));
      }
      first = first == null ? missing : first;
    }
    problem = entities.isEmpty() ? (first == null ? "no " + tree.what() : first) : null;
    beside = List.copyOf(list);
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
    entities.forEach(Attributes::close);
  }
}
