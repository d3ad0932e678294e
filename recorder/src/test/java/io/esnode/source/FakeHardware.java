package io.esnode.source;

import java.io.IOException;
import java.util.Map;

/** Devices in the sysfs of a {@link FakeHost}, laid out as Linux 6.18 does. */
record FakeHardware(FakeHost host) {
  static final String GPU = "sys/devices/pci0000:15/0000:15:01.0/0000:16:00.0/0000:17:00.0";

  private static final Map<String, String> CORRECTABLE =
      Map.of("correctable", """
      RxErr 3
      BadTLP 1
      BadDLLP 2
      Rollover 0
      Timeout 4
      NonFatalErr 5
      CorrIntErr 0
      HeaderOF 0
      TOTAL_ERR_COR 15
      """, "nonfatal", """
      Undefined 0
      DLP 0
      CmpltTO 7
      TOTAL_ERR_NONFATAL 7
      """, "fatal", """
      Undefined 0
      DLP 1
      TOTAL_ERR_FATAL 1
      """);

  /** A GPU behind a switch behind a root port, a network controller, an NVMe and a sound controller. */
  void pci() throws IOException {
    pcie(GPU, "0x10de", "0x030200", "32.0 GT/s PCIe", "16");
    pcie(parent(GPU), "0x1000", "0x060400", "32.0 GT/s PCIe", "16");
    pcie(parent(parent(GPU)), "0x8086", "0x060400", "32.0 GT/s PCIe", "16");
    pcie("sys/devices/pci0000:15/0000:15:02.0", "0x8086", "0x060400", "32.0 GT/s PCIe", "16");
    pcie(
        "sys/devices/pci0000:37/0000:37:01.0/0000:38:00.0",
        "0x15b3",
        "0x020700",
        "16.0 GT/s PCIe",
        "8");
    pcie("sys/devices/pci0000:00/0000:00:1f.3", "0x8086", "0x040300", "Unknown", "0");
  }

  void pcie(String device, String vendor, String type, String speed, String width)
      throws IOException {
    String name = device.substring(device.lastIndexOf('/') + 1);
    host.write(device + "/vendor", vendor + "\n");
    host.write(device + "/class", type + "\n");
    host.write(device + "/current_link_speed", speed + "\n");
    host.write(device + "/current_link_width", width + "\n");
    host.write(device + "/max_link_speed", "32.0 GT/s PCIe\n");
    host.write(device + "/max_link_width", "16\n");
    host.write(device + "/power_state", "D0\n");
    host.write(device + "/power/runtime_status", "active\n");
    for (Map.Entry<String, String> errors : CORRECTABLE.entrySet()) {
      host.write(device + "/aer_dev_" + errors.getKey(), errors.getValue());
    }
    host.link("sys/bus/pci/devices/" + name, "../../../" + device.substring("sys/".length()));
  }

  /** A device goes as after Xid 79 and a removal: directory and link. */
  void unplug(String device) throws IOException {
    host.remove(device);
    host.delete("sys/bus/pci/devices/" + device.substring(device.lastIndexOf('/') + 1));
  }

  void edac() throws IOException {
    String mc = "sys/devices/system/edac/mc/mc0/";
    host.write(mc + "ce_count", "4\n");
    host.write(mc + "ue_count", "1\n");
    host.write(mc + "ce_noinfo_count", "0\n");
    host.write(mc + "ue_noinfo_count", "0\n");
    host.write(mc + "size_mb", "65536\n");
    host.write(mc + "csrow0/ce_count", "4\n");
    host.write(mc + "dimm0/dimm_ce_count", "4\n");
    host.write(mc + "dimm0/dimm_ue_count", "1\n");
    host.write(mc + "dimm0/size", "32768\n");
    host.write("sys/devices/system/edac/mc/uevent", "");
  }

