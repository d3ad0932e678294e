package io.esnode.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Whatever a text holds, no parser throws, no value is negative, and what follows the last newline counts for nothing.
 */
class ParserFuzzTest {
  private static final Table HOST = Registry.get().table("host");
  private static final Table PSI = Registry.get().table("psi");
  private static final Table PROCESS = Registry.get().table("process");
  private static final Table NUMA = Registry.get().table("numa");
  private static final Table TCP = Registry.get().table("tcp");
  private static final Table KERNEL = Registry.get().table("kernel");
  private static final Table TOP = Registry.get().table("top_process");
  private static final Table CGROUP = Registry.get().table("cgroup");

  @FuzzTest
  void meminfo(byte[] data) {
    check(KeyedLines.of(HOST, "/proc/meminfo", ":"), HOST, data);
  }

  @FuzzTest
  void stat(byte[] data) {
    check(KeyedLines.of(HOST, "/proc/stat", " "), HOST, data);
  }

  @FuzzTest
  void loadavg(byte[] data) {
    check(new LoadAverage(HOST), HOST, data);
  }

  @FuzzTest
  void tracking(byte[] data) {
    Row row = new Row(Registry.get().table("clock"), "node");

    boolean taken = ClockSource.parse(new String(data, ISO_8859_1), row);

    assertThat(row.present(0)).isEqualTo(taken);
  }

  @FuzzTest
  void clockPrograms(byte[] data) {
    String text = new String(data, ISO_8859_1);
    Row kernel = new Row(Registry.get().table("kernel_clock"), "node");
    Row ptp = new Row(Registry.get().table("ptp"), "node");
    Row clock = new Row(Registry.get().table("clock"), "node");

    assertThat(KernelClockSource.parse(text, kernel)).isEqualTo(kernel.present(0));
    assertThat(PtpSource.parse(text, ptp)).isEqualTo(ptp.present(0));
    TimesyncMessage.parse(text, clock);
    assertThat(clock.present(0)).isFalse();
  }

  @FuzzTest
  void pressure(byte[] data) {
    check(new Pressure(PSI, "memory"), PSI, data);
  }

  @FuzzTest
  void processStat(byte[] data) {
    ProcessStat parser = new ProcessStat(PROCESS, OptionalLong.of(65536));
    check(parser, PROCESS, data);

    parser
        .entity(data, data.length)
        .ifPresent(entity -> assertThat(entity).matches("pid:[0-9]+@[0-9]+"));
  }

  @FuzzTest
  void cpu(byte[] data) {
    check("cpu", new CpuFormat(Registry.get().table("cpu")), data);
  }

  @FuzzTest
  void net(byte[] data) {
    check("net", new NetFormat(Registry.get().table("net")), data);
  }

  @FuzzTest
  void disk(byte[] data) {
    check(
        "disk",
        new DiskFormat(Registry.get().table("disk"), Path.of("src/main/java/io/esnode")),
        data);
  }

  @FuzzTest
  void aer(byte[] data) {
    Table pcie = Registry.get().table("pcie");
    check(KeyedLines.of(pcie, "/sys/bus/pci/devices/*/aer_dev_correctable", " "), pcie, data);
  }

  @FuzzTest
  void attribute(byte[] data) {
    check(Attribute.number("a", 0, 4), HOST, data);
    check(Attribute.width("a", 0), HOST, data);
    check(Attribute.numbered("a", 0), HOST, data);
    check(Attribute.linkSpeed("a", 0), HOST, data);
    check(Attribute.rate("a", 0), HOST, data);
    check(Attribute.word("a", 0, List.of("D0", "D3hot")), HOST, data);
    check(Attribute.signed("a", 0), HOST, data, Long.MIN_VALUE);
    assertThat(Sysfs.name(new String(data, UTF_8))).matches("[ -~]{0,64}");
  }

  @FuzzTest
  void limits(byte[] data) {
    assertThat(HardwareSources.maxOpenFiles(data, data.length).orElse(0)).isNotNegative();
  }

  @FuzzTest
  void nodeMeminfo(byte[] data) {
    check(KeyedLines.of(NUMA, "/sys/devices/system/node/node*/meminfo", ":", 2), NUMA, data);
  }

  @FuzzTest
  void netstat(byte[] data) {
    check(new ProtocolCounters(TCP, "/proc/net/netstat"), TCP, data);
  }

  @FuzzTest
  void sockstat(byte[] data) {
    check(new SocketCounts(TCP), TCP, data);
  }

  @FuzzTest
  void schedstat(byte[] data) {
    check("sched", new SchedFormat(Registry.get().table("sched")), data);
  }

  @FuzzTest
  void numberedLine(byte[] data) {
    check(new NumberedLine(KERNEL, "/proc/sys/fs/file-nr", 3), KERNEL, data);
    check(new SingleNumber(KERNEL, "tainted"), KERNEL, data);
  }

  @FuzzTest
  void softnet(byte[] data) {
    assertThat(softnetCells(data)).isEqualTo(softnetCells(complete(data)));
  }

  private static Map<String, Map<String, Long>> softnetCells(byte[] text) {
    SoftnetLines lines = new SoftnetLines(Registry.get().table("softnet"));
    lines.parse(text, text.length, null, () -> List.of(0));
    assertThat(lines.rows())
        .allSatisfy(row -> assertThat(Cells.of(row).values()).allMatch(value -> value >= 0));
    return Cells.of(lines.rows());
  }

