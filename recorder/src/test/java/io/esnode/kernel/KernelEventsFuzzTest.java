package io.esnode.kernel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.spool.TextRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a record holds, reading it ends, soon, with printable text and no exception. */
class KernelEventsFuzzTest {
  /** One line of each class; what a fuzzer starts from. */
  static final List<String> LINES = List.of(
      "NVRM: Xid (PCI:0000:3b:00 GPU-I:01 GPU-CI:02): 149, pid=9, name=a, NETIR_LINK_EVT  Fatal   XC0 i0 Link 01 (0x021425c6 0x00000000)",
      "NVRM: Xid (PCI:0019:01:00): 154, GPU recovery action changed from 0x4 (Drain and Reset) to 0x1 (GPU Reset Required)",
      "NVRM: Xid (PCI:0000:0f:00): 45, pid=77, name=train, Ch 00000010 caused by previous Xid 31",
      "nvidia-nvswitch0: SXid (PCI:0000:00:00.0): 20034, Fatal, Link 30 LTSSM Fault Up",
      "NVRM: GPU 0000:91:00.0: GPU has fallen off the bus.",
      "NVRM: GPU at PCI:0000:9b:00: GPU-509665ad-b600-ac93-3616-d754b23d636d",
      "NVRM: GPU Board Serial Number: 1650124014249",
      "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  550.163.01",
      "pcieport 0000:0e:00.0: AER: Corrected error received: 0000:0f:00.0",
      "nvidia 0000:0f:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID)",
      "nvidia 0000:0f:00.0:   device [10de:2330] error status/mask=00100000/0000a000",
      "pcieport 0000:00:1c.0: pciehp: Slot(4): Link Down",
      "mce: [Hardware Error]: CPU 12: Machine Check: 0 Bank 7: 8c00004000010092",
      "EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0 (channel:1 slot:0)",
      "Out of memory: Killed process 123 (a) total-vm:2kB, anon-rss:3kB, file-rss:0kB, UID:48",
      "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,task_memcg=/a/b,task=node,pid=863987,uid=0",
      "INFO: task kworker/u64:2:1234 blocked for more than 120 seconds.",
      "watchdog: BUG: soft lockup - CPU#3 stuck for 23s! [python3:1234]",
      "r8169 0000:03:00.0 enp3s0: Link is Up - 1Gbps/Full - flow control off",
      "mlx5_core 0000:5e:00.0: Port module event[error]: module 0, Cable error, Power budget exceeded",
      "audit: audit_lost=13 audit_rate_limit=0 audit_backlog_limit=64");

  @FuzzTest
  void record(byte[] data) {
    KernelRecord.parse(data, 0, data.length).ifPresent(KernelEventsFuzzTest::check);
    String text = new String(data, UTF_8);
    check(KernelRecord.ofLine(text));
    for (String line : LINES) {
      check(KernelRecord.ofKernel(4, 1, 1, line + text));
      int cut = data.length == 0 ? 0 : (data[0] & 0xff) % line.length();
      check(KernelRecord.ofKernel(4, 1, 1, line.substring(0, cut) + text + line.substring(cut)));
    }
  }

  /** 8 KiB of what an expression repeats, before and after each line: one that backtracks or recurses is caught. */
  @ParameterizedTest
  @ValueSource(strings = {"0", " ", "a.", "/", "::1", "\\x1b"})
  void longLinesAreReadInTime(String part) {
    String padding = part.repeat(8192 / part.length());

    Assertions.assertTimeout(Duration.ofSeconds(20), () -> {
      for (String line : LINES) {
        check(KernelRecord.ofKernel(4, 1, 1, line + padding));
        check(KernelRecord.ofKernel(4, 1, 1, padding + line));
      }
    });
  }

  private static void check(KernelRecord record) {
    KernelRows rows = new KernelRows(
        Pseudonyms.keyed("k".repeat(32).getBytes(US_ASCII), "node17", "n-0"), new GpuAddresses());
    for (int facility : new int[] {0, 1}) {
      rows.event(
              new KernelRecord(facility, 4, 1L, 1L, record.text(), Map.of("DEVICE", record.text())),
              "live",
              1)
          .ifPresent(KernelEventsFuzzTest::printable);
    }
  }

  private static void printable(TextRow row) {
    for (String text : row.texts().values()) {
      assertThat(text.codePoints()
              .filter(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT))
          .isEmpty();
    }
    assertThat(row.texts()).containsKey("event_class");
  }
}
