package io.esnode.source;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is read at every tick: {@code host}, {@code cpu}, {@code psi}, {@code disk}, {@code net} and the recorder itself. */
final class TickSources {
  private final Opening in;
  private final Opening.Pace tick;
  private final Registry registry = Registry.get();

  private TickSources(Opening in) {
    this.in = in;
    this.tick = in.tick();
  }

  static void open(Opening in) {
    TickSources sources = new TickSources(in);
    KeptFile stat = sources.tick.probe(in.proc().resolve("stat"));
    sources.host(stat);
    sources.cpu(stat);
    sources.pressure();
    sources.disk();
    sources.net();
    sources.self();
  }

  private void host(KeptFile stat) {
    Table host = registry.table("host");
    KeptFile meminfo = tick.probe(in.proc().resolve("meminfo"));
    KeptFile vmstat = tick.probe(in.proc().resolve("vmstat"));
    KeptFile loadavg = tick.probe(in.proc().resolve("loadavg"));
    tick.rowOf(
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
    if (tick.there(cpu, stat)) {
      tick.add(new EntitySource("procfs.stat", cpu, stat, new CpuFormat(cpu)));
    }
  }

  private void pressure() {
    Table psi = registry.table("psi");
    List<RowSource.Part> parts = new ArrayList<>();
    for (String resource : List.of("cpu", "memory", "io")) {
      KeptFile file = tick.probe(in.proc().resolve("pressure").resolve(resource));
      parts.add(new RowSource.Part(file, new Pressure(psi, resource)));
    }
    tick.rowOf("procfs.pressure", psi, "node", parts);
  }

  private void disk() {
    Table disk = registry.table("disk");
    KeptFile diskstats = tick.probe(in.proc().resolve("diskstats"));
    if (tick.there(disk, diskstats)) {
      tick.add(new EntitySource(
          "procfs.diskstats", disk, diskstats, new DiskFormat(disk, in.sys().resolve("block"))));
    }
  }

  private void net() {
    Table net = registry.table("net");
    KeptFile dev = tick.probe(in.proc().resolve("net").resolve("dev"));
    if (tick.there(net, dev)) {
      tick.add(new NetSource(net, dev, in.sys().resolve("class").resolve("net"), tick.buffer()));
    }
  }

  private void self() {
    Table process = registry.table("process");
    KeptFile stat = tick.probe(in.proc().resolve("self").resolve("stat"));
    if (!tick.there(process, stat)) {
      return;
    }
    ProcessStat parser = new ProcessStat(process, AuxiliaryVector.pageBytes(in.proc()));
    @Nullable String entity = parser.entity(stat.text(), stat.length()).orElse(null);
    if (entity == null) {
      in.missing(new Failure(
          "node", process.name(), "/proc/self/stat: no process id and start time in it"));
      stat.close();
      return;
    }
    tick.rowOf("procfs.self", process, entity, List.of(new RowSource.Part(stat, parser)));
  }
}
