package io.esnode.source;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The sources that exist on this host.
 *
 * @param sources in the order in which they are sampled; the caller closes them
 * @param missing tables this host has nothing for, known from the start; they are not tried again
 */
public record Sources(List<Source> sources, List<Failure> missing) {
  /** Holds all but the largest texts in one reading. */
  private static final int BUFFER_BYTES = 32 << 10;

  public Sources {
    sources = List.copyOf(sources);
    missing = List.copyOf(missing);
  }

  /**
   * Opens the kernel's files and reads each once. A file that does not answer now is left alone from then on, and its
   * columns stay absent. Sources that are to be sampled by one thread only: they share a buffer, and the first to be
   * sampled at a tick reads /proc/stat for two of them.
   *
   * @param proc usually {@code /proc}
   * @param sys usually {@code /sys}
   */
  public static Sources host(Path proc, Path sys) {
    return new Opener(proc, sys).open();
  }

  /** Collects what opened and what did not. */
  private static final class Opener {
    private final Path proc;
    private final Path sys;
    private final Registry registry = Registry.get();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final List<Source> sources = new ArrayList<>();
    private final List<Failure> missing = new ArrayList<>();

    Opener(Path proc, Path sys) {
      this.proc = proc;
      this.sys = sys;
    }

    Sources open() {
      KeptFile stat = probe(proc.resolve("stat"));
      host(stat);
      cpu(stat);
      pressure();
      disk();
      net();
      self();
      return new Sources(sources, missing);
    }

    private KeptFile probe(Path path) {
      KeptFile file = new KeptFile(path, buffer);
      file.refresh(file.generation());
      if (file.problem() != null) {
        file.abandon();
      }
      return file;
    }

    private void host(KeptFile stat) {
      Table host = registry.table("host");
      KeptFile meminfo = probe(proc.resolve("meminfo"));
      KeptFile vmstat = probe(proc.resolve("vmstat"));
      KeptFile loadavg = probe(proc.resolve("loadavg"));
      rowOf(
          "procfs.host",
          host,
          "node",
          List.of(
              new RowSource.Part(meminfo, KeyedLines.of(host, "/proc/meminfo", ":")),
              new RowSource.Part(vmstat, KeyedLines.of(host, "/proc/vmstat", " ")),
              new RowSource.Part(loadavg, new LoadAverage(host)),
              new RowSource.Part(stat, KeyedLines.of(host, "/proc/stat", " "))));
    }

    private void cpu(KeptFile stat) {
      Table cpu = registry.table("cpu");
      if (there(cpu, stat)) {
        sources.add(new EntitySource("procfs.stat", cpu, stat, new CpuFormat(cpu)));
      }
    }

    private void pressure() {
      Table psi = registry.table("psi");
      List<RowSource.Part> parts = new ArrayList<>();
      for (String resource : List.of("cpu", "memory", "io")) {
        KeptFile file = probe(proc.resolve("pressure").resolve(resource));
        parts.add(new RowSource.Part(file, new Pressure(psi, resource)));
      }
      rowOf("procfs.pressure", psi, "node", parts);
    }

    private void disk() {
      Table disk = registry.table("disk");
      KeptFile diskstats = probe(proc.resolve("diskstats"));
      if (there(disk, diskstats)) {
        sources.add(new EntitySource(
            "procfs.diskstats", disk, diskstats, new DiskFormat(disk, sys.resolve("block"))));
      }
    }

    private void net() {
      Table net = registry.table("net");
      KeptFile dev = probe(proc.resolve("net").resolve("dev"));
      if (there(net, dev)) {
        sources.add(new NetSource(net, dev, sys.resolve("class").resolve("net"), buffer));
      }
    }

    private void self() {
      Table process = registry.table("process");
      KeptFile stat = probe(proc.resolve("self").resolve("stat"));
      if (!there(process, stat)) {
        return;
      }
      ProcessStat parser = new ProcessStat(process, pageBytes());
      @Nullable String entity = parser.entity(stat.text(), stat.length()).orElse(null);
      if (entity == null) {
        missing.add(new Failure(
            "node", process.name(), "/proc/self/stat: no process id and start time in it"));
        stat.close();
        return;
      }
      rowOf("procfs.self", process, entity, List.of(new RowSource.Part(stat, parser)));
    }

    private OptionalLong pageBytes() {
      try {
        byte[] auxv = Files.readAllBytes(proc.resolve("self").resolve("auxv"));
        return AuxiliaryVector.pageBytes(auxv, auxv.length, ByteOrder.nativeOrder());
      } catch (IOException e) {
        return OptionalLong.empty();
      }
    }

    private boolean there(Table table, KeptFile file) {
      String problem = file.problem();
      if (problem != null) {
        missing.add(new Failure("node", table.name(), problem));
      }
      return problem == null;
    }

    /** A source of several files is there if one of them is. */
    private void rowOf(String name, Table table, String entity, List<RowSource.Part> parts) {
      @Nullable String first = null;
      boolean any = false;
      for (RowSource.Part part : parts) {
        any |= part.problem() == null;
        first = first == null ? part.problem() : first;
      }
      if (!any && first != null) {
        missing.add(new Failure("node", table.name(), first));
        return;
      }
      sources.add(new RowSource(name, table, entity, parts));
    }
  }
}
