package io.esnode.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.doctor.Check.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverChecksTest {
  @TempDir
  Path root;

  private Tree tree;

  @BeforeEach
  void machine() {
    tree = new Tree(root);
  }

  private List<Check> checks() {
    return new DriverChecks(tree.machine()).all();
  }

  private Check check(String item) {
    return checks().stream().filter(c -> c.item().equals(item)).findFirst().orElseThrow();
  }

  @Test
  void machineWithoutGpuHasNothingToComplainAbout() {
    assertThat(checks()).extracting(Check::state).containsExactly(State.ABSENT);
    assertThat(new DriverChecks(tree.machine()).hasGpu()).isFalse();
  }

  @Test
  void gpuWithItsDriverIsWell() throws Exception {
    tree.gpu("0000:0f:00.0", "nvidia").driver("550.163.01").library("550.163.01");

    assertThat(checks()).extracting(Check::state).containsOnly(State.OK);
    assertThat(check("nvidia driver").found()).isEqualTo("550.163.01");
    assertThat(check("nvml library").found())
        .isEqualTo("/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1");
  }

  @Test
  void otherNvidiaDevicesAreNoGpus() throws Exception {
    tree.with("sys/bus/pci/devices/0000:0f:00.1/vendor", "0x10de\n")
        .with("sys/bus/pci/devices/0000:0f:00.1/class", "0x040300\n");

    assertThat(new DriverChecks(tree.machine()).hasGpu()).isFalse();
  }

  @Test
  void gpuOfAnotherDriverIsNamed() throws Exception {
    tree.gpu("0000:0f:00.0", "vfio-pci");

    Check gpu = check("gpu");
    assertThat(gpu.state()).isEqualTo(State.BLOCKED);
    assertThat(gpu.found()).contains("0000:0f:00.0: vfio-pci");
    assertThat(gpu.remedy()).contains("virtual machine");
    assertThat(check("nvidia driver").remedy()).isEqualTo("modprobe nvidia");
  }

  @Test
  void sleepingGpuIsNotedBeforeARecordingWakesIt() throws Exception {
    tree.gpu("0000:0f:00.0", "nvidia").driver("550.1.2").library("550.1.2");
    tree.with("sys/bus/pci/devices/0000:0f:00.0/power/runtime_status", "suspended\n");

    assertThat(check("gpu").state()).isEqualTo(State.NOTE);
    assertThat(check("gpu").found()).contains("0000:0f:00.0");
  }

  @Test
  void libraryOfAnotherVersionIsFoundBeforeNvmlRefuses() throws Exception {
    tree.gpu("0000:0f:00.0", "nvidia").driver("535.104.05").library("550.163.01");

    assertThat(check("versions").state()).isEqualTo(State.BLOCKED);
    assertThat(check("versions").found())
        .isEqualTo("driver 535.104.05, library 550.163.01: NVML will refuse (18)");
  }

  @Test
  void containerWithoutTheDevicesNamesTheFlag() throws Exception {
    tree.gpu("0000:0f:00.0", "nvidia").driver("550.1.2");
    Files.delete(root.resolve("dev/nvidia0"));

    assertThat(check("device files").remedy()).contains("--gpus all");
    assertThat(check("nvml library").remedy()).contains("--gpus all");
  }

  @Test
  void libraryMayBeWhereTheLoaderLooksFirst() throws Exception {
    tree.gpu("0000:0f:00.0", "nvidia").driver("550.1.2").with("opt/nv/libnvidia-ml.so.1", "");
    Machine machine = new Machine(root, Map.of("LD_LIBRARY_PATH", "relative::/opt/nv"));

    assertThat(new DriverChecks(machine).all())
        .anyMatch(c -> c.found().equals("/opt/nv/libnvidia-ml.so.1"));
  }
}
