package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A text that ends anywhere, or has any byte changed: no value that the whole text does not have, and no exception. */
class TornTextTest {
  private static final Table HOST = Registry.get().table("host");
  private static final Table PSI = Registry.get().table("psi");
  private static final Table PROCESS = Registry.get().table("process");
  private static final Table PCIE = Registry.get().table("pcie");
  private static final Table NUMA = Registry.get().table("numa");
  private static final Table TCP = Registry.get().table("tcp");
  private static final Table KERNEL = Registry.get().table("kernel");
  private static final Table TOP = Registry.get().table("top_process");
  private static final Table CGROUP = Registry.get().table("cgroup");

  /** @param parser reads the text as a fresh parser would, into rows by entity */
  record Case(String name, String file, Function<byte[], Map<String, Map<String, Long>>> parser) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            "meminfo",
            "proc/meminfo",
            t -> row(KeyedLines.of(HOST, "/proc/meminfo", ":"), HOST, t)),
        new Case(
            "vmstat", "proc/vmstat", t -> row(KeyedLines.of(HOST, "/proc/vmstat", " "), HOST, t)),
        new Case("stat", "proc/stat", t -> row(KeyedLines.of(HOST, "/proc/stat", " "), HOST, t)),
        new Case("loadavg", "proc/loadavg", t -> row(new LoadAverage(HOST), HOST, t)),
        new Case("pressure", "proc/pressure/io", t -> row(new Pressure(PSI, "io"), PSI, t)),
        new Case(
            "self",
            "proc/self/stat",
            t -> row(new ProcessStat(PROCESS, OptionalLong.of(4096)), PROCESS, t)),
        new Case("io", "proc/self/io", t -> row(KeyedLines.of(TOP, "/proc/PID/io", ":"), TOP, t)),
        new Case(
            "cgroup cpu",
            "cgroup2/cpu.stat",
            t -> row(
                new CgroupNumbers(CGROUP, "cpu.stat").key("user_usec", "cpu_user_us"), CGROUP, t)),
        new Case(
            "cgroup memory",
            "cgroup1/memory.stat",
            t -> row(
                new CgroupNumbers(CGROUP, "memory.stat").key("total_rss", "memory_anon_bytes"),
                CGROUP,
                t)),
        new Case(
            "cgroup pressure",
            "cgroup2/memory.pressure",
            t -> row(Pressure.totals(CGROUP, "memory"), CGROUP, t)),
        new Case(
            "aer",
            "sys/aer_dev_correctable",
            t -> row(
                KeyedLines.of(PCIE, "/sys/bus/pci/devices/*/aer_dev_correctable", " "), PCIE, t)),
        new Case(
            "link speed",
            "sys/current_link_speed",
            t -> row(Attribute.linkSpeed("current_link_speed", 0), PCIE, t)),
        new Case("rate", "sys/rate", t -> row(Attribute.rate("rate", 0), PCIE, t)),
        new Case("state", "sys/state", t -> row(Attribute.numbered("state", 0), PCIE, t)),
        new Case("counter", "sys/port_xmit_data", t -> row(Attribute.number("c", 0, 4), PCIE, t)),
        new Case(
            "power state",
            "sys/power_state",
            t -> row(Attribute.word("power_state", 0, List.of("D0", "D3hot")), PCIE, t)),
        new Case(
            "cpu", "proc/stat", t -> rows("cpu", new CpuFormat(Registry.get().table("cpu")), t)),
        new Case(
            "net", "proc/net/dev", t -> rows("net", new NetFormat(Registry.get().table("net")), t)),
        new Case(
            "disk",
            "proc/diskstats",
            t -> rows("disk", new DiskFormat(Registry.get().table("disk"), block), t)),
        new Case(
            "node meminfo",
            "sys/devices/system/node/node0/meminfo",
            t -> row(
                KeyedLines.of(NUMA, "/sys/devices/system/node/node*/meminfo", ":", 2), NUMA, t)),
        new Case(
            "snmp", "proc/net/snmp", t -> row(new ProtocolCounters(TCP, "/proc/net/snmp"), TCP, t)),
        new Case(
            "netstat",
            "proc/net/netstat",
            t -> row(new ProtocolCounters(TCP, "/proc/net/netstat"), TCP, t)),
        new Case("sockstat", "proc/net/sockstat", t -> row(new SocketCounts(TCP), TCP, t)),
        new Case("softnet", "proc/net/softnet_stat", TornTextTest::softnet),
        new Case("interrupts", "proc/interrupts", TornTextTest::interrupts),
        new Case(
            "schedstat",
            "proc/schedstat",
            t -> rows("sched", new SchedFormat(Registry.get().table("sched")), t)),
        new Case(
            "file-nr",
            "proc/sys/fs/file-nr",
            t -> row(new NumberedLine(KERNEL, "/proc/sys/fs/file-nr", 3), KERNEL, t)));
  }

  @TempDir
  static Path block;

  @BeforeAll
  static void wholeDisks() throws IOException {
    Files.createDirectory(block.resolve("vda"));
    Files.createDirectory(block.resolve("zram0"));
  }

  private static Map<String, Map<String, Long>> row(RowParser parser, Table table, byte[] text) {
    Row row = new Row(table, "node");
    return Map.of("node", Cells.parse(parser, row, text));
  }

  private static Map<String, Map<String, Long>> rows(
      String table, EntityFormat format, byte[] text) {
    EntityLines lines = new EntityLines(Registry.get().table(table), format);
    lines.parse(text, text.length, null);
    return Cells.of(lines.rows());
  }

  private static Map<String, Map<String, Long>> softnet(byte[] text) {
    SoftnetLines lines = new SoftnetLines(Registry.get().table("softnet"));
    lines.parse(text, text.length, null, List::of);
    return Cells.of(lines.rows());
  }

  private static Map<String, Map<String, Long>> interrupts(byte[] text) {
    InterruptTotals totals = new InterruptTotals();
    totals.begin();
    totals.take(text, text.length);
    totals.end();
    return rows(
        "interrupt",
        new InterruptFormat(Registry.get().table("interrupt")),
        Arrays.copyOf(totals.text(), totals.length()));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void textCutAnywhereHasOnlyValuesOfTheWholeText(Case c) {
    byte[] whole = Cells.captured("linux-6.18/" + c.file());
    Map<String, Map<String, Long>> expected = c.parser().apply(whole);

    for (int length = 0; length < whole.length; length++) {
      Map<String, Map<String, Long>> cut = c.parser().apply(Arrays.copyOf(whole, length));

      assertThat(expected.keySet()).containsAll(cut.keySet());
      cut.forEach((entity, cells) ->
          assertThat(expected.getOrDefault(entity, Map.of())).containsAllEntriesOf(cells));
    }
    assertThat(expected.values()).allSatisfy(cells -> assertThat(cells).isNotEmpty());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void changedBytesNeverThrowAndNeverGiveANegativeValue(Case c) {
    byte[] whole = Cells.captured("linux-6.18/" + c.file());
    byte[] replacements = "\n\0 :9-.\u007f".getBytes(US_ASCII);
    Random random = new Random(20261121);

    for (int round = 0; round < 2000; round++) {
      byte[] text = whole.clone();
      for (int i = 0; i < 8; i++) {
        text[random.nextInt(text.length)] = replacements[random.nextInt(replacements.length)];
      }

      List<Map<String, Long>> cells = List.copyOf(c.parser().apply(text).values());

      assertThat(cells).allSatisfy(row -> assertThat(row.values()).allMatch(value -> value >= 0));
    }
  }
}
