package io.esnode.source;

import io.esnode.metric.Table;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects the sources that open on this host, at which pace each is sampled, and why others do not open. */
final class Opening {
  /** Holds all but the largest texts in one reading. */
  private static final int BUFFER_BYTES = 32 << 10;

  static final Duration TEN_SECONDS = Duration.ofSeconds(10);
  static final Duration MINUTE = Duration.ofMinutes(1);
  static final Duration HOUR = Duration.ofHours(1);

  private final Path proc;
  private final Path sys;
  private final ProcessWatch watch;
  private final Pace tick = new Pace(ByteBuffer.allocateDirect(BUFFER_BYTES));
  private final ByteBuffer slowBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final Map<Duration, Pace> slow = new TreeMap<>();
  private final List<Failure> missing = new ArrayList<>();

  Opening(Path proc, Path sys, ProcessWatch watch) {
    this.proc = proc;
    this.sys = sys;
    this.watch = watch;
  }

  /** Usually {@code /proc}. */
  Path proc() {
    return proc;
  }

  /** Usually {@code /sys}. */
  Path sys() {
    return sys;
  }

  /** Hears of processes, and names control groups. */
  ProcessWatch watch() {
    return watch;
  }

  /** What is read at every tick, by the sampler thread. */
  Pace tick() {
    return tick;
  }

  /** What is read less often, by a thread of its own that may wait for a slow file; tables of a slower pace are their own. */
  Pace every(Duration interval) {
    return slow.computeIfAbsent(interval, pace -> new Pace(slowBuffer));
  }

  /** This host has nothing for a table, or for a column; it is not tried again. */
  void missing(Failure failure) {
    missing.add(failure);
  }

  Sources sources() {
    List<Sources.Tier> tiers = new ArrayList<>();
    slow.forEach((interval, pace) -> tiers.add(new Sources.Tier(interval, pace.sources)));
    return new Sources(tick.sources, tiers, missing);
  }

  /** The sources that are sampled together. */
  final class Pace {
    private final ByteBuffer buffer;
    private final List<Source> sources = new ArrayList<>();

    Pace(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    /** Shared by all files that this thread reads. */
    ByteBuffer buffer() {
      return buffer;
    }

    void add(Source source) {
      sources.add(source);
    }

    /** Opens a file and reads it once; one that does not answer now is left alone from then on. */
    KeptFile probe(Path path) {
      KeptFile file = new KeptFile(path, buffer);
      file.refresh(file.generation());
      if (file.problem() != null) {
        file.abandon();
      }
      return file;
    }

    /** Whether the file answered; if not, its table is missing. */
    boolean there(Table table, KeptFile file) {
      String problem = file.problem();
      if (problem != null) {
        missing(new Failure("node", table.name(), problem));
      }
      return problem == null;
    }

    /** Adds a source of several files; it is there if one of them is. */
    void rowOf(String name, Table table, String entity, List<RowSource.Part> parts) {
      @Nullable String first = null;
      boolean any = false;
      for (RowSource.Part part : parts) {
        any |= part.problem() == null;
        first = first == null ? part.problem() : first;
      }
      if (!any && first != null) {
        missing(new Failure("node", table.name(), first));
        return;
      }
      add(new RowSource(name, table, entity, parts));
    }
  }
}
