package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory with the files of {@code /proc} and {@code /sys} that the sources read. */
record FakeHost(Path root) {
  private static final List<String> FILES = List.of(
      "proc/stat",
      "proc/meminfo",
      "proc/vmstat",
      "proc/loadavg",
      "proc/diskstats",
      "proc/net/dev",
      "proc/pressure/cpu",
      "proc/pressure/memory",
      "proc/pressure/io",
      "proc/self/stat",
      "proc/self/auxv",
      "proc/cpuinfo",
      "proc/net/snmp",
      "proc/net/netstat",
      "proc/net/sockstat",
      "proc/net/softnet_stat",
      "proc/interrupts",
      "proc/schedstat",
      "proc/self/mountinfo",
      "proc/sys/fs/file-nr",
      "proc/sys/fs/inode-nr",
      "sys/devices/system/node/online",
      "sys/devices/system/node/node0/meminfo",
      "sys/devices/system/node/node0/numastat");

  /** The captured host: 2 CPUs, disks vda and zram0, interfaces lo, ifb0, ifb1 and eth0. */
  static FakeHost linux618(Path root) throws IOException {
    FakeHost host = new FakeHost(root);
    for (String file : FILES) {
      host.write(file, Cells.captured("linux-6.18/" + file));
    }
    for (String disk : List.of("loop0", "loop1", "vda", "zram0")) {
      host.write("sys/block/" + disk + "/size", "536870912\n");
    }
    for (String net : List.of("lo", "ifb0", "ifb1", "eth0")) {
      host.write("sys/class/net/" + net + "/carrier_changes", net.equals("eth0") ? "2\n" : "0\n");
    }
    host.write("run/systemd/timesync/synchronized", "");
    host.write("sys/devices/system/cpu/online", "0-1\n");
    for (int cpu = 0; cpu < 2; cpu++) {
      host.writeCpu(cpu);
    }
    host.write("sys/fs/cgroup/cgroup.controllers", "cpu memory io pids\n");
    host.write("sys/fs/cgroup/a.service/cpu.stat", Cells.captured("linux-6.18/cgroup2/cpu.stat"));
    return host;
  }

  /** The captured host is a virtual machine, whose CPUs have no frequency; these are as Linux writes them for a Xeon. */
  void writeCpu(int cpu) throws IOException {
    String directory = "sys/devices/system/cpu/cpu" + cpu + "/";
    write(directory + "cpufreq/scaling_cur_freq", "2000012\n");
    write(directory + "cpufreq/scaling_min_freq", "800000\n");
    write(directory + "cpufreq/scaling_max_freq", "3800000\n");
    write(directory + "thermal_throttle/core_throttle_count", "3\n");
    write(directory + "thermal_throttle/core_throttle_total_time_ms", "41\n");
    write(directory + "thermal_throttle/package_throttle_count", "5\n");
    write(directory + "thermal_throttle/package_throttle_total_time_ms", "97\n");
  }

  Sources open() {
    return Sources.host(root.resolve("proc"), root.resolve("sys"));
  }

  /** Rewrites a file in place, as the kernel does: a descriptor that is open sees the new text. */
  void write(String path, byte[] text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, text);
  }

  void write(String path, String text) throws IOException {
    write(path, text.getBytes(UTF_8));
  }

  String read(String path) throws IOException {
    return Files.readString(root.resolve(path));
  }

  void delete(String path) throws IOException {
    Files.delete(root.resolve(path));
  }

  void replace(String path, String from, String to) throws IOException {
    String text = read(path);
    if (!text.contains(from)) {
      throw new IllegalArgumentException(path + " does not hold " + from);
    }
    write(path, text.replace(from, to));
  }

  void link(String path, String target) throws IOException {
    Path link = root.resolve(path);
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, Path.of(target));
  }

  /** Takes a directory or link away with all that is below it, as the kernel does when a device goes. */
  void remove(String path) throws IOException {
    try (Stream<Path> below = Files.walk(root.resolve(path))) {
      for (Path file : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** The source of a table that is read less often than at every tick. */
  static Source slow(Sources sources, String table) {
    return sources.tiers().stream()
        .flatMap(tier -> tier.sources().stream())
        .filter(s -> s.table().name().equals(table))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no slow source for " + table));
  }

  /** The sources of all paces. */
  static Stream<Source> all(Sources sources) {
    return Stream.concat(
        sources.sources().stream(),
        sources.tiers().stream().flatMap(tier -> tier.sources().stream()));
  }

  static Source source(Sources sources, String table) {
    return all(sources)
        .filter(s -> s.table().name().equals(table))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no source for " + table));
  }
}
