package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyedLinesTest {
  private final Table host = Registry.get().table("host");
  private final Row row = new Row(host, "node");
  private final KeyedLines meminfo = KeyedLines.of(host, "/proc/meminfo", ":");
  private final KeyedLines vmstat = KeyedLines.of(host, "/proc/vmstat", " ");
  private final KeyedLines stat = KeyedLines.of(host, "/proc/stat", " ");

  @Test
  void memoryIsRecordedInBytes() {
    Map<String, Long> cells =
        Cells.parse(meminfo, row, "MemTotal:       24684084 kB\nMemFree:        24292120 kB\n");

    assertThat(cells)
        .containsOnly(
            Map.entry("mem_total_bytes", 25276502016L), Map.entry("mem_free_bytes", 24875130880L));
  }

  @Test
  void hugePagesAreCountedNotConverted() {
    assertThat(Cells.parse(meminfo, row, "HugePages_Total:      16\n"))
        .containsOnly(Map.entry("huge_pages_total_count", 16L));
  }

  @Test
  void kernelBefore314HasNoAvailableMemory() {
    Map<String, Long> cells = Cells.parse(meminfo, row, DataSet.procfs("proc/meminfo"));

    assertThat(cells)
        .doesNotContainKey("mem_available_bytes")
        .containsEntry("mem_total_bytes", 15666184L * 1024)
        .containsEntry("hardware_corrupted_bytes", 0L)
        .hasSize(32);
  }

  @Test
  void keyMatchesAsAWholeOnly() {
    assertThat(Cells.parse(meminfo, row, "Active(anon):  7 kB\nSwapCached:  5 kB\nCached:  6 kB\n"))
        .containsOnly(
            Map.entry("active_anon_bytes", 7168L),
            Map.entry("swap_cached_bytes", 5120L),
            Map.entry("cached_bytes", 6144L));
  }

  @Test
  void valueInAnotherUnitIsAbsentWithReason() {
    assertThat(Cells.parse(meminfo, row, "MemFree:  5 MB\nDirty: 5\n")).isEmpty();
    assertThat(row.reason(host.indexOf("mem_free_bytes")))
        .isEqualTo("/proc/meminfo MemFree: not a decimal number");
  }

  @Test
  void valueBeyond63BitsIsAbsentWithReason() {
    assertThat(Cells.parse(
            meminfo, row, "MemFree:  9007199254740992 kB\nDirty:   18446744073709551615 kB\n"))
        .isEmpty();
    assertThat(row.reason(host.indexOf("mem_free_bytes")))
        .isEqualTo("/proc/meminfo MemFree: does not fit in 63 bits");
    assertThat(row.reason(host.indexOf("dirty_bytes")))
        .isEqualTo("/proc/meminfo Dirty: does not fit in 63 bits");
  }

  @Test
  void onlyTheFirstNumberOfInterruptsIsTaken() {
    assertThat(Cells.parse(stat, row, DataSet.procfs("proc/stat")))
        .containsOnly(
            Map.entry("intr_count", 73777505L),
            Map.entry("ctxt_count", 38014093L),
            Map.entry("boot_time_s", 1418183276L),
            Map.entry("processes_count", 26442L),
            Map.entry("procs_running_count", 2L),
            Map.entry("procs_blocked_count", 1L),
            Map.entry("softirq_count", 5057579L));
  }

  @Test
  void everyColumnOfVmstatIsFoundOnLinux618() {
    assertThat(Cells.parse(vmstat, row, Cells.captured("linux-6.18/proc/vmstat")))
        .hasSize(vmstat.columns().length);
  }

  @Test
  void layoutThatMovesIsFollowed() {
    Cells.parse(vmstat, row, "pgpgin 1\npgpgout 2\npgfault 3\n");

    assertThat(Cells.parse(vmstat, row, "pgpgin 4\nunknown 9\npgfault 5\npgpgout 6\n"))
        .containsOnly(
            Map.entry("pgpgin_kib", 4L),
            Map.entry("pgfault_count", 5L),
            Map.entry("pgpgout_kib", 6L));
  }

  @Test
  void keyThatAppearsLaterIsFound() {
    Cells.parse(vmstat, row, "pgpgin 1\n");

    assertThat(Cells.parse(vmstat, row, "oom_kill 1\npgpgin 2\n"))
        .containsOnly(Map.entry("oom_kill_count", 1L), Map.entry("pgpgin_kib", 2L));
  }

  @Test
  void keyThatDisappearsLeavesNoValueBehind() {
    Cells.parse(vmstat, row, "pgpgin 1\noom_kill 1\n");

    assertThat(Cells.parse(vmstat, row, "pgpgin 2\nother 1\n"))
        .containsOnly(Map.entry("pgpgin_kib", 2L));
  }

  @Test
  void emptyTextSetsNothing() {
    assertThat(Cells.parse(meminfo, row, "")).isEmpty();
  }
}
