package io.esnode.source;

import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the kernel says of a host beyond what is read at every tick: memory nodes, file systems, TCP, interrupts, CPUs. */
final class HostDetailSources {
  private static final String CPU = "/sys/devices/system/cpu/cpu*/";

  private final Opening in;
  private final Opening.Pace often;
  private final Registry registry = Registry.get();

  private HostDetailSources(Opening in) {
    this.in = in;
    this.often = in.every(Opening.TEN_SECONDS);
  }

  static void open(Opening in) {
    HostDetailSources sources = new HostDetailSources(in);
    sources.numa();
    sources.tcp();
    sources.softnet();
    sources.kernel();
    sources.cpuFrequency();
    sources.sched();
    sources.filesystem();
    sources.interrupt();
  }

  private void numa() {
    Table numa = registry.table("numa");
    Path nodes = in.sys().resolve("devices").resolve("system").resolve("node");
    String directory = "/sys/devices/system/node/node*/";
    add(new NumberedSource(
        "sysfs.node",
        numa,
        "numa:",
        nodes,
        "node",
        List.of(
            new NumberedSource.Part(
                "meminfo", () -> KeyedLines.of(numa, directory + "meminfo", ":", 2)),
            new NumberedSource.Part(
                "numastat", () -> KeyedLines.of(numa, directory + "numastat", " "))),
        often.buffer()));
  }

  private void cpuFrequency() {
    Table frequency = registry.table("cpu_frequency");
    List<NumberedSource.Part> parts = new ArrayList<>();
    for (Metric metric : frequency.columns()) {
      parts.add(new NumberedSource.Part(
          metric.source().substring(CPU.length()),
          () -> new SingleNumber(frequency, metric.column())));
    }
    add(new NumberedSource("sysfs.cpu", frequency, "cpu:", cpus(), "cpu", parts, often.buffer()));
  }

  private void add(NumberedSource source) {
    @Nullable String absence = source.absence();
    if (absence == null) {
      often.add(source);
    } else {
      source.close();
      in.missing(new Failure("node", source.table().name(), absence));
    }
  }

  private Path cpus() {
    return in.sys().resolve("devices").resolve("system").resolve("cpu");
  }

  private void tcp() {
    Table tcp = registry.table("tcp");
    Path net = in.proc().resolve("net");
    often.rowOf(
        "procfs.tcp",
        tcp,
        "node",
        List.of(
            part(net.resolve("snmp"), new ProtocolCounters(tcp, "/proc/net/snmp")),
            part(net.resolve("netstat"), new ProtocolCounters(tcp, "/proc/net/netstat")),
            part(net.resolve("sockstat"), new SocketCounts(tcp))));
  }

  private void softnet() {
    Table softnet = registry.table("softnet");
    KeptFile file = often.probe(in.proc().resolve("net").resolve("softnet_stat"));
    if (often.there(softnet, file)) {
      KeptFile online = new KeptFile(cpus().resolve("online"), often.buffer());
      often.add(new SoftnetSource(softnet, file, online));
    }
  }

  private void kernel() {
    Table kernel = registry.table("kernel");
    Path proc = in.proc().resolve("sys");
    List<RowSource.Part> parts = new ArrayList<>();
    parts.add(part(
        proc.resolve("fs").resolve("file-nr"),
        new NumberedLine(kernel, "/proc/sys/fs/file-nr", 3)));
    parts.add(part(
        proc.resolve("fs").resolve("inode-nr"),
        new NumberedLine(kernel, "/proc/sys/fs/inode-nr", 2)));
    for (Metric metric : kernel.columns()) {
      String source = metric.source();
      if (!source.contains(" ")) {
        parts.add(part(
            in.proc().resolve(source.substring("/proc/".length())),
            new SingleNumber(kernel, metric.column())));
      }
    }
    often.rowOf("procfs.sys", kernel, "node", parts);
  }

  private RowSource.Part part(Path path, RowParser parser) {
    return new RowSource.Part(often.probe(path), parser);
  }

  private void sched() {
    Table sched = registry.table("sched");
    KeptFile file = often.probe(in.proc().resolve("schedstat"));
    if (often.there(sched, file)) {
      often.add(new EntitySource("procfs.schedstat", sched, file, new SchedFormat(sched)));
    }
  }

  private void filesystem() {
    Table filesystem = registry.table("filesystem");
    Opening.Pace seldom = in.every(Opening.MINUTE);
    KeptFile mountinfo = seldom.probe(in.proc().resolve("self").resolve("mountinfo"));
    if (seldom.there(filesystem, mountinfo)) {
      seldom.add(new FilesystemSource(filesystem, mountinfo));
    }
  }

  private void interrupt() {
    Table interrupt = registry.table("interrupt");
    Path file = in.proc().resolve("interrupts");
    if (Files.notExists(file)) {
      in.missing(new Failure("node", interrupt.name(), file + ": no such file"));
      return;
    }
    Opening.Pace seldom = in.every(Opening.MINUTE);
    seldom.add(new InterruptSource(interrupt, file, seldom.buffer()));
  }
}
