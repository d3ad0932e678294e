package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The texts that are read at every tick, as one machine had them; README.md beside them says which. */
class CapturedTextTest {
  @TempDir
  Path block;

  private static byte[] text(String file) {
    return Cells.captured("linux-6.18/proc/" + file);
  }

  private static Table table(String name) {
    return Registry.get().table(name);
  }

  private static Map<String, Long> node(RowParser parser, Table table, String file) {
    return Cells.parse(parser, new Row(table, "node"), text(file));
  }

  private static Map<String, Map<String, Long>> entities(
      EntityFormat format, Table table, String file) {
    EntityLines lines = new EntityLines(table, format);
    lines.parse(text(file), text(file).length, null);
    return Cells.of(lines.rows());
  }

  @Test
  void memory() {
    Table host = table("host");

    assertThat(node(KeyedLines.of(host, "/proc/meminfo", ":"), host, "meminfo"))
        .containsEntry("mem_total_bytes", 24684084L * 1024)
        .containsEntry("mem_available_bytes", 24171640L * 1024)
        .containsEntry("dirty_bytes", 1720L * 1024)
        .containsEntry("huge_pages_total_count", 0L)
        .doesNotContainKey("hardware_corrupted_bytes");
  }

  @Test
  void countersOfTheWholeHost() {
    Table host = table("host");

    assertThat(node(KeyedLines.of(host, "/proc/stat", " "), host, "stat"))
        .containsOnly(
            Map.entry("intr_count", 578937L),
            Map.entry("ctxt_count", 1307794L),
            Map.entry("boot_time_s", 1795256114L),
            Map.entry("processes_count", 11650L),
            Map.entry("procs_running_count", 2L),
            Map.entry("procs_blocked_count", 0L),
            Map.entry("softirq_count", 354518L));
  }

  @Test
  void cpus() {
    Table cpu = table("cpu");

    assertThat(entities(new CpuFormat(cpu), cpu, "stat"))
        .containsOnlyKeys("cpu:0", "cpu:1")
        .hasEntrySatisfying(
            "cpu:1",
            one -> assertThat(one)
                .hasSize(10)
                .containsEntry("user_ms", 131260L)
                .containsEntry("softirq_ms", 1110L));
  }

  @Test
  void pressureOfAllThree() {
    Table psi = table("psi");

    assertThat(node(new Pressure(psi, "cpu"), psi, "pressure/cpu"))
        .containsEntry("cpu_some_avg10_pct", 1007L)
        .containsEntry("cpu_some_total_us", 62117616L);
    assertThat(node(new Pressure(psi, "io"), psi, "pressure/io"))
        .containsOnly(
            Map.entry("io_some_avg10_pct", 15L),
            Map.entry("io_some_total_us", 5932136L),
            Map.entry("io_full_avg10_pct", 0L),
            Map.entry("io_full_total_us", 5452367L));
    assertThat(node(new Pressure(psi, "memory"), psi, "pressure/memory"))
        .containsEntry("memory_full_total_us", 0L);
  }

  @Test
  void disks() throws IOException {
    Files.createDirectory(block.resolve("vda"));
    Files.createDirectory(block.resolve("loop0"));
    Table disk = table("disk");

    assertThat(entities(new DiskFormat(disk, block), disk, "diskstats"))
        .containsOnlyKeys("disk:vda")
        .hasEntrySatisfying(
            "disk:vda",
            vda -> assertThat(vda)
                .hasSize(17)
                .containsEntry("reads_count", 117680L)
                .containsEntry("read_bytes", 5905978L * 512)
                .containsEntry("flush_time_ms", 128L));
  }

  @Test
  void interfaces() {
    Table net = table("net");

    assertThat(entities(new NetFormat(net), net, "net/dev"))
        .containsOnlyKeys("net:lo", "net:ifb0", "net:ifb1", "net:eth0")
        .hasEntrySatisfying(
            "net:eth0",
            eth -> assertThat(eth)
                .containsEntry("rx_bytes", 695104006L)
                .containsEntry("tx_packets", 11881L));
  }

  @Test
  void loadAndThreads() {
    Table host = table("host");
    String[] fields = new String(text("loadavg"), UTF_8).split("[ /]", -1);

    assertThat(node(new LoadAverage(host), host, "loadavg"))
        .containsEntry("threads_count", Long.parseLong(fields[4]))
        .containsKeys("load_1min", "load_5min", "load_15min");
  }

  @Test
  void process() {
    Table process = table("process");
    StatFields fields = new StatFields();

    assertThat(node(new ProcessStat(process, OptionalLong.of(4096)), process, "self/stat"))
        .containsOnly(
            Map.entry("user_ms", 20L),
            Map.entry("system_ms", 10L),
            Map.entry("minor_faults_count", 2860L),
            Map.entry("major_faults_count", 0L),
            Map.entry("children_user_ms", 30L),
            Map.entry("children_system_ms", 10L),
            Map.entry("threads_count", 1L),
            Map.entry("rss_bytes", 3385L * 4096));
    assertThat(fields.parse(text("self/stat"), text("self/stat").length)).isTrue();
    assertThat(fields.pid()).isEqualTo(11609);
    assertThat(fields.kernelThread()).isFalse();
  }
}
