package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntityLinesTest {
  private static final String HEADER =
      "Inter-|   Receive  |  Transmit\n face |bytes packets|bytes\n";
  private static final String NUMBERS = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";

  private final Table cpuTable = Registry.get().table("cpu");
  private final Table diskTable = Registry.get().table("disk");
  private final Table netTable = Registry.get().table("net");
  private final EntityLines cpus = new EntityLines(cpuTable, new CpuFormat(cpuTable));
  private final EntityLines interfaces = new EntityLines(netTable, new NetFormat(netTable));

  @TempDir
  Path block;

  private static Map<String, Map<String, Long>> parse(EntityLines lines, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    lines.parse(bytes, bytes.length, text.endsWith("\n") ? null : "cut short");
    return Cells.of(lines.rows());
  }

  private EntityLines disks(String... names) throws IOException {
    for (String name : names) {
      Files.createDirectory(block.resolve(name));
    }
    return new EntityLines(diskTable, new DiskFormat(diskTable, block));
  }

  @Test
  void cpuTimesAreMilliseconds() {
    Map<String, Map<String, Long>> rows =
        parse(cpus, new String(DataSet.procfs("proc/stat"), UTF_8));

    assertThat(rows).hasSize(8);
    assertThat(rows.get("cpu:3"))
        .containsEntry("user_ms", 470540L)
        .containsEntry("nice_ms", 1020L)
        .containsEntry("softirq_ms", 600L)
        .hasSize(10);
  }

  @Test
  void cpuThatWentOfflineLeavesAHole() {
    List<Row> before;
    parse(cpus, "cpu  9 9\ncpu0 1 1\ncpu1 1 1\ncpu2 1 1\nintr 5\n");
    before = cpus.rows();

    assertThat(parse(cpus, "cpu  9 9\ncpu0 2 2\ncpu2 3 3\nintr 5\n").keySet())
        .containsExactly("cpu:0", "cpu:2");
    assertThat(cpus.rows()).isNotSameAs(before);
    assertThat(Cells.of(cpus.rows().get(1))).containsEntry("user_ms", 30L);
  }

  @Test
  void olderKernelsHaveFewerCpuFields() {
    parse(cpus, "cpu  1 2 3 4\ncpu0 1 2 3 4\n");

    assertThat(Cells.of(cpus.rows().get(0)))
        .containsOnlyKeys("user_ms", "nice_ms", "system_ms", "idle_ms");
  }

  @Test
  void rowsStayTheSameObjectsWhileEntitiesDo() {
    parse(cpus, "cpu0 1 1\ncpu1 2 2\n");
    List<Row> rows = cpus.rows();
    Row second = rows.get(1);

    parse(cpus, "cpu0 3 3\ncpu1 4 4\n");

    assertThat(cpus.rows()).isSameAs(rows);
    assertThat(cpus.rows().get(1)).isSameAs(second);
    assertThat(Cells.of(second)).containsEntry("user_ms", 40L);
  }

  @Test
  void wholeDisksOnlyWithTheFieldsTheirKernelHas() throws IOException {
    EntityLines disks = disks("ram0", "loop0", "sda", "sdb", "sdc", "dm-0", "nvme0n1");

    Map<String, Map<String, Long>> rows =
        parse(disks, new String(DataSet.procfs("proc/diskstats"), UTF_8));

    assertThat(rows.keySet())
        .containsExactly("disk:sda", "disk:dm-0", "disk:nvme0n1", "disk:sdb", "disk:sdc");
    assertThat(rows.get("disk:sda"))
        .hasSize(11)
        .containsEntry("reads_count", 25354637L)
        .containsEntry("read_bytes", 1003346126L * 512)
        .containsEntry("weighted_io_time_ms", 82621804L);
    assertThat(rows.get("disk:sdb")).hasSize(15).containsEntry("discard_time_ms", 11130L);
    assertThat(rows.get("disk:sdc")).hasSize(17).containsEntry("flush_time_ms", 182L);
  }

  @Test
  void fieldsOfFutureKernelsAreLeftAlone() throws IOException {
    EntityLines disks = disks("sda");

    assertThat(parse(disks, "8 0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19\n")
            .get("disk:sda"))
        .hasSize(17)
        .containsEntry("flush_time_ms", 17L);
  }

  @Test
  void slashInADiskNameIsAnExclamationMarkInSysfs() throws IOException {
    EntityLines disks = disks("cciss!c0d0");

    assertThat(parse(disks, "104 0 cciss/c0d0 1 2\n104 1 cciss/c0d0p1 1 2\n").keySet())
        .containsExactly("disk:cciss/c0d0");
  }

  @Test
  void newPartitionOrLoopDeviceDoesNotDisturbTheRows() throws IOException {
    EntityLines disks = disks("sda", "loop0");
    parse(disks, "8 0 sda 1 2\n");
    List<Row> rows = disks.rows();

    parse(disks, "7 0 loop0 1 2\n8 0 sda 5 6\n8 1 sda1 1 2\n");

    assertThat(disks.rows()).isSameAs(rows);
    assertThat(Cells.of(rows.get(0))).containsEntry("reads_count", 5L);
  }

  @Test
  void newDiskMakesANewList() throws IOException {
    EntityLines disks = disks("sda");
    parse(disks, "8 0 sda 1 2\n");
    Files.createDirectory(block.resolve("sdb"));

    assertThat(parse(disks, "8 0 sda 1 2\n8 16 sdb 3 4\n").keySet())
        .containsExactly("disk:sda", "disk:sdb");
  }

  @Test
  void withoutSysBlockNoDiskIsRecordedAndThereIsAProblem() {
    EntityLines disks =
        new EntityLines(diskTable, new DiskFormat(diskTable, block.resolve("none")));

    assertThat(parse(disks, "8 0 sda 1 2\n")).isEmpty();
    assertThat(disks.problem())
        .endsWith("none: no such file; without it a disk cannot be told from a partition");
  }

  @Test
  void numberMayBeGluedToTheInterfaceName() {
    assertThat(parse(interfaces, HEADER + "  eth0:123" + NUMBERS.substring(1)).get("net:eth0"))
        .containsEntry("rx_bytes", 123L)
        .containsEntry("tx_compressed_count", 16L)
        .hasSize(16);
  }

  @Test
  void interfaceNameMayHoldAColon() {
    assertThat(parse(interfaces, HEADER + "eth0:1:77" + NUMBERS.substring(1)).get("net:eth0:1"))
        .containsEntry("rx_bytes", 77L);
  }

  @Test
  void everyInterfaceIsRecorded() {
    Map<String, Map<String, Long>> rows =
        parse(interfaces, new String(DataSet.procfs("proc/net/dev"), UTF_8));

    assertThat(rows.keySet())
        .containsExactly("net:vethf345468", "net:lo", "net:docker0", "net:eth0");
    assertThat(rows.get("net:eth0"))
        .containsEntry("rx_bytes", 874354587L)
        .containsEntry("tx_packets", 732147L);
  }

  @Test
  void interfacesThatSwapPlacesKeepTheirOwnValues() {
    parse(interfaces, HEADER + "a: " + NUMBERS + "b: " + NUMBERS);
    List<Row> rows = interfaces.rows();

    parse(interfaces, HEADER + "b: 5" + NUMBERS + "a: 6" + NUMBERS);

    assertThat(interfaces.rows()).isSameAs(rows);
    assertThat(Cells.of(rows.get(0))).containsEntry("rx_bytes", 61L);
    assertThat(Cells.of(rows.get(1))).containsEntry("rx_bytes", 51L);
  }

  @Test
  void numberBeyond63BitsTakesOnlyItsOwnColumnAway() {
    parse(interfaces, HEADER + "a: 18446744073709551615 2 3\n");

    Row row = interfaces.rows().get(0);
    assertThat(Cells.of(row).keySet()).containsExactly("rx_packets", "rx_errors_count");
    assertThat(row.reason(netTable.indexOf("rx_bytes")))
        .isEqualTo("/proc/net/dev field 1: does not fit in 63 bits");
  }

  @Test
  void entityOfATornLineIsAbsentForTheTickNotGone() {
    parse(interfaces, HEADER + "a: " + NUMBERS + "b: " + NUMBERS);
    List<Row> rows = interfaces.rows();

    parse(interfaces, HEADER + "a: " + NUMBERS + "b: 1 2");

    assertThat(interfaces.rows()).isSameAs(rows);
    assertThat(Cells.of(rows.get(0))).hasSize(16);
    assertThat(Cells.of(rows.get(1))).isEmpty();
    assertThat(rows.get(1).reason(0)).isEqualTo("cut short");
  }
}
