package io.esnode.source;

import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * PCI Express devices that matter to GPUs: NVIDIA's GPUs and NVSwitches, network and NVMe controllers, and the bridges above
 * GPUs, which stay when the GPU has gone. A virtual function has no link of its own and is left out.
 *
 * <p>Files of the link read the device's configuration space, which wakes a suspended device or, in D3cold, reads as all ones.
 * They are read only while {@code power/runtime_status} is {@code active}, or where there is no such file because nothing
 * suspends the device; between the two readings it may still be suspended. The counters of AER and both states are in the
 * kernel's memory.
 */
final class PcieTree implements DeviceTree {
  private static final Pattern ADDRESS =
      Pattern.compile("[0-9a-fA-F]{4,8}:[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7]");

  private static final String NVIDIA = "0x10de";
  private static final String NOT_ACTIVE =
      "not read: power/runtime_status does not say active, and reading could wake the device";

  private final Path devices;
  private final Attributes.Condition active;
  private final RowParser powerState;
  private final RowParser runtimeStatus;
  private final List<Attributes.File> link;
  private final List<Attributes.File> errors;
  private final Set<String> bridges = new HashSet<>();

  PcieTree(Table pcie, Path sys) {
    devices = sys.resolve("bus/pci/devices");
    int status = pcie.indexOf("runtime_status");
    active = new Attributes.Condition(status, 0, NOT_ACTIVE);
    powerState = Attribute.word(
        "power_state", pcie.indexOf("power_state"), List.of("D0", "D1", "D2", "D3hot", "D3cold"));
    runtimeStatus = Attribute.word(
        "runtime_status", status, List.of("active", "resuming", "suspended", "suspending"));
    link = List.of(
        speed(pcie, "current_link_speed", "link_speed_mt_per_s"),
        width(pcie, "current_link_width", "link_width"),
        speed(pcie, "max_link_speed", "max_link_speed_mt_per_s"),
        width(pcie, "max_link_width", "max_link_width"));
    errors = List.of(
        counters(pcie, "aer_dev_correctable"),
        counters(pcie, "aer_dev_nonfatal"),
        counters(pcie, "aer_dev_fatal"));
  }

  private static Attributes.File speed(Table pcie, String file, String column) {
    return new Attributes.File(file, Attribute.linkSpeed(file, pcie.indexOf(column)));
  }

  private static Attributes.File width(Table pcie, String file, String column) {
    return new Attributes.File(file, Attribute.width(file, pcie.indexOf(column)));
  }

  private static Attributes.File counters(Table pcie, String file) {
    return new Attributes.File(file, KeyedLines.of(pcie, "/sys/bus/pci/devices/*/" + file, " "));
  }

  @Override
  public List<Path> roots() {
    return List.of(devices);
  }

  @Override
  public String what() {
    return "PCI Express devices that are a GPU, an NVSwitch, a network or NVMe controller, or a bridge above a GPU";
  }

  @Override
  public void find(Path entry, Finding into) throws IOException {
    String type = Sysfs.line(entry.resolve("class"));
    boolean nvidia = Sysfs.line(entry.resolve("vendor")).equals(NVIDIA);
    boolean gpu = nvidia && type.startsWith("0x03");
    boolean recorded = gpu
        || type.startsWith("0x02")
        || type.startsWith("0x0108")
        || bridges.contains(Sysfs.last(entry))
        || (nvidia && type.startsWith("0x0680"));
    if (!recorded || Files.exists(entry.resolve("physfn"))) {
      return;
    }
    Path device = entry.toRealPath();
    add(device, into);
    Path above = device.getParent();
    while (gpu && above != null && ADDRESS.matcher(Sysfs.last(above)).matches()) {
      add(above, into);
      bridges.add(Sysfs.last(above));
      above = above.getParent();
    }
  }

  private void add(Path device, Finding into) {
    String entity = "pci:" + Sysfs.last(device).toLowerCase(Locale.ROOT);
    if (into.has(entity) || !Files.exists(device.resolve("current_link_speed"))) {
      return;
    }
    Attributes attributes = into.entity(entity);
    attributes.addIfThere(device, new Attributes.File("power_state", powerState));
    Path status = device.resolve("power/runtime_status");
    boolean suspends = Files.exists(status);
    if (suspends) {
      attributes.add(status, runtimeStatus);
    }
    for (Attributes.File file : link) {
      attributes.add(device.resolve(file.name()), file.parser(), suspends ? active : null);
    }
    errors.forEach(file -> attributes.addIfThere(device, file));
  }
}