  /** A processor with two cores of one label, an NVMe, a power meter without a device, and a thermal zone. */
  void sensors() throws IOException {
    String core = "sys/devices/platform/coretemp.0";
    chip("hwmon0", core, "coretemp");
    sensor(core + "/hwmon/hwmon0/", "temp1", "Package id 0", "61000");
    host.write(core + "/hwmon/hwmon0/temp1_max", "84000\n");
    host.write(core + "/hwmon/hwmon0/temp1_crit", "94000\n");
    host.write(core + "/hwmon/hwmon0/temp1_crit_alarm", "0\n");
    sensor(core + "/hwmon/hwmon0/", "temp2", "Core 0", "59000");
    sensor(core + "/hwmon/hwmon0/", "temp3", "Core 0", "60000");
    nvme("hwmon1");
    host.write("sys/devices/virtual/hwmon/hwmon2/name", "power_meter\n");
    host.write("sys/devices/virtual/hwmon/hwmon2/power1_average", "412000000\n");
    host.write("sys/devices/virtual/hwmon/hwmon2/fan1_input", "9000\n");
    host.write("sys/devices/virtual/hwmon/hwmon2/fan1_fault", "0\n");
    host.write("sys/devices/virtual/hwmon/hwmon2/in0_input", "12096\n");
    host.write("sys/devices/virtual/hwmon/hwmon2/curr1_input", "-20\n");
    host.link("sys/class/hwmon/hwmon2", "../../devices/virtual/hwmon/hwmon2");
    host.write("sys/devices/virtual/thermal/thermal_zone1/type", "acpitz\n");
    host.write("sys/devices/virtual/thermal/thermal_zone1/temp", "-44000\n");
    host.link("sys/class/thermal/thermal_zone1", "../../devices/virtual/thermal/thermal_zone1");
    host.write("sys/devices/virtual/thermal/cooling_device0/type", "Processor\n");
    host.link("sys/class/thermal/cooling_device0", "../../devices/virtual/thermal/cooling_device0");
  }

  void nvme(String number) throws IOException {
    String nvme = "sys/devices/pci0000:00/0000:00:02.1/0000:01:00.0/nvme/nvme0";
    host.write(nvme + "/" + number + "/name", "nvme\n");
    sensor(nvme + "/" + number + "/", "temp1", "Composite", "38850");
    host.link(nvme + "/" + number + "/device", "../../nvme0");
    host.link("sys/class/hwmon/" + number, "../../devices/" + nvme.substring(12) + "/" + number);
  }

  void unplugNvme(String number) throws IOException {
    host.remove("sys/devices/pci0000:00/0000:00:02.1/0000:01:00.0/nvme/nvme0/" + number);
    host.delete("sys/class/hwmon/" + number);
  }

  private void chip(String number, String device, String name) throws IOException {
    host.write(device + "/hwmon/" + number + "/name", name + "\n");
    host.link(device + "/hwmon/" + number + "/device", "../../../" + last(device));
    host.link(
        "sys/class/hwmon/" + number,
        "../../devices/" + device.substring("sys/devices/".length()) + "/hwmon/" + number);
  }

  private void sensor(String directory, String name, String label, String value)
      throws IOException {
    host.write(directory + name + "_label", label + "\n");
    host.write(directory + name + "_input", value + "\n");
  }

  void rapl() throws IOException {
    zone("intel-rapl/intel-rapl:0", "package-0");
    zone("intel-rapl/intel-rapl:0/intel-rapl:0:0", "dram");
    zone("intel-rapl-mmio/intel-rapl-mmio:0", "package-0");
    host.write("sys/devices/virtual/powercap/intel-rapl/enabled", "1\n");
    host.link("sys/class/powercap/intel-rapl", "../../devices/virtual/powercap/intel-rapl");
  }

  private void zone(String path, String name) throws IOException {
    String zone = "sys/devices/virtual/powercap/" + path;
    host.write(zone + "/name", name + "\n");
    host.write(zone + "/energy_uj", "240422366267\n");
    host.write(zone + "/max_energy_range_uj", "262143328850\n");
    host.link("sys/class/powercap/" + last(path), "../../devices/virtual/powercap/" + path);
  }

  /** A port of RoCE, with counters of the hardware, and one of InfiniBand, without. */
  void infiniband() throws IOException {
    String roce = port("mlx5_0", "Ethernet", "400 Gb/sec (4X NDR)");
    host.write(roce + "hw_counters/out_of_sequence", "12\n");
    host.write(roce + "hw_counters/lifespan", "10\n");
    port("mlx5_1", "InfiniBand", "2.5 Gb/sec (1X SDR)");
  }

  private String port(String device, String layer, String rate) throws IOException {
    String path = "pci0000:37/0000:37:01.0/0000:38:00.0/infiniband/" + device;
    String port = "sys/devices/" + path + "/ports/1/";
    host.write(port + "state", "4: ACTIVE\n");
    host.write(port + "phys_state", "5: LinkUp\n");
    host.write(port + "link_layer", layer + "\n");
    host.write(port + "rate", rate + "\n");
    host.write(port + "counters/port_xmit_data", "1000\n");
    host.write(port + "counters/symbol_error", "2\n");
    host.write(port + "counters/port_xmit_wait", "N/A (no PMA)\n");
    host.link("sys/class/infiniband/" + device, "../../devices/" + path);
    return port;
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
