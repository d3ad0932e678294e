package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.wire.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PciDevicesTest {
  private static final String[] TWO_GPUS = {"gpu 1 name Test"};

  @TempDir
  private Path root;

  private void device(String address, String vendor, String type, String status)
      throws IOException {
    Path device = Files.createDirectories(root.resolve("sys/bus/pci/devices").resolve(address));
    Files.writeString(device.resolve("vendor"), vendor + "\n");
    Files.writeString(device.resolve("class"), type + "\n");
    Files.createDirectories(device.resolve("power"));
    Files.writeString(device.resolve("power/runtime_status"), status + "\n");
  }

  private void bound(String address, String uuid) throws IOException {
    Path gpu = Files.createDirectories(root.resolve("proc/driver/nvidia/gpus").resolve(address));
    Files.writeString(
        gpu.resolve("information"),
        "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 16\nGPU UUID: \t %s\nBus Location: \t %s\n"
            .formatted(uuid, address));
  }

  private void twoGpus(String secondStatus) throws IOException {
    device("0000:01:00.0", "0x10de", "0x030200", "active");
    device("0000:02:00.0", "0x10de", "0x030200", secondStatus);
    bound("0000:01:00.0", "GPU-00000000-0000-0000-0000-000000000000");
    bound("0000:02:00.0", "GPU-00000000-0000-0000-0000-000000000001");
  }

  @Test
  void nvidiaDisplayDevicesAreGpus() throws IOException {
    device("0000:01:00.0", "0x10de", "0x030200", "active");
    device("0000:01:00.1", "0x10de", "0x040300", "active");
    device("0000:03:00.0", "0x1002", "0x030000", "active");

    assertThat(new PciDevices(root).gpus()).containsExactly("0000:01:00.0");
  }

  @Test
  void versionsAreReadFromTheirTexts() {
    assertThat(
            PciDevices.driverVersion(
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.163.01  Thu Mar 13 2025\nGCC version: 12.2.0"))
        .isEqualTo("550.163.01");
    assertThat(PciDevices.driverVersion(
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  595.45.04  Release Build"))
        .isEqualTo("595.45.04");
    assertThat(PciDevices.driverVersion("GCC version: 12.2.0\n")).isEmpty();
    assertThat(PciDevices.driverVersion("")).isEmpty();
    assertThat(PciDevices.libraryVersion("/usr/lib/libnvidia-ml.so.550.163.01"))
        .isEqualTo("550.163.01");
    assertThat(PciDevices.libraryVersion("/usr/lib/libnvidia-ml.so.1")).isEmpty();
  }

  @Test
  void uuidThatTheDriverDoesNotKnowYetIsNone() {
    assertThat(PciDevices.uuid("GPU UUID: \t GPU-????????-????-????-????-????????????\n"))
        .isEmpty();
    assertThat(PciDevices.uuid("GPU UUID:\tGPU-00000000-0000-0000-0000-000000000001\n"))
        .isEqualTo("GPU-00000000-0000-0000-0000-000000000001");
  }

  @Test
  void sleepingGpuIsNotWokenUntilItWakes() throws IOException {
    twoGpus("suspended");
    Captured captured = Captured.played(1204, root, TWO_GPUS);
    captured.start();
    captured.tick(0);
    device("0000:02:00.0", "0x10de", "0x030200", "active");
    for (int tick = 1; tick < 70; tick++) {
      captured.tick(tick);
    }

    assertThat(captured.notes("gap")).singleElement().satisfies(note -> {
      assertThat(note.entity()).isEqualTo("gpu:pci:0000:02:00.0");
      assertThat(note.texts().get("reason"))
          .isEqualTo("power/runtime_status is suspended; not woken");
    });
    assertThat(captured.rows("gpu", "gpu:GPU-00000000-0000-0000-0000-000000000000"))
        .hasSize(70);
    assertThat(captured.rows("gpu", "gpu:GPU-00000000-0000-0000-0000-000000000001"))
        .isNotEmpty()
        .allMatch(row -> row.tick() >= 60);
  }

  @Test
  void gpuThatIsLeftOutIsNotOpened() throws IOException {
    twoGpus("active");
    Captured captured = Captured.played(
            1204,
            Captured.options(root, Set.of("GPU-00000000-0000-0000-0000-000000000000")),
            TWO_GPUS)
        .run(2);

    assertThat(captured.all(Message.Gpu.class))
        .extracting(Message.Gpu::entity)
        .containsExactly("gpu:GPU-00000000-0000-0000-0000-000000000001");
    assertThat(captured.notes("gap")).isEmpty();
  }

  @Test
  void gpuIsLeftOutWithoutProcToo() throws IOException {
    Captured captured = Captured.played(
            1204,
            Captured.options(root, Set.of("GPU-00000000-0000-0000-0000-000000000000")),
            TWO_GPUS)
        .run(2);

    assertThat(captured.all(Message.Gpu.class)).hasSize(1);
  }

  @Test
  void gpuThatNvmlDoesNotListIsMissing() throws IOException {
    twoGpus("active");
    device("0000:03:00.0", "0x10de", "0x030200", "active");

    List<Message.Note> gaps = Captured.played(1204, root, TWO_GPUS).run(1).notes("gap");

    assertThat(gaps).singleElement().satisfies(note -> {
      assertThat(note.entity()).isEqualTo("gpu:pci:0000:03:00.0");
      assertThat(note.texts())
          .containsEntry("metric", "gpu")
          .containsEntry("reason", "listed in /sys/bus/pci/devices, not by NVML");
    });
  }

  @Test
  void processHasItsStartTime() throws IOException {
    Path process = Files.createDirectories(root.resolve("proc/4321"));
    Files.writeString(
        process.resolve("stat"),
        "4321 (a b) c) S 1 4321 4321 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 200\n");

    Captured captured =
        Captured.played(1204, root, "proc 0 60000 0 4321 1048576 40").run(1);

    assertThat(captured.rows("gpu_process"))
        .singleElement()
        .satisfies(row -> assertThat(row.entity())
            .isEqualTo("gpu:GPU-00000000-0000-0000-0000-000000000000/pid:4321@987654"));
  }
}
