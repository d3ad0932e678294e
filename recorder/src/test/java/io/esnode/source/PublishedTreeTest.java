package io.esnode.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esnode.dataset.DataSet;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees of {@code proc} and {@code sys} of machines that are not ours. */
class PublishedTreeTest {
  /** What may be below zero: a temperature, an offset. */
  private static final List<String> SIGNED = List.of("sensor", "clock");

  @TempDir
  Path root;

  /** The tree of the procfs project, composed of many machines: each source that finds its files reads them. */
  @Test
  void everySourceReadsTheTreeOfProcfs() throws IOException {
    DataSet.unpackProcfs("proc", root.resolve("proc"));
    DataSet.unpackProcfs("sys", root.resolve("sys"));
    Map<String, Integer> rows = new TreeMap<>();

    for (Source source : sampled()) {
      rows.put(source.table().name(), source.rows().size());
    }

    // Of softnet_stat no line says whose it is, and this tree has no list of CPUs: no row is the
    // right answer.
    assertThat(rows)
        .containsAllEntriesOf(Map.ofEntries(
            Map.entry("cpu", 8),
            Map.entry("disk", 6),
            Map.entry("energy", 3),
            Map.entry("host", 1),
            Map.entry("infiniband", 4),
            Map.entry("interrupt", 47),
            Map.entry("kernel", 1),
            Map.entry("net", 4),
            Map.entry("pcie", 2),
            Map.entry("process", 1),
            Map.entry("psi", 1),
            Map.entry("sched", 2),
            Map.entry("sensor", 2),
            Map.entry("softnet", 0),
            Map.entry("tcp", 1),
            Map.entry("top_process", 3)))
        .containsKey("filesystem");
  }

  /** The InfiniBand class of a node with eight H100. */
  @Test
  void portsOfAGpuServerAreRead() throws Exception {
    Path archive = DataSet.of("kernel_gpu_logs/open/sys-class-infiniband-h100.0.tar.gz");
    Path ports = Files.createDirectories(root.resolve("sys/class/infiniband"));
    Process tar = new ProcessBuilder(
            "tar",
            "xzf",
            archive.toAbsolutePath().toString(),
            "--strip-components=1",
            "-C",
            ports.toString())
        .start();
    assumeTrue(tar.waitFor() == 0, "tar unpacks");
    endWithNewline(ports);
    Files.createDirectories(root.resolve("proc/self"));

    Source infiniband = sampled().stream()
        .filter(source -> source.table().name().equals("infiniband"))
        .findFirst()
        .orElseThrow();

    assertThat(Cells.of(infiniband.rows()))
        .hasSize(9)
        .allSatisfy(
            (port, cells) -> assertThat(cells).containsEntry("state", 4L).hasSizeGreaterThan(20))
        .hasEntrySatisfying(
            "ib:mlx5_0/1",
            port -> assertThat(port).containsEntry("rcv_data_bytes", 4 * 230539874932483L));
  }

  /** The kernel's files do; whoever published these took the newline away. */
  private static void endWithNewline(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.writeString(file, "\n", ISO_8859_1, StandardOpenOption.APPEND);
      }
    }
  }

  private List<Source> sampled() {
    Sources sources = Sources.host(root.resolve("proc"), root.resolve("sys"));
    List<Source> all = FakeHost.all(sources).toList();
    for (Source source : all) {
      source.sample();
      source.sample();
      source.rows().forEach(row -> check(source, row));
    }
    all.forEach(Source::close);
    return all;
  }

  private static void check(Source source, Row row) {
    Map<String, Long> cells = Cells.of(row);
    assertThat(cells).as("%s %s", source.name(), row.entity()).isNotEmpty();
    if (!SIGNED.contains(source.table().name())) {
      assertThat(cells.values()).as(source.name()).allMatch(value -> value >= 0);
    }
  }

  /** Files by name, wherever in the tree they are: what is not for a parser must not break it. */
  @Test
  void everyFileOfTheTreeIsSafeForEveryParser() throws IOException {
    DataSet.unpackProcfs("proc", root.resolve("proc"));
    DataSet.unpackProcfs("sys", root.resolve("sys"));
    List<Path> files;
    try (Stream<Path> tree = Files.walk(root)) {
      files = tree.filter(file -> !Files.isSymbolicLink(file) && Files.isRegularFile(file))
          .toList();
    }

    List<Path> wrong = new ArrayList<>();
    for (Path file : files) {
      byte[] text = Files.readAllBytes(file);
      PARSERS.forEach((table, parsers) -> {
        Row row = new Row(table, "node");
        for (RowParser parser : parsers) {
          row.clear();
          parser.parse(text, text.length, row);
          for (int column = 0; column < table.columns().size(); column++) {
            if (row.present(column) && row.value(column) < 0) {
              wrong.add(file);
            }
          }
        }
      });
      ProcessCgroup.of(new String(text, ISO_8859_1));
      Mount.recorded(Mount.parse(text, text.length));
      NumberList.parse(text, text.length);
      ClockSource.parse(new String(text, ISO_8859_1), new Row(table("clock"), "node"));
    }

    assertThat(wrong).isEmpty();
    assertThat(files).hasSizeGreaterThan(2000);
  }

  private static Table table(String name) {
    return Registry.get().table(name);
  }

  private static final Map<Table, List<RowParser>> PARSERS = Map.of(
      table("host"),
      List.of(
          KeyedLines.of(table("host"), "/proc/meminfo", ":"),
          KeyedLines.of(table("host"), "/proc/vmstat", " "),
          KeyedLines.of(table("host"), "/proc/stat", " "),
          new LoadAverage(table("host"))),
      table("psi"),
      List.of(new Pressure(table("psi"), "io")),
      table("tcp"),
      List.of(
          new ProtocolCounters(table("tcp"), "/proc/net/snmp"),
          new ProtocolCounters(table("tcp"), "/proc/net/netstat"),
          new SocketCounts(table("tcp"))),
      table("kernel"),
      List.of(
          new NumberedLine(table("kernel"), "/proc/sys/fs/file-nr", 3),
          new SingleNumber(table("kernel"), "tainted")),
      table("cgroup"),
      List.of(
          new CgroupNumbers(table("cgroup"), "cpu.stat").key("usage_usec", "cpu_usage_us"),
          CgroupIo.version2(table("cgroup"))));
}
