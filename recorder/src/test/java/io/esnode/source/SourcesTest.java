package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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

class SourcesTest {
  private static final List<String> HARDWARE =
      List.of("pcie", "edac", "energy", "infiniband", "sensor");

  private static final int TICKS = 200;

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

  private Source reopen(String table) {
    close();
    sources = host.open();
    return FakeHost.source(sources, table);
  }

  private Source sampled(String table) {
    Source source = FakeHost.source(sources, table);
    source.sample();
    return source;
  }

  private static Map<String, Long> cells(Source source, String entity) {
    return Cells.of(source.rows()).getOrDefault(entity, Map.of());
  }

  @Test
  void capturedHostFillsSixTables() {
    assertThat(sources.missing())
        .as("programs that are not on this host")
        .extracting(Failure::metric)
        .containsExactly("kernel_clock", "ptp");
    assertThat(sources.sources())
        .extracting(s -> s.table().name())
        .containsExactly("host", "cpu", "psi", "disk", "net", "process");
  }

  @Test
  void hardwareIsReadEveryTenSeconds() {
    assertThat(sources.tiers())
        .filteredOn(tier -> tier.every().equals(Duration.ofSeconds(10)))
        .flatExtracting(Sources.Tier::sources)
        .extracting(s -> s.table().name())
        .containsAll(HARDWARE);
  }

  @Test
  void everyColumnIsEitherPresentOrListedAsAFailure() {
    for (Source source : FakeHost.all(sources).toList()) {
      source.sample();
      long present = source.rows().stream().mapToLong(r -> Cells.of(r).size()).sum();
      long all = (long) source.rows().size() * source.table().columns().size();

      if (HARDWARE.contains(source.table().name())) {
        // This host has no such hardware; what appears later gets rows then.
        assertThat(source.failures())
            .as(source.name())
            .extracting(Failure::metric)
            .containsExactly(source.table().name());
        continue;
      }
      if (source.table().name().equals("top_process")) {
        assertThat(source.rows()).as("no process runs here").isEmpty();
        continue;
      }
      assertThat(source.rows()).as(source.name()).isNotEmpty();
      assertThat(all - present).as(source.name()).isEqualTo(source.failures().size());
    }
  }

  @Test
  void whatTheKernelDoesNotOfferIsNamed() {
    assertThat(sampled("host").failures())
        .containsExactly(new Failure(
            "node",
            "host.hardware_corrupted_bytes",
            "this kernel does not offer /proc/meminfo HardwareCorrupted (kB)"));
  }

  @Test
  void rowsFollowTheFiles() throws IOException {
    Source disk = sampled("disk");
    List<Row> rows = disk.rows();
    host.replace("proc/diskstats", " vda ", " vda 1");

    disk.sample();

    assertThat(disk.rows()).isSameAs(rows).hasSize(2);
    assertThat(cells(disk, "disk:vda").get("reads_count")).isGreaterThan(100_000L);
  }

  @Test
  void fileThatFailsTakesOnlyItsOwnColumnsAway() throws IOException {
    Source source = sampled("host");
    host.write("proc/loadavg", "");

    source.sample();

    assertThat(cells(source, "node"))
        .containsKeys("mem_total_bytes", "pgfault_count", "ctxt_count")
        .doesNotContainKeys("load_1min", "threads_count");
    assertThat(source.failures())
        .contains(
            new Failure("node", "host.load_1min", host.root().resolve("proc/loadavg") + ": empty"))
        .hasSize(6);
  }

  @Test
  void fileThatComesBackIsReadAgain() throws IOException {
    Source source = sampled("host");
    List<Failure> before = source.failures();
    String text = host.read("proc/loadavg");
    host.write("proc/loadavg", "");
    source.sample();
    host.delete("proc/loadavg");
    source.sample();
    assertThat(source.failures())
        .extracting(Failure::reason)
        .contains(host.root().resolve("proc/loadavg") + ": no such file");
    host.write("proc/loadavg", text);

    source.sample();

    assertThat(source.failures()).isEqualTo(before);
    assertThat(cells(source, "node")).containsKey("load_1min");
  }

