package io.esnode.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.dataset.DataSet;
import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines as published logs have them, and as the format strings of the drivers write them. */
class KernelShapesTest {
  private final KernelShapes shapes = new KernelShapes();

  private Optional<KernelEvent> read(String line) {
    return shapes.read(KernelRecord.ofLine(line));
  }

  private KernelEvent event(String line) {
    return read(line).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "NVRM: Xid (PCI:0000:0f:00): 94, pid=2503421, name=python3, Ch 00000008 | 0000:0f:00 | 94",
        "NVRM: Xid (0000:03:00): 14, Channel 00000001 | 0000:03:00 | 14",
        "[ 1.000000] NVRM: Xid (PCI:0000:3B:00.0): 79, GPU has fallen off the bus. | 0000:3b:00 | 79",
        "NVRM: Xid (PCI:00000000:9B:00): 119, pid=20, name=nvidia-smi, Timeout | 0000:9b:00 | 119",
        "NVRM: Xid (PCI:0000:04:00): 69 | 0000:04:00 | 69",
        "kern  :warn  : 2025-01-21T04:41:44,287197+00:00 NVRM: Xid (PCI:0000:38:00): 43, pid=2924364, name=pt_main_thread, Ch 00000008 | 0000:38:00 | 43",
        "Sep 13 12:22:48 host01 kernel: [521526.650125] NVRM: Xid (PCI:0000:38:00): 31, x | 0000:38:00 | 31",
      })
  void xidHasAddressAndCodeInEveryForm(String line, String address, long code) {
    KernelEvent event = event(line);

    assertThat(event.eventClass()).isEqualTo("xid");
    assertThat(event.texts()).containsEntry("pci_address", address);
    assertThat(event.numbers()).containsEntry("code", code);
    assertThat(event.entity()).isEqualTo("gpu:pci:" + address);
  }

  @Test
  void xidOnAMigInstanceNamesTheInstance() {
    // NVSentinel and gpud miss lines with GPU-I: their expressions end the address at the blank.
    KernelEvent instance = event(
        "NVRM: Xid (PCI:0000:01:00 GPU-I:05): 94, pid=7194, Contained: CE User Channel (0x9). RST: No, D-RST: No");
    KernelEvent compute = event(
        "NVRM: Xid (PCI:0000:3b:00 GPU-I:01 GPU-CI:02): 13, pid=9, name=a, Graphics Exception");

    assertThat(instance.numbers())
        .containsEntry("code", 94L)
        .containsEntry("gpu_instance", 5L)
        .containsEntry("pid", 7194L)
        .doesNotContainKey("compute_instance");
    assertThat(instance.texts()).doesNotContainKey("process_name");
    assertThat(compute.numbers())
        .containsEntry("gpu_instance", 1L)
        .containsEntry("compute_instance", 2L);
  }

  @Test
  void unknownProcessIsAbsentNotAName() {
    KernelEvent event = event(
        "NVRM: Xid (PCI:0000:91:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.");

    assertThat(event.numbers()).doesNotContainKey("pid");
    assertThat(event.texts()).doesNotContainKey("process_name");
  }

  @Test
  void nvlink5UnitMayHaveDigitsAndSlashes() {
    // gpud's expression takes letters and one underscore only.
    KernelEvent event = event(
        "NVRM: Xid (PCI:0000:04:00): 146, TLW_RX/TLW_RX_PIPE0 Nonfatal XC0 i0 Link 07 (0x0000000a 0x80000001 0x00000000)");

    assertThat(event.texts())
        .containsEntry("unit", "TLW_RX/TLW_RX_PIPE0")
        .containsEntry("severity", "Nonfatal");
    assertThat(event.numbers())
        .containsEntry("link", 7L)
        .containsEntry("intrinfo", 0xaL)
        .containsEntry("error_status", 0x80000001L);
  }

  @Test
  void nvlink5LinkMayBeMinusOneAndTheLineCutOff() {
    KernelEvent event =
        event("NVRM: Xid (PCI:0018:01:00): 149, NETIR Fatal XC0 i0 Link -1 (0x000fe406");

    assertThat(event.numbers())
        .containsEntry("link", -1L)
        .containsEntry("intrinfo", 0xfe406L)
        .doesNotContainKey("error_status");
  }

  @Test
  void recoveryActionIsReadFromBothSides() {
    KernelEvent event = event(
        "NVRM: Xid (PCI:0019:01:00): 154, GPU recovery action changed from 0x4 (Drain and Reset) to 0x1 (GPU Reset Required)");

    assertThat(event.numbers())
        .containsEntry("recovery_action_from", 4L)
        .containsEntry("recovery_action_to", 1L);
    assertThat(event.texts()).containsEntry("reason", "GPU Reset Required");
  }

  @Test
  void driversOwnCauseIsKept() {
    assertThat(event(
                "NVRM: Xid (PCI:0000:0f:00): 45, pid=77, name=train, Ch 00000010 caused by previous Xid 31")
            .numbers())
        .containsEntry("cause_xid", 31L)
        .containsEntry("code", 45L);
  }

  @Test
  void switchErrorsHaveSeverityAndLink() {
    KernelEvent event = event(
        "[131453.740743] nvidia-nvswitch0: SXid (PCI:0000:00:00.0): 20034, Fatal, Link 30 LTSSM Fault Up");

    assertThat(event.eventClass()).isEqualTo("sxid");
    assertThat(event.entity()).isEqualTo("pci:0000:00:00");
    assertThat(event.texts()).containsEntry("severity", "Fatal");
    assertThat(event.numbers()).containsEntry("code", 20034L).containsEntry("link", 30L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NVRM: GPU 0000:91:00.0: GPU has fallen off the bus. | 0000:91:00",
        "NVRM: GPU 18:00.0: GPU has fallen off the bus. | 0000:18:00",
      })
  void lostGpuIsKnownWithoutAnXid(String line, String address) {
    KernelEvent event = event(line);

    assertThat(event.eventClass()).isEqualTo("gpu_lost");
    assertThat(event.texts()).containsEntry("pci_address", address);
  }

  @Test
  void lostGpuMayBeSaidInThreeLines() {
    assertThat(read("NVRM: The NVIDIA GPU 0000:18:00.0")).isEmpty();
    assertThat(read("NVRM: (PCI ID: 10de:2901) installed in this system has")).isEmpty();
    KernelEvent event = event("NVRM: fallen off the bus and is not responding to commands.");

    assertThat(event.eventClass()).isEqualTo("gpu_lost");
    assertThat(event.texts()).containsEntry("pci_address", "0000:18:00");
  }

  @Test
  void lastOfThreeLinesAloneNamesNoGpu() {
    assertThat(read("NVRM: fallen off the bus and is not responding to commands."))
        .isEmpty();
  }

  @Test
  void driverSaysWhichGpuIsWhere() {
    KernelEvent uuid = event(
        "[Sun Feb 23 16:24:18 2025] NVRM: GPU at PCI:0000:9b:00: GPU-509665ad-b600-ac93-3616-d754b23d636d");
    KernelEvent serial =
        event("[Sun Feb 23 16:24:18 2025] NVRM: GPU Board Serial Number: 1650124014249");

    assertThat(uuid.texts())
        .containsEntry("gpu_uuid", "GPU-509665ad-b600-ac93-3616-d754b23d636d")
        .containsEntry("pci_address", "0000:9b:00");
    assertThat(serial.texts())
        .containsEntry("board_serial", "1650124014249")
        .containsEntry("pci_address", "0000:9b:00");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NVRM: loading NVIDIA UNIX x86_64 Kernel Module  430.40  Sun Jul 21 04:53:48 CDT 2019 | driver loading | 430.40",
        "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  550.163.01  Release Build | driver loading | 550.163.01",
        "NVRM: API mismatch: the client has the version 525.125.06, but | api mismatch | 525.125.06",
      })
  void driverVersionsAreRead(String line, String reason, String version) {
    assertThat(event(line).texts())
        .containsEntry("reason", reason)
        .containsEntry("driver_version", version);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "NVRM: Rate limiting GSP RPC error prints for GPU at PCI:0000:9b:00 (printing 1 of every 30).  The GPU likely needs to be reset. | rate limited | 0000:9b:00",
        "NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x62:0x0:2015) | initialization failed | 0000:01:00",
        "NVRM: Attempting to remove device 0000:18:00.0 with non-zero usage count! | device removed | 0000:18:00",
      })
  void driverTroubleNamesTheGpu(String line, String reason, String address) {
    assertThat(event(line).texts())
        .containsEntry("reason", reason)
        .containsEntry("pci_address", address);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pcieport 0000:0e:00.0: AER: Corrected error received: 0000:0f:00.0 | corrected | received",
        "pcieport 0000:0e:00.0: AER: Correctable error message received from 0000:0f:00.0 | corrected | received",
        "pcieport 0000:0e:00.0: AER: Multiple Uncorrected (Non-Fatal) error received: 0000:0f:00.0 | nonfatal | received",
        "pcieport 0000:0e:00.0: AER: Uncorrectable (Fatal) error message received from 0000:0f:00.0 | fatal | received",
        "nvidia 0000:0f:00.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID) | corrected | Physical Layer",
        "nvidia 0000:0f:00.0: AER: PCIe Bus Error: severity=Uncorrected (Fatal), type=Transaction Layer, (Requester ID) | fatal | Transaction Layer",
      })
  void busErrorsHaveAddressAndSeverity(String line, String severity, String reason) {
    KernelEvent event = event(line);

    assertThat(event.eventClass()).isEqualTo("aer");
    assertThat(event.texts())
        .containsEntry("pci_address", "0000:0f:00")
        .containsEntry("severity", severity)
        .containsEntry("reason", reason);
  }

  @Test
  void rootPortIsTheReporterNotTheDevice() {
    assertThat(event("pcieport 0000:0e:00.0: AER: Corrected error received: 0000:0f:00.0")
            .texts())
        .containsEntry("reporter_pci_address", "0000:0e:00");
  }

  @Test
  void errorStatusOfTheDeviceIsAWord() {
    assertThat(
            event("nvidia 0000:0f:00.0:   device [10de:2330] error status/mask=00100000/0000a000")
                .numbers())
        .containsEntry("error_status", 0x100000L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pcieport 0000:00:1c.0: pciehp: Slot(4): Link Down | link down",
        "pcieport 0000:00:1c.0: pciehp: Slot(4-1): Card not present | card not present",
        "pcieport 0000:00:1c.0: DPC: containment event, status:0x1f01 source:0x0000 | dpc containment event",
        "nvidia 0000:00:1c.0: 63.008 Gb/s available PCIe bandwidth, limited by 8.0 GT/s PCIe x8 link at 0000:00:1c.0 (capable of 126.016 Gb/s with 8.0 GT/s PCIe x16 link) | bandwidth limited",
        "nvidia 0000:00:1c.0: Unable to change power state from D3cold to D0, device inaccessible | device inaccessible",
      })
  void pcieLinkTroubleIsNamed(String line, String reason) {
    KernelEvent event = event(line);

    assertThat(event.eventClass()).isEqualTo("pcie_link");
    assertThat(event.texts())
        .containsEntry("reason", reason)
        .containsEntry("pci_address", "0000:00:1c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mce: [Hardware Error]: CPU 12: Machine Check: 0 Bank 7: 8c00004000010092 | machine check",
        "[Hardware Error]: CPU 2: Machine Check Exception: 5 Bank 7: be00000000800400 | machine check",
        "EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0 (channel:1 slot:0 page:0x1 offset:0x0) | edac",
        "{1}[Hardware Error]: event severity: corrected | firmware",
        "mce: [Hardware Error]: Machine check events logged | hardware error",
        "Memory failure: 0x7b4de5: recovery action for dirty LRU page: Recovered | memory failure",
      })
  void hardwareErrorsOfTheHostAreNamed(String line, String reason) {
    KernelEvent event = event(line);

    assertThat(event.eventClass()).isEqualTo("mce");
    assertThat(event.texts()).containsEntry("reason", reason);
  }

  @Test
  void machineCheckStatusKeepsAll64Bits() {
    KernelEvent event =
        event("[Hardware Error]: CPU 2: Machine Check Exception: 5 Bank 6: be00000000800400");

    assertThat(event.entity()).isEqualTo("cpu:2");
    assertThat(event.numbers())
        .containsEntry("error_status", 0xbe00000000800400L)
        .containsEntry("bank", 6L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Out of memory: Killed process 123, UID 48, (httpd). | killed | node | 123 | httpd",
        "Out of memory: Kill process 456 (python) score 50 or sacrifice child | killed | node | 456 | python",
        "Memory cgroup out of memory: Killed process 9 (a b) total-vm:2kB, anon-rss:3kB, file-rss:0kB, shmem-rss:0kB, UID:1000 pgtables:8kB oom_score_adj:0 | killed | cgroup | 9 | a b",
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,mems_allowed=0-1,oom_memcg=/a,task_memcg=/a/b,task=node,pid=863987,uid=0 | oom-kill | cgroup | 863987 | node",
        "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0-1,global_oom,task_memcg=/a/b,task=node,pid=863987,uid=0 | oom-kill | node | 863987 | node",
      })
  void memoryKillsNameTheProcess(
      String line, String reason, String severity, long pid, String process) {
    KernelEvent event = event(line);

    assertThat(event.eventClass()).isEqualTo("oom_kill");
    assertThat(event.texts())
        .containsEntry("reason", reason)
        .containsEntry("severity", severity)
        .containsEntry("process_name", process);
    assertThat(event.numbers()).containsEntry("pid", pid);
  }

  @Test
  void hungTaskMayHaveColonsInItsName() {
    KernelEvent event = event("INFO: task kworker/u64:2:1234 blocked for more than 120 seconds.");

    assertThat(event.eventClass()).isEqualTo("hung_task");
    assertThat(event.texts()).containsEntry("process_name", "kworker/u64:2");
    assertThat(event.numbers()).containsEntry("pid", 1234L).containsEntry("blocked_s", 120L);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "watchdog: BUG: soft lockup - CPU#3 stuck for 23s! [python3:1234] | soft lockup",
        "NMI watchdog: Watchdog detected hard LOCKUP on cpu 5 | hard lockup",
        "rcu: INFO: rcu_sched detected stalls on CPUs/tasks: | rcu stall",
        "rcu: INFO: rcu_preempt self-detected stall on CPU | rcu stall",
      })
  void stalledProcessorsAreNamed(String line, String reason) {
    KernelEvent event = event(line);

    assertThat(event.eventClass()).isEqualTo("cpu_stall");
    assertThat(event.texts()).containsEntry("reason", reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "mlx5_core 0000:5e:00.0 ens1f0np0: Link down | ens1f0np0 | down | -",
        "mlx5_core 0000:5e:00.0: ens1f0np0: Link up | ens1f0np0 | up | -",
        "e1000e: eth0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx | eth0 | up | 1000",
        "e1000e 0000:00:1f.6 eno1: NIC Link is Down | eno1 | down | -",
        "ice 0000:b1:00.0 ens7f0: NIC Link is up 100 Gbps Full Duplex, Requested FEC: RS-FEC | ens7f0 | up | 100000",
        "tg3 0000:02:00.0 eth0: Link is down | eth0 | down | -",
        "r8169 0000:03:00.0 enp3s0: Link is Up - 1Gbps/Full - flow control off | enp3s0 | up | 1000",
        "bnxt_en 0000:c1:00.0 enp193s0f0np0: NIC Link is Up, 25000 Mbps full duplex, Flow control: none | enp193s0f0np0 | up | 25000",
        "bond0: (slave eth0): link status definitely down, disabling slave | eth0 | down | -",
      })
  void networkLinksNameInterfaceAndState(
      String line, String interfaceName, String state, Long speed) {
    KernelEvent event = event(line);

    assertThat(event.eventClass()).isEqualTo("net_link");
    assertThat(event.entity()).isEqualTo("net:" + interfaceName);
    assertThat(event.texts()).containsEntry("reason", state);
    assertThat(event.numbers().get("speed_mbps")).isEqualTo(speed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NVRM: Xid error: xyz, invalid data",
        "app: the word Xid (PCI) alone is not an event",
        "NVRM: Xid (PCI:0000:0f:00): 94x, no code",
        "NVRM: GPU4 GSP RPC buffer contains function 103 (GSP_RM_ALLOC) and data 0x0000000000002081 0x4.",
        "nvidia-nvswitch2: open (major=510)",
        "IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready",
        "EDAC MC: Ver: 3.0.0",
        "EDAC sbridge: Seeking for: PCI ID 8086:2fa0",
        "ata1: SATA link up 6.0 Gbps (SStatus 133 SControl 300)",
        "nvidia-nvlink: Nvlink Core is being initialized, major device number 236",
        "clocksource: Long readout interval, skipping watchdog check: cs_nsec: 1584036171 wd_nsec: 1",
        "perf: interrupt took too long (2509 > 2500), lowering kernel.perf_event_max_sample_rate to 79500",
        "ACPI: bus type PCI registered",
        "",
      })
  void otherLinesAreNoEvents(String line) {
    assertThat(read(line)).isEmpty();
  }

  @Test
  void labelledLinesAreReadAsLabelled() throws Exception {
    Path labelled = DataSet.of("kernel_gpu_logs/open/xid_lines.jsonl");
    List<String> wrong = new ArrayList<>();
    int lines = 0;

    for (String json : Files.readAllLines(labelled, UTF_8)) {
      Json.Obj label = JsonReader.object(json.getBytes(UTF_8));
      String expected = label.text("kind").equals("OTHER")
          ? "gpu_lost"
          : "%s %s %s"
              .formatted(
                  label.text("kind").equals("XID") ? "xid" : "sxid",
                  label.text("pci").replaceFirst("\\.\\d$", ""),
                  label.integer("code"));
      String found = read(label.text("line")).map(KernelShapesTest::label).orElse("nothing");
      lines++;
      if (!found.equals(expected)) {
        wrong.add("%s: found %s, labelled %s".formatted(label.text("line"), found, expected));
      }
    }

    assertThat(wrong).isEmpty();
    assertThat(lines).isEqualTo(80);
  }

  private static String label(KernelEvent event) {
    return event.eventClass().equals("gpu_lost")
        ? "gpu_lost"
        : "%s %s %s"
            .formatted(
                event.eventClass(),
                event.texts().get("pci_address"),
                event.numbers().get("code"));
  }
}
