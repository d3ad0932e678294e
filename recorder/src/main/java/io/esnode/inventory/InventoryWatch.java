package io.esnode.inventory;

import io.esnode.kernel.RowSink;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a node is made of and how it is guarded: kernel modules and taint, security modules, the recorder's own capabilities,
 * block encryption, listening ports, packages, and files that were declared. Digests and metadata only. Everything is looked
 * at when the recording starts, every hour and at its end; modules and declared files also when a look each minute says that
 * they have changed. A row of table {@code inventory} is written for what is new or different; one without a value for what is
 * no longer there.
 */
public final class InventoryWatch implements AutoCloseable {
  static final String SOURCE = "esnode.inventory";

  private static final Duration GLANCE = Duration.ofMinutes(1);
  private static final Duration LOOK = Duration.ofHours(1);
  private static final Duration LAST_LOOK = Duration.ofMillis(250);

  private final Path root;
  private final Clock clock;
  /** Replaced as a whole. */
  private volatile List<WatchedFile> files;

  /** Those of the look before. */
  private List<WatchedFile> lookedAt = List.of();

  private final KernelFacts kernel;
  private final @Nullable SocketOwners owners;
  private final RowSink sink;
  private final Thread thread;
  private final Map<String, String> known = new TreeMap<>();
  private volatile boolean ending;

  InventoryWatch(
      Path root,
      Clock clock,
      List<WatchedFile> files,
      @Nullable SocketOwners owners,
      RowSink sink) {
    this.root = root;
    this.clock = clock;
    this.files = files;
    this.owners = owners;
    this.kernel = new KernelFacts(root);
    this.sink = sink;
    this.thread = new Thread(null, this::run, "inventory", 256 << 10);
    this.thread.setDaemon(true);
  }

  /**
   * Begins to look.
   *
   * @param root usually {@code /}
   * @param declared files whose digests are recorded
   * @param names what a path or the name of a process becomes before it is recorded: names of accounts in it are tokens; the
   *     thread that looks calls it
   * @param processes whether the processes that listen may be named
   */
  public static InventoryWatch start(
      Path root,
      Clock clock,
      List<Path> declared,
      UnaryOperator<String> names,
      boolean processes,
      RowSink sink) {
    InventoryWatch watch = new InventoryWatch(
        root,
        clock,
        watched(declared, names),
        processes ? new SocketOwners(root, names) : null,
        sink);
    watch.thread.start();
    return watch;
  }

  private static List<WatchedFile> watched(List<Path> declared, UnaryOperator<String> names) {
    return declared.stream()
        .map(path -> new WatchedFile(path, names.apply(path.toAbsolutePath().toString())))
        .toList();
  }

  /** Looks at these files instead, at once; of those that are left out nothing more is said. Any thread. */
  public void declare(List<Path> declared, UnaryOperator<String> names) {
    files = watched(declared, names);
    LockSupport.unpark(thread);
  }

  private void run() {
    String glimpse = "";
    long due = clock.now().monoNanos();
    while (!ending) {
      long now = clock.now().monoNanos();
      String seen = glance();
      if (now >= due || !seen.equals(glimpse)) {
        look();
        glimpse = seen;
        due = now + LOOK.toNanos();
      }
      LockSupport.parkNanos(GLANCE.toNanos());
    }
    look();
  }

  private String glance() {
    StringBuilder seen = new StringBuilder(kernel.modules());
    files.forEach(file -> seen.append(file.stamp()).append('\n'));
    return seen.toString();
  }

  /** Writes what is other than at the look before. */
  void look() {
    Facts facts = new Facts();
    kernel.read(facts);
    ListeningSockets.read(root, facts, owners);
    Packages.read(root, facts);
    List<WatchedFile> current = files;
    current.forEach(file -> file.read(facts));
    for (WatchedFile file : lookedAt) {
      if (current.stream().noneMatch(each -> each.name().equals(file.name()))) {
        known.keySet().removeIf(file::owns);
      }
    }
    lookedAt = current;
    Moment now = clock.now();
    facts.values().forEach((item, value) -> {
      if (!value.equals(known.put(item, value))) {
        row(Map.of("item", item, "value", value), now);
      }
    });
    Set<String> gone = new HashSet<>(known.keySet());
    gone.removeAll(facts.values().keySet());
    gone.stream().sorted().forEach(item -> {
      known.remove(item);
      row(Map.of("item", item), now);
    });
  }

  private void row(Map<String, String> texts, Moment now) {
    sink.row(
        new TextRow("inventory", "node", SOURCE, "live", null, now.tsMicros(), texts, Map.of()),
        now.monoNanos());
  }

  /** Takes a last look, if that is quick. */
  @Override
  public void close() {
    ending = true;
    LockSupport.unpark(thread);
    try {
      thread.join(LAST_LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