  @Test
  void listOfFailuresIsTheSameObjectWhileNothingChanges() throws IOException {
    host.write("proc/loadavg", "");
    Source source = sampled("host");
    List<Failure> failures = source.failures();

    source.sample();

    assertThat(source.failures()).isSameAs(failures);
  }

  @Test
  void textCutShortIsNamedAsTheCause() throws IOException {
    String text = host.read("proc/loadavg");
    host.write("proc/loadavg", text.substring(0, text.length() - 1));

    Source source = sampled("host");

    assertThat(cells(source, "node")).doesNotContainKey("threads_count");
    assertThat(source.failures())
        .contains(new Failure(
            "node",
            "host.threads_count",
            host.root().resolve("proc/loadavg") + ": the last line is cut short"));
  }

  @Test
  void failureThatAllEntitiesShareIsListedOnce() throws IOException {
    host.write(
        "proc/diskstats",
        "254 0 vda 1 2 3 4 5 6 7 8 9 10 11\n253 0 zram0 1 2 3 4 5 6 7 8 9 10 11\n");

    assertThat(sampled("disk").failures())
        .extracting(Failure::entity, Failure::metric)
        .contains(tuple("node", "disk.discards_count"))
        .hasSize(6);
  }

  @Test
  void failureOfOneEntityNamesIt() throws IOException {
    host.delete("sys/class/net/ifb0/carrier_changes");

    assertThat(sampled("net").failures())
        .containsExactly(new Failure(
            "net:ifb0",
            "net.carrier_changes_count",
            host.root().resolve("sys/class/net/ifb0/carrier_changes") + ": no such file"));
  }

  @Test
  void linkChangesComeFromTheirOwnFiles() throws IOException {
    Source net = sampled("net");
    assertThat(cells(net, "net:eth0")).containsEntry("carrier_changes_count", 2L);
    host.write("sys/class/net/eth0/carrier_changes", "3\n");

    net.sample();

    assertThat(cells(net, "net:eth0")).containsEntry("carrier_changes_count", 3L);
  }

  @Test
  void interfaceThatComesBackUnderItsNameIsOpenedAnew() throws IOException {
    Source net = sampled("net");
    String dev = host.read("proc/net/dev");
    host.write("proc/net/dev", dev.replaceAll(" *eth0:.*\n", ""));
    net.sample();
    assertThat(cells(net, "net:eth0")).isEmpty();
    host.delete("sys/class/net/eth0/carrier_changes");
    host.write("sys/class/net/eth0/carrier_changes", "9\n");
    host.write("proc/net/dev", dev);

    net.sample();

    assertThat(cells(net, "net:eth0")).containsEntry("carrier_changes_count", 9L);
  }

