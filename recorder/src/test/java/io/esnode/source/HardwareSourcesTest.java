package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.esnode.dataset.DataSet;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HardwareSourcesTest {
  private static final String LIMITS =
      "Max open files            524288               524288               files     \n";

  private static final String GPU = "pci:0000:17:00.0";

  @TempDir
  Path root;

  private FakeHost host;
  private FakeHardware hardware;
  private Sources sources;

  @BeforeEach
  void open() throws IOException {
    host = new FakeHost(root);
    host.write("proc/self/limits", LIMITS);
    hardware = new FakeHardware(host);
    sources = host.open();
  }

  @AfterEach
  void close() {
    sources.close();
    sources.tiers().forEach(tier -> tier.sources().forEach(Source::close));
  }

  private Source sampled(String table) {
    Source source = FakeHost.slow(sources, table);
    source.sample();
    return source;
  }

  private static Map<String, Long> cells(Source source, String entity) {
    return Cells.of(source.rows()).getOrDefault(entity, Map.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pcie", "edac", "sensor", "energy", "infiniband"})
  void hostWithoutSuchDevicesSaysSoOnce(String table) {
    Source source = sampled(table);
    List<Failure> failures = source.failures();

    source.sample();

    assertThat(source.rows()).isEmpty();
    assertThat(failures)
        .singleElement()
        .satisfies(f -> assertThat(f.entity()).isEqualTo("node"))
        .satisfies(f -> assertThat(f.metric()).isEqualTo(table))
        .satisfies(f -> assertThat(f.reason()).endsWith(": no such file"));
    assertThat(source.failures()).isSameAs(failures);
  }

  @Test
  void driverThatIsLoadedLaterIsFound() throws IOException {
    Source edac = sampled("edac");
    hardware.edac();

    edac.sample();

    assertThat(cells(edac, "edac:mc0")).containsEntry("ce_count", 4L);
    assertThat(edac.failures()).isEmpty();
  }

  @Test
  void gpuWhatIsAboveItAndNetworkControllerAreRecorded() throws IOException {
    hardware.pci();

    Source pcie = sampled("pcie");

    assertThat(pcie.rows())
        .extracting(Row::entity)
        .containsExactly("pci:0000:15:01.0", "pci:0000:16:00.0", GPU, "pci:0000:38:00.0");
    assertThat(cells(pcie, GPU))
        .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
            Map.entry("link_speed_mt_per_s", 32000L),
            Map.entry("link_width", 16L),
            Map.entry("max_link_speed_mt_per_s", 32000L),
            Map.entry("max_link_width", 16L),
            Map.entry("power_state", 0L),
            Map.entry("runtime_status", 0L),
            Map.entry("aer_correctable_count", 15L),
            Map.entry("aer_rx_err_count", 3L),
            Map.entry("aer_bad_tlp_count", 1L),
            Map.entry("aer_bad_dllp_count", 2L),
            Map.entry("aer_rollover_count", 0L),
            Map.entry("aer_timeout_count", 4L),
            Map.entry("aer_nonfatal_err_count", 5L),
            Map.entry("aer_nonfatal_count", 7L),
            Map.entry("aer_fatal_count", 1L)));
    assertThat(pcie.failures()).isEmpty();
  }

  @Test
  void linkOfASuspendedDeviceIsNotRead() throws IOException {
    hardware.pci();
    host.write(FakeHardware.GPU + "/power/runtime_status", "suspended\n");
    host.write(FakeHardware.GPU + "/power_state", "D3cold\n");

    Source pcie = sampled("pcie");

    assertThat(cells(pcie, GPU))
        .containsEntry("runtime_status", 2L)
        .containsEntry("power_state", 4L)
        .containsEntry("aer_correctable_count", 15L)
        .doesNotContainKeys("link_speed_mt_per_s", "link_width", "max_link_width");
    assertThat(pcie.failures())
        .hasSize(4)
        .allSatisfy(f -> assertThat(f.entity()).isEqualTo(GPU))
        .extracting(Failure::reason)
        .containsOnly(
            "not read: power/runtime_status does not say active, and reading could wake the device");
  }

  @Test
  void linkIsReadAgainWhenTheDeviceIsAwake() throws IOException {
    hardware.pci();
    host.write(FakeHardware.GPU + "/power/runtime_status", "suspended\n");
    Source pcie = sampled("pcie");
    List<Row> rows = pcie.rows();
    host.write(FakeHardware.GPU + "/power/runtime_status", "active\n");

    pcie.sample();

    assertThat(cells(pcie, GPU)).containsEntry("link_width", 16L);
    assertThat(pcie.rows()).isSameAs(rows);
    assertThat(pcie.failures()).isEmpty();
  }

  @Test
  void gpuThatFallsOffTheBusAndComesBack() throws IOException {
    hardware.pci();
    Source pcie = sampled("pcie");
    hardware.unplug(FakeHardware.GPU);

    pcie.sample();

    assertThat(pcie.rows())
        .extracting(Row::entity)
        .containsExactly("pci:0000:15:01.0", "pci:0000:16:00.0", "pci:0000:38:00.0");
    assertThat(pcie.failures())
        .containsExactly(new Failure(GPU, "pcie", "gone: it was there before"));

    hardware.pcie(FakeHardware.GPU, "0x10de", "0x030200", "8.0 GT/s PCIe", "8");
    pcie.sample();

    assertThat(cells(pcie, GPU)).containsEntry("link_speed_mt_per_s", 8000L);
    assertThat(pcie.failures()).isEmpty();
  }

  @Test
  void gpuThatDoesNotAnswerHasNoLink() throws IOException {
    hardware.pci();
    host.write(FakeHardware.GPU + "/current_link_speed", "Unknown\n");
    host.write(FakeHardware.GPU + "/current_link_width", "63\n");

    assertThat(sampled("pcie").failures())
        .containsExactly(
            new Failure(
                GPU, "pcie.link_speed_mt_per_s", "current_link_speed: not a decimal number"),
            new Failure(GPU, "pcie.link_width", "current_link_width: not the width of a link"));
  }

  @Test
  void virtualFunctionIsLeftOut() throws IOException {
    String function = "sys/devices/pci0000:37/0000:37:01.0/0000:38:00.1";
    hardware.pci();
    hardware.pcie(function, "0x15b3", "0x020000", "Unknown", "0");
    host.link(function + "/physfn", "../0000:38:00.0");

    assertThat(sampled("pcie").rows()).extracting(Row::entity).doesNotContain("pci:0000:38:00.1");
  }

  @Test
  void whatAGuestDoesNotSeeIsNamedOnceForAllDevices() throws IOException {
    hardware.pcie(FakeHardware.GPU, "0x10de", "0x030200", "32.0 GT/s PCIe", "16");
    for (String severity : List.of("correctable", "nonfatal", "fatal")) {
      host.delete(FakeHardware.GPU + "/aer_dev_" + severity);
    }

    assertThat(sampled("pcie").failures())
        .hasSize(9)
        .contains(new Failure(
            "node",
            "pcie.aer_fatal_count",
            "this kernel does not offer /sys/bus/pci/devices/*/aer_dev_fatal TOTAL_ERR_FATAL"));
  }

  @Test
  void rowsStayTheSameWhileTheTreeDoes() throws IOException {
    hardware.pci();
    Source pcie = sampled("pcie");
    List<Row> rows = pcie.rows();
    List<Failure> failures = pcie.failures();
    pcie.sample();

    pcie.sample();

    assertThat(pcie.rows()).isSameAs(rows);
    assertThat(pcie.failures()).isSameAs(failures);
  }

  @Test
  void memoryControllerAndModulesHaveRows() throws IOException {
    hardware.edac();

    Source edac = sampled("edac");

    assertThat(Cells.of(edac.rows()))
        .containsOnlyKeys("edac:mc0", "edac:mc0/dimm0")
        .containsEntry(
            "edac:mc0/dimm0", Map.of("ce_count", 4L, "ue_count", 1L, "size_bytes", 32L << 30));
    assertThat(cells(edac, "edac:mc0"))
        .containsEntry("ce_noinfo_count", 0L)
        .containsEntry("size_bytes", 64L << 30);
    assertThat(edac.failures()).isEmpty();
  }

  @Test
  void oldKernelHasRowsOfChips() throws IOException {
    hardware.edac();
    host.remove("sys/devices/system/edac/mc/mc0/dimm0");
    host.write("sys/devices/system/edac/mc/mc0/csrow0/ue_count", "0\n");
    host.write("sys/devices/system/edac/mc/mc0/csrow0/size_mb", "1024\n");

    assertThat(cells(sampled("edac"), "edac:mc0/csrow0"))
        .isEqualTo(Map.of("ce_count", 4L, "ue_count", 0L, "size_bytes", 1L << 30));
  }

  @Test
  void sensorsAreNamedByChipDeviceAndLabel() throws IOException {
    hardware.sensors();

    Source sensor = sampled("sensor");

    assertThat(Cells.of(sensor.rows()))
        .isEqualTo(Map.ofEntries(
            Map.entry(
                "sensor:hwmon:coretemp-coretemp.0/Package id 0",
                Map.of(
                    "temperature_mc",
                    61000L,
                    "temperature_max_mc",
                    84000L,
                    "temperature_crit_mc",
                    94000L,
                    "crit_alarm",
                    0L)),
            Map.entry(
                "sensor:hwmon:coretemp-coretemp.0/Core 0:temp2", Map.of("temperature_mc", 59000L)),
            Map.entry(
                "sensor:hwmon:coretemp-coretemp.0/Core 0:temp3", Map.of("temperature_mc", 60000L)),
            Map.entry("sensor:hwmon:nvme-nvme0/Composite", Map.of("temperature_mc", 38850L)),
            Map.entry("sensor:hwmon:power_meter/power1", Map.of("power_uw", 412_000_000L)),
            Map.entry("sensor:hwmon:power_meter/fan1", Map.of("fan_rpm", 9000L, "fault", 0L)),
            Map.entry("sensor:hwmon:power_meter/in0", Map.of("voltage_mv", 12096L)),
            Map.entry("sensor:hwmon:power_meter/curr1", Map.of("current_ma", -20L)),
            Map.entry("sensor:thermal_zone:acpitz/1", Map.of("temperature_mc", -44000L))));
    assertThat(sensor.failures()).isEmpty();
  }

  @Test
  void chipKeepsItsNameUnderAnotherNumber() throws IOException {
    hardware.sensors();
    Source sensor = sampled("sensor");
    hardware.unplugNvme("hwmon1");
    hardware.nvme("hwmon7");

    sensor.sample();

    assertThat(cells(sensor, "sensor:hwmon:nvme-nvme0/Composite"))
        .containsEntry("temperature_mc", 38850L);
    assertThat(sensor.failures()).isEmpty();
  }

  @Test
  void sensorThatFailsSaysWhyAndTheOthersGoOn() throws IOException {
    hardware.sensors();
    Source sensor = sampled("sensor");
    host.write("sys/devices/virtual/hwmon/hwmon2/fan1_input", "");

    sensor.sample();

    assertThat(sensor.failures())
        .containsExactly(
            new Failure("sensor:hwmon:power_meter/fan1", "sensor.fan_rpm", "fan1_input: empty"));
    assertThat(cells(sensor, "sensor:hwmon:power_meter/in0")).isNotEmpty();
  }

  @Test
  void labelOfAnyBytesIsAName() throws IOException {
    host.write("sys/class/hwmon/hwmon0/name", "bmc\n");
    host.write("sys/class/hwmon/hwmon0/temp1_input", "1\n");
    host.write("sys/class/hwmon/hwmon0/temp1_label", new byte[] {'a', 27, (byte) 0xff, 'b'});

    assertThat(sampled("sensor").rows())
        .extracting(Row::entity)
        .containsExactly("sensor:hwmon:bmc/a??b");
  }

  @Test
  void sensorsBeyondTheLimitAreNamed() throws IOException {
    host.write("sys/class/hwmon/hwmon0/name", "bmc\n");
    for (int i = 1; i <= 258; i++) {
      host.write("sys/class/hwmon/hwmon0/in%d_input".formatted(i), "1000\n");
    }

    Source sensor = sampled("sensor");

    assertThat(sensor.rows()).hasSize(256);
    assertThat(sensor.failures())
        .extracting(Failure::entity, Failure::reason)
        .contains(tuple(
            "sensor:hwmon:bmc/in99",
            "not read: there are more than 256 sensors of hwmon and thermal zones"))
        .hasSize(3);
  }

  @Test
  void energyOfPackagesAndWhatIsInThem() throws IOException {
    hardware.rapl();

    Source energy = sampled("energy");

    assertThat(energy.rows())
        .extracting(Row::entity)
        .containsExactly("rapl-mmio:package-0", "rapl:package-0", "rapl:package-0/dram");
    assertThat(cells(energy, "rapl:package-0/dram"))
        .isEqualTo(Map.of("energy_uj", 240_422_366_267L, "max_energy_range_uj", 262_143_328_850L));
  }

  @Test
  void energyThatOnlyRootMayReadIsOneFailure() throws IOException {
    hardware.rapl();
    try (var files = Files.walk(root.resolve("sys/devices/virtual/powercap"))) {
      for (Path file : files.filter(f -> f.endsWith("energy_uj")).toList()) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        assumeThat(Files.isReadable(file)).as("root may read everything").isFalse();
      }
    }

    assertThat(sampled("energy").failures())
        .containsExactly(new Failure("node", "energy.energy_uj", "energy_uj: permission denied"));
  }

  @Test
  void portsOfInfinibandAndRoce() throws IOException {
    hardware.infiniband();

    Source infiniband = sampled("infiniband");

    assertThat(cells(infiniband, "ib:mlx5_0/1"))
        .isEqualTo(Map.of(
            "state", 4L,
            "phys_state", 5L,
            "link_layer", 2L,
            "rate_mbps", 400_000L,
            "xmit_data_bytes", 4000L,
            "symbol_errors_count", 2L,
            "out_of_sequence_count", 12L));
    assertThat(cells(infiniband, "ib:mlx5_1/1"))
        .containsEntry("link_layer", 1L)
        .containsEntry("rate_mbps", 2500L);
    assertThat(infiniband.failures())
        .contains(
            new Failure(
                "node", "infiniband.xmit_wait_count", "port_xmit_wait: not a decimal number"),
            new Failure(
                "ib:mlx5_1/1",
                "infiniband.out_of_sequence_count",
                "this kernel does not offer /sys/class/infiniband/*/ports/*/hw_counters/out_of_sequence"));
  }

  /** Three machines that others wrote down; README.md of the data set says who. */
  @Test
  void publishedTreesAreRead() throws IOException {
    DataSet.unpackProcfs("sys", root.resolve("sys"));
    host.link(
        "sys/class/hwmon/hwmon3",
        "../../devices/pci0000:00/0000:00:02.1/0000:01:00.0/nvme/nvme0/hwmon3");

    assertThat(Cells.of(sampled("pcie").rows()))
        .containsOnlyKeys("pci:0000:01:00.0", "pci:0000:a2:00.0")
        .hasEntrySatisfying(
            "pci:0000:01:00.0",
            nvme -> assertThat(nvme).hasSize(15).containsEntry("link_speed_mt_per_s", 8000L));
    assertThat(Cells.of(sampled("energy").rows()))
        .containsOnlyKeys("rapl:package-0", "rapl:package-0/core", "rapl:package-10")
        .containsEntry(
            "rapl:package-0/core",
            Map.of("energy_uj", 118_821_284_256L, "max_energy_range_uj", 262_143_328_850L));
    assertThat(Cells.of(sampled("sensor").rows()))
        .containsOnlyKeys(
            "sensor:hwmon:nvme-nvme0/Composite",
            "sensor:hwmon:nvme-nvme0/Sensor 1",
            "sensor:hwmon:nvme-nvme0/Sensor 2",
            "sensor:hwmon:nvme-nvme0/Sensor 8",
            "sensor:thermal_zone:acpitz/1",
            "sensor:thermal_zone:bcm2835_thermal/0");
    assertThat(Cells.of(sampled("infiniband").rows()))
        .containsOnlyKeys("ib:hfi1_0/1", "ib:mlx4_0/1", "ib:mlx4_0/2", "ib:mlx5_0/1")
        .hasEntrySatisfying(
            "ib:hfi1_0/1",
            port -> assertThat(port)
                .containsEntry("rate_mbps", 100_000L)
                .containsEntry("xmit_data_bytes", 4 * 273_558_326_543L))
        .hasEntrySatisfying(
            "ib:mlx5_0/1", port -> assertThat(port).containsKey("rx_write_requests_count"));
  }

  @Test
  void filesStayOpenAndAreClosedAtTheEnd() throws IOException {
    UnixOperatingSystemMXBean system =
        (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    hardware.pci();
    hardware.infiniband();
    hardware.sensors();
    long before = system.getOpenFileDescriptorCount();
    List<Source> opened =
        List.of(sampled("pcie"), sampled("infiniband"), sampled("sensor"), sampled("pcie"));
    long open = system.getOpenFileDescriptorCount();

    opened.forEach(Source::sample);

    assertThat(open).isGreaterThan(before);
    assertThat(system.getOpenFileDescriptorCount()).isEqualTo(open);
    opened.forEach(Source::close);
    assertThat(system.getOpenFileDescriptorCount()).isEqualTo(before);
  }

  @Test
  void filesAreClosedAfterEachSampleWhereFewMayBeOpen() throws IOException {
    host.replace("proc/self/limits", "524288 ", "1024 ");
    close();
    sources = host.open();
    UnixOperatingSystemMXBean system =
        (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    hardware.pci();
    long before = system.getOpenFileDescriptorCount();

    Source pcie = sampled("pcie");
    pcie.sample();

    assertThat(cells(pcie, GPU)).hasSize(15);
    assertThat(system.getOpenFileDescriptorCount()).isEqualTo(before);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisMachineCanBeRead() {
    Sources real = Sources.host(Path.of("/proc"), Path.of("/sys"));

    for (String table : List.of("pcie", "edac", "sensor", "energy", "infiniband")) {
      Source source = FakeHost.slow(real, table);
      source.sample();
      assertThat(source.rows().isEmpty() && source.failures().isEmpty())
          .as(table)
          .isFalse();
      source.close();
    }
    real.close();
  }
}
