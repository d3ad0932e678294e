package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class HostDetailSourcesTest {
  private FakeHost host;
  private Sources sources;

  @BeforeEach
  void open(@TempDir Path root) throws IOException {
    host = FakeHost.linux618(root);
    sources = host.open();
  }

  @AfterEach
  void close() {
    FakeHost.all(sources).forEach(Source::close);
  }

  private Source sampled(String table) {
    Source source = FakeHost.source(sources, table);
    source.sample();
    return source;
  }

  private Source reopened(String table) {
    close();
    sources = host.open();
    return sampled(table);
  }

  private static Map<String, Long> cells(Source source, String entity) {
    return Cells.of(source.rows()).getOrDefault(entity, Map.of());
  }

  private List<String> tables(Duration every) {
    return sources.tiers().stream()
        .filter(tier -> tier.every().equals(every))
        .flatMap(tier -> tier.sources().stream())
        .map(source -> source.table().name())
        .toList();
  }

  @Test
  void tablesHaveTheirPaces() {
    assertThat(tables(Opening.TEN_SECONDS))
        .contains("numa", "tcp", "softnet", "kernel", "cpu_frequency", "sched");
    assertThat(tables(Opening.MINUTE)).contains("filesystem", "interrupt");
  }

  @Test
  void memoryNodeHasBytesAndPages() {
    Source numa = sampled("numa");

    assertThat(numa.failures()).isEmpty();
    assertThat(cells(numa, "numa:0"))
        .containsEntry("mem_total_bytes", 12675276L * 1024)
        .containsEntry("huge_pages_total_count", 0L)
        .containsKeys("numa_hit_pages", "other_node_pages")
        .hasSize(30);
  }

  @Test
  void memoryNodeThatComesOnlineIsANewRow() throws IOException {
    Source numa = sampled("numa");
    List<Row> rows = numa.rows();
    numa.sample();
    assertThat(numa.rows()).isSameAs(rows);
    for (String file : List.of("meminfo", "numastat")) {
      String text = host.read("sys/devices/system/node/node0/" + file);
      host.write("sys/devices/system/node/node2/" + file, text.replace("Node 0", "Node 2"));
    }
    host.write("sys/devices/system/node/online", "0,2\n");

    numa.sample();

    assertThat(Cells.of(numa.rows()).keySet()).containsExactly("numa:0", "numa:2");
    assertThat(cells(numa, "numa:2")).hasSize(30);
  }

  @Test
  void listOfNodesThatCannotBeReadTakesTheTableAway() throws IOException {
    Source numa = sampled("numa");
    host.write("sys/devices/system/node/online", "0-\n");

    numa.sample();

    assertThat(cells(numa, "numa:0")).isEmpty();
    assertThat(numa.failures())
        .containsExactly(new Failure(
            "node",
            "numa",
            host.root().resolve("sys/devices/system/node/online") + ": not a list of numbers"));
  }

  @Test
  void frequencyIsInKilohertz() {
    assertThat(cells(sampled("cpu_frequency"), "cpu:1"))
        .containsOnly(
            Map.entry("cur_khz", 2000012L),
            Map.entry("min_khz", 800000L),
            Map.entry("max_khz", 3800000L),
            Map.entry("core_throttle_count", 3L),
            Map.entry("core_throttle_ms", 41L),
            Map.entry("package_throttle_count", 5L),
            Map.entry("package_throttle_ms", 97L));
  }

  @Test
  void whatNoCpuHasIsOneFailureForAll() throws IOException {
    for (int cpu = 0; cpu < 2; cpu++) {
      for (String file : List.of("core_throttle_count", "core_throttle_total_time_ms")) {
        host.delete("sys/devices/system/cpu/cpu%d/thermal_throttle/%s".formatted(cpu, file));
      }
    }

    assertThat(reopened("cpu_frequency").failures())
        .containsExactly(
            absentOfEveryCpu("core_throttle_count", "core_throttle_count"),
            absentOfEveryCpu("core_throttle_ms", "core_throttle_total_time_ms"));
  }

  private Failure absentOfEveryCpu(String column, String file) {
    return new Failure(
        "node",
        "cpu_frequency." + column,
        host.root().resolve("sys/devices/system/cpu") + "/cpu*/thermal_throttle/" + file
            + ": no such file");
  }

  @Test
  void virtualMachineWithoutFrequenciesHasOneGap() throws IOException {
    for (int cpu = 0; cpu < 2; cpu++) {
      for (String directory : List.of("cpufreq", "thermal_throttle")) {
        Path path =
            host.root().resolve("sys/devices/system/cpu/cpu%d/%s".formatted(cpu, directory));
        Files.move(path, host.root().resolve(directory + cpu));
      }
    }

    close();
    sources = host.open();

    assertThat(sources.missing())
        .filteredOn(failure -> failure.metric().startsWith("cpu_frequency"))
        .containsExactly(new Failure(
            "node",
            "cpu_frequency",
            host.root().resolve("sys/devices/system/cpu")
                + "/cpu*/cpufreq/scaling_cur_freq: no such file"));
  }

  @Test
  void frequencyThatTheDriverDoesNotKnowIsAbsent() throws IOException {
    host.write("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "<unknown>\n");

    assertThat(sampled("cpu_frequency").failures())
        .containsExactly(new Failure(
            "cpu:1",
            "cpu_frequency.cur_khz",
            "/sys/devices/system/cpu/cpu*/cpufreq/scaling_cur_freq: not a decimal number"));
  }

  @Test
  void hundredsOfCpusAreReadWithoutKeepingEveryFileOpen() throws IOException {
    for (int cpu = 0; cpu < 100; cpu++) {
      host.writeCpu(cpu);
    }
    host.write("sys/devices/system/cpu/online", "0-99\n");
    Source frequency = reopened("cpu_frequency");

    frequency.sample();

    assertThat(frequency.rows()).hasSize(100);
    assertThat(cells(frequency, "cpu:99")).hasSize(7);
    assertThat(frequency.failures()).isEmpty();
  }

  @Test
  void openFilesAndLimitsOfTheKernel() throws IOException {
    host.write("proc/sys/kernel/threads-max", "192709\n");
    host.write("proc/sys/kernel/tainted", "4096\n");

    assertThat(cells(reopened("kernel"), "node"))
        .containsEntry("files_max_count", 2466170L)
        .containsEntry("threads_max_count", 192709L)
        .containsEntry("tainted", 4096L)
        .containsKeys("files_allocated_count", "inodes_count", "inodes_unused_count")
        .hasSize(6);
  }

  @Test
  void tcpHasColumnsOfThreeFiles() {
    Source tcp = sampled("tcp");

    assertThat(tcp.failures()).isEmpty();
    assertThat(cells(tcp, "node"))
        .hasSize(tcp.table().columns().size())
        .containsEntry("sockets_used_count", 24L);
  }

  @Test
  void fullFileSystemAndOneTurnedReadOnlyAreSeen() throws IOException {
    Path own = host.root();
    long dev = (Long) Files.getAttribute(own, "unix:dev");
    String line = "30 1 %d:%d / %s rw - ext4 /dev/sda1 %%s\n"
        .formatted((dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfffff00), own);
    host.write("proc/self/mountinfo", line.formatted("rw,errors=remount-ro"));
    Source filesystem = sampled("filesystem");
    List<Row> rows = filesystem.rows();
    assertThat(filesystem.failures()).isEmpty();
    Map<String, Long> before = cells(filesystem, "fs:" + own);
    assertThat(before).containsEntry("read_only", 0L);
    assertThat(before.get("size_bytes")).isEqualTo(Files.getFileStore(own).getTotalSpace());
    host.write("proc/self/mountinfo", line.formatted("ro,errors=remount-ro"));

    filesystem.sample();

    assertThat(filesystem.rows()).isSameAs(rows);
    assertThat(cells(filesystem, "fs:" + own)).containsEntry("read_only", 1L).hasSize(4);
  }

  @Test
  void fileSystemThatIsHiddenIsNotMistakenForAnother() throws IOException {
    host.write("proc/self/mountinfo", "30 1 4095:77 / / rw - xfs /dev/sda1 rw\n");

    Source filesystem = sampled("filesystem");

    assertThat(cells(filesystem, "fs:/")).containsOnly(Map.entry("read_only", 0L));
    assertThat(filesystem.failures())
        .contains(new Failure("node", "filesystem.size_bytes", "another file system hides it"));
  }

  @Test
  void networkFileSystemHasNoSizeAndAReason() throws IOException {
    host.write("proc/self/mountinfo", "30 1 0:44 / /mnt/models rw - nfs4 server:/models ro,hard\n");

    Source filesystem = sampled("filesystem");

    assertThat(cells(filesystem, "fs:/mnt/models")).containsOnly(Map.entry("read_only", 1L));
    assertThat(filesystem.failures())
        .extracting(Failure::reason)
        .containsOnly("statvfs is not called on a file system of type nfs4, which may never answer")
        .hasSize(3);
  }

  @Test
  void listOfMountsThatIsCutShortTakesTheTableAway() throws IOException {
    Source filesystem = sampled("filesystem");
    host.write("proc/self/mountinfo", "30 1 0:44 / /mnt");

    filesystem.sample();

    assertThat(Cells.of(filesystem.rows()).values()).allMatch(Map::isEmpty);
    assertThat(filesystem.failures()).extracting(Failure::metric).containsExactly("filesystem");
  }

  @Test
  void interruptsAreSummedOverCpus() {
    Source interrupt = sampled("interrupt");

    assertThat(interrupt.failures()).isEmpty();
    assertThat(Cells.of(interrupt.rows()))
        .containsKeys("irq:36", "irq:NMI", "irq:TLB", "irq:ERR")
        .doesNotContainKey("irq:other");
  }

  @Test
  void interruptsOfAHugeHostAreReadPieceByPiece() throws IOException {
    StringBuilder text = new StringBuilder(" ");
    for (int cpu = 0; cpu < 256; cpu++) {
      text.append("CPU").append(cpu).append("  ");
    }
    text.append('\n');
    for (int irq = 0; irq < 600; irq++) {
      text.append(" ").append(irq).append(":").append("          1".repeat(256));
      text.append("  PCI-MSI 1-edge mlx5\n");
    }
    text.append("MCE:").append("          2".repeat(256)).append("   Machine check exceptions\n");
    host.write("proc/interrupts", text.toString());

    Source interrupt = sampled("interrupt");

    assertThat(interrupt.rows()).hasSize(InterruptTotals.NUMBERED_LIMIT + 2);
    assertThat(cells(interrupt, "irq:479")).containsEntry("interrupts_count", 256L);
    assertThat(cells(interrupt, "irq:MCE")).containsEntry("interrupts_count", 512L);
    assertThat(cells(interrupt, "irq:other")).containsEntry("interrupts_count", 120L * 256);
  }

  @Test
  void interruptsThatEndInTheMiddleAreAbsentNotGone() throws IOException {
    Source interrupt = sampled("interrupt");
    List<Row> rows = interrupt.rows();
    String text = host.read("proc/interrupts");
    host.write("proc/interrupts", text.substring(0, text.indexOf("NMI:") + 10));

    interrupt.sample();

    assertThat(interrupt.rows()).isSameAs(rows);
    assertThat(cells(interrupt, "irq:36")).isNotEmpty();
    assertThat(cells(interrupt, "irq:LOC")).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisMachineCanBeRead() {
    Sources real = Sources.host(Path.of("/proc"), Path.of("/sys"));
    FakeHost.all(real).forEach(Source::sample);

    assertThat(cells(FakeHost.source(real, "tcp"), "node"))
        .containsKeys("retrans_segs_count", "listen_overflows_count", "tcp_inuse_count");
    assertThat(cells(FakeHost.source(real, "kernel"), "node").get("files_allocated_count"))
        .isPositive();
    assertThat(FakeHost.source(real, "interrupt").rows()).isNotEmpty();
    assertThat(FakeHost.source(real, "filesystem").rows()).isNotEmpty();
    FakeHost.all(real).forEach(Source::close);
  }
}