  @Test
  void hundredsOfVirtualInterfacesDoNotCostAFileEach() throws IOException {
    StringBuilder dev = new StringBuilder(host.read("proc/net/dev"));
    for (int i = 0; i < 100; i++) {
      dev.append("veth%d: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n".formatted(i));
      host.write("sys/class/net/veth%d/carrier_changes".formatted(i), "1\n");
    }
    dev.append("mlx0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
    host.write("sys/class/net/mlx0/carrier_changes", "7\n");
    Files.createDirectory(host.root().resolve("sys/class/net/mlx0/device"));
    host.write("proc/net/dev", dev.toString());

    Source net = sampled("net");

    assertThat(cells(net, "net:veth99"))
        .containsEntry("rx_bytes", 1L)
        .doesNotContainKey("carrier_changes_count");
    assertThat(cells(net, "net:mlx0")).containsEntry("carrier_changes_count", 7L);
    assertThat(net.failures())
        .contains(new Failure(
            "net:veth99",
            "net.carrier_changes_count",
            "not read: more than 32 interfaces have no device behind them"));
  }

  @Test
  void hostWithoutPressureFilesHasNoPressureSource() throws IOException {
    for (String resource : List.of("cpu", "memory", "io")) {
      host.delete("proc/pressure/" + resource);
    }

    close();
    sources = host.open();

    assertThat(sources.sources()).extracting(Source::name).doesNotContain("procfs.pressure");
    assertThat(sources.missing())
        .filteredOn(failure -> failure.metric().startsWith("psi"))
        .containsExactly(new Failure(
            "node", "psi", host.root().resolve("proc/pressure/cpu") + ": no such file"));
  }

  @Test
  void fileThatIsNotThereAtTheStartIsNotTriedAgain() throws IOException {
    String vmstat = host.read("proc/vmstat");
    host.delete("proc/vmstat");
    Source source = reopen("host");
    source.sample();
    host.write("proc/vmstat", vmstat);

    source.sample();

    assertThat(source.failures())
        .contains(new Failure(
            "node", "host.pgfault_count", host.root().resolve("proc/vmstat") + ": no such file"));
    assertThat(cells(source, "node"))
        .containsKey("mem_total_bytes")
        .doesNotContainKey("pgfault_count");
  }

  @Test
  void withoutSysBlockTheDiskTableFailsAsAWhole() throws IOException {
    for (String disk : List.of("loop0", "loop1", "vda", "zram0")) {
      host.delete("sys/block/" + disk + "/size");
      host.delete("sys/block/" + disk);
    }
    host.delete("sys/block");

    Source disk = reopen("disk");
    disk.sample();

    assertThat(disk.rows()).isEmpty();
    assertThat(disk.failures())
        .singleElement()
        .satisfies(f -> assertThat(f.metric()).isEqualTo("disk"));
  }

  @Test
  void cpuAndHostShareOneReadingPerTickInEitherOrder() throws IOException {
    Source cpu = FakeHost.source(sources, "cpu");
    Source node = FakeHost.source(sources, "host");
    for (int tick = 1; tick <= 3; tick++) {
      host.write("proc/stat", "cpu  9 9\ncpu0 %d 1\nctxt %d\n".formatted(tick, tick));
      Source first = tick % 2 == 0 ? cpu : node;
      Source second = tick % 2 == 0 ? node : cpu;

      first.sample();
      second.sample();

      assertThat(cells(cpu, "cpu:0")).containsEntry("user_ms", tick * 10L);
      assertThat(cells(node, "node")).containsEntry("ctxt_count", (long) tick);
    }
  }

  @Test
  void statOfAHugeHostIsReadWhole() throws IOException {
    StringBuilder text = new StringBuilder("cpu  1 1\n");
    for (int i = 0; i < 512; i++) {
      text.append("cpu%d %d 0 0 0 0 0 0 0 0 0\n".formatted(i, i));
    }
    text.append("intr 77").append(" 123456".repeat(20_000)).append("\nctxt 5\nprocs_blocked 6\n");
    host.write("proc/stat", text.toString());

    Source cpu = sampled("cpu");
    Source node = sampled("host");

    assertThat(cpu.rows()).hasSize(512);
    assertThat(cells(cpu, "cpu:511")).containsEntry("user_ms", 5110L);
    assertThat(cells(node, "node"))
        .containsEntry("intr_count", 77L)
        .containsEntry("ctxt_count", 5L)
        .containsEntry("procs_blocked_count", 6L);
  }

  @Test
  void recorderIsNamedByProcessIdAndStartTime() {
    Source self = sampled("process");

    assertThat(self.rows().get(0).entity()).isEqualTo("pid:11609@289512");
    assertThat(cells(self, "pid:11609@289512"))
        .containsEntry("rss_bytes", 3385L * 4096)
        .hasSize(8);
  }

  @Test
  void steadyStateAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    sampleAll(TICKS);
    long before = threads.getCurrentThreadAllocatedBytes();

    sampleAll(TICKS);

    assertThat((threads.getCurrentThreadAllocatedBytes() - before) / TICKS)
        .as("bytes per tick")
        .isLessThan(64);
  }

  private void sampleAll(int ticks) {
    for (int tick = 0; tick < ticks; tick++) {
      for (int i = 0; i < sources.sources().size(); i++) {
        sources.sources().get(i).sample();
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisMachineCanBeRead() {
    Sources real = Sources.host(Path.of("/proc"), Path.of("/sys"));
    real.sources().forEach(Source::sample);

    assertThat(cells(FakeHost.source(real, "host"), "node"))
        .containsKeys("mem_total_bytes", "mem_free_bytes", "load_1min");
    assertThat(Cells.of(FakeHost.source(real, "process").rows()).values())
        .singleElement()
        .satisfies(self -> assertThat(self.get("rss_bytes")).isPositive());
    real.sources().forEach(Source::close);
  }
}
