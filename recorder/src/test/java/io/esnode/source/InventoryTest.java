package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InventoryTest {
  @TempDir
  Path root;

  @Test
  void factsAreReadFromTheirFiles() throws IOException {
    FakeHost host = FakeHost.linux618(root);
    host.write("proc/sys/kernel/osrelease", "6.18.44\n");
    host.write("proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC @0\n");
    host.write("proc/sys/kernel/random/boot_id", "f9e757f8-f5ff-4e3b-9810-3df04b577194\n");
    host.write("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n");
    host.write("sys/class/ptp/ptp0/clock_name", "mlx5_ptp\n");
    host.write(
        "etc/os-release",
        "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
    host.write("sys/block/zram0/size", "0\n");
    host.write("sys/block/vda/device/model", "QEMU HARDDISK   \n");

    assertThat(Inventory.read(root))
        .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
            Map.entry("kernel.release", "6.18.44"),
            Map.entry("kernel.version", "#1 SMP PREEMPT_DYNAMIC @0"),
            Map.entry("boot.id", "f9e757f8-f5ff-4e3b-9810-3df04b577194"),
            Map.entry("clock.source", "tsc"),
            Map.entry("clock.ptp.ptp0", "mlx5_ptp"),
            Map.entry("os.name", "Debian GNU/Linux 12 (bookworm)"),
            Map.entry("cpu.model", "AMD EPYC"),
            Map.entry("cpu.count", "2"),
            Map.entry("memory.total_bytes", "25276502016"),
            Map.entry("machine.virtualization", "hypervisor"),
            Map.entry("disk.vda.model", "QEMU HARDDISK"),
            Map.entry("disk.vda.size_bytes", "274877906944"),
            Map.entry("disk.zram0.size_bytes", "0")));
  }

  @Test
  void emptyRootHasNoFacts() {
    assertThat(Inventory.read(root)).isEmpty();
  }

  @Test
  void nameOfTheSystemMayBeQuotedInEveryWay() {
    assertThat(Inventory.osName("PRETTY_NAME='Arch Linux'\n")).contains("Arch Linux");
    assertThat(Inventory.osName("PRETTY_NAME=Alpine\n")).contains("Alpine");
    assertThat(Inventory.osName("PRETTY_NAME=\"A \\\"B\\\" \\$C\"\n")).contains("A \"B\" $C");
    assertThat(Inventory.osName("PRETTY_NAME=\"\n")).contains("\"");
    assertThat(Inventory.osName("NAME=x\n")).isEmpty();
  }

  @Test
  void armHasNoModelButACount() {
    String cpuinfo =
        "processor\t: 0\nBogoMIPS\t: 2000.00\nCPU implementer\t: 0x41\n\nprocessor\t: 1\n";

    assertThat(Inventory.cpuModel(cpuinfo)).isEmpty();
    assertThat(Inventory.cpuCount(cpuinfo)).contains("2");
    assertThat(Inventory.virtualization(cpuinfo)).isEmpty();
  }

  @Test
  void sizeThatDoesNotFitIsNoFact() {
    assertThat(Inventory.diskBytes("18014398509481984")).isEmpty();
    assertThat(Inventory.diskBytes("x")).isEmpty();
  }
}