  @FuzzTest
  void interrupts(byte[] data) {
    InterruptTotals totals = new InterruptTotals();
    totals.begin();
    int taken = totals.take(data, data.length);
    totals.end();

    assertThat(taken).isEqualTo(complete(data).length);
    check(
        "interrupt",
        new InterruptFormat(Registry.get().table("interrupt")),
        Arrays.copyOf(totals.text(), totals.length()));
  }

  @FuzzTest
  void mounts(byte[] data) {
    List<Mount> mounts = Mount.parse(data, data.length);

    assertThat(Mount.parse(complete(data), complete(data).length)).isEqualTo(mounts);
    for (Mount mount : Mount.recorded(mounts)) {
      assertThat(mount.path()).startsWith("/");
      mount.danger(mounts);
    }
  }

  @FuzzTest
  void processIo(byte[] data) {
    check(KeyedLines.of(TOP, "/proc/PID/io", ":"), TOP, data);
  }

  @FuzzTest
  void statFields(byte[] data) {
    StatFields fields = new StatFields();
    if (fields.parse(data, data.length)) {
      assertThat(fields.pid()).isPositive();
      assertThat(fields.nameStart()).isBetween(1, fields.nameEnd());
      assertThat(fields.value(StatFields.STARTTIME)).isNotNegative();
      assertThat(fields.value(StatFields.RSS)).isGreaterThanOrEqualTo(-1);
    }
  }

  @FuzzTest
  void numberList(byte[] data) {
    assertThat(NumberList.parse(data, data.length)).isSorted().doesNotHaveDuplicates();
  }

  @FuzzTest
  void cgroupNumbers(byte[] data) {
    check(
        new CgroupNumbers(CGROUP, "memory.current").key("", "memory_current_bytes"), CGROUP, data);
    check(
        new CgroupNumbers(CGROUP, "cpu.stat")
            .key("usage_usec", "cpu_usage_us")
            .key("throttled_time", "cpu_throttled_us", 1000),
        CGROUP,
        data);
  }

  @FuzzTest
  void cgroupIo(byte[] data) {
    check(CgroupIo.version2(CGROUP), CGROUP, data);
    check(CgroupIo.version1(CGROUP, "blkio", "io_read_bytes", "io_write_bytes"), CGROUP, data);
  }

  @FuzzTest
  void cgroupPressure(byte[] data) {
    check(Pressure.totals(CGROUP, "io"), CGROUP, data);
  }

  @FuzzTest
  void processCgroup(byte[] data) {
    ProcessCgroup.of(new String(data, UTF_8)).ifPresent(group -> {
      assertThat(group.path()).startsWith("/").doesNotContain("\n");
      assertThat(group.containerId() == null ? "" : group.containerId()).matches("[0-9a-f]*");
      assertThat(group.podUid() == null ? "" : group.podUid()).matches("[0-9a-f-]*");
      assertThat(group.job() == null ? "" : group.job()).matches("[0-9]*");
    });
  }

  @FuzzTest
  void jobEnvironment(byte[] data) throws IOException {
    JobEnvironment read = JobEnvironment.read(new ByteArrayInputStream(data));

    assertThat(read.job() == null ? "" : read.job()).matches("[0-9]*");
    assertThat(read.visibleDevices() == null ? "" : read.visibleDevices())
        .matches("[0-9A-Za-z,/-]*");
  }

  @FuzzTest
  void openGpu(byte[] data) {
    assertThat(OpenGpus.bit(new String(data, UTF_8))).isNotNegative();
  }

  @FuzzTest
  void auxiliaryVector(byte[] data) {
    OptionalLong page = AuxiliaryVector.pageBytes(data, data.length, ByteOrder.LITTLE_ENDIAN);

    assertThat(page.orElse(4096)).isBetween(4096L, 1L << 20);
  }

  @FuzzTest
  void inventory(byte[] data) {
    String text = new String(data, UTF_8);
    Inventory.osName(text);
    Inventory.cpuModel(text);
    Inventory.cpuCount(text);
    Inventory.virtualization(text);
    Inventory.memoryBytes(text);
    Inventory.diskBytes(text);
  }

  private static void check(RowParser parser, Table table, byte[] data) {
    check(parser, table, data, 0);
  }

  private static void check(RowParser parser, Table table, byte[] data, long least) {
    Map<String, Long> cells = Cells.parse(parser, new Row(table, "node"), data);

    assertThat(cells.values()).allMatch(value -> value >= least);
    assertThat(Cells.parse(parser, new Row(table, "node"), complete(data))).isEqualTo(cells);
  }

  private static void check(String table, EntityFormat format, byte[] data) {
    List<Row> rows = parse(table, format, data);

    assertThat(rows)
        .allSatisfy(row -> assertThat(Cells.of(row).values()).allMatch(value -> value >= 0));
    assertThat(Cells.of(parse(table, format, complete(data)))).isEqualTo(Cells.of(rows));
  }

  private static List<Row> parse(String table, EntityFormat format, byte[] data) {
    EntityLines lines = new EntityLines(Registry.get().table(table), format);
    lines.parse(data, data.length, null);
    return lines.rows();
  }

  /** The text up to its last newline. */
  private static byte[] complete(byte[] data) {
    int end = data.length;
    while (end > 0 && data[end - 1] != '\n') {
      end--;
    }
    return Arrays.copyOf(data, end);
  }
}
