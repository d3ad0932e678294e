package io.esnode.source;

import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Power zones of RAPL, see Documentation/power/powercap/powercap.rst; AMD's processors have them under Intel's name. A zone is
 * named by the kernel's names of itself and the zone it is part of; what the processor says over MMIO is a zone of its own.
 */
final class PowercapTree implements DeviceTree {
  private static final Pattern ZONE =
      Pattern.compile("intel-(rapl|rapl-mmio):([0-9a-z]+)(:[0-9a-z]+)?");

  private final Path zones;
  private final int energy;
  private final int range;

  PowercapTree(Table table, Path sys) {
    zones = sys.resolve("class/powercap");
    energy = table.indexOf("energy_uj");
    range = table.indexOf("max_energy_range_uj");
  }

  @Override
  public List<Path> roots() {
    return List.of(zones);
  }

  @Override
  public String what() {
    return "power zones of RAPL";
  }

  @Override
  public void find(Path entry, Finding into) throws IOException {
    Matcher zone = ZONE.matcher(Sysfs.last(entry));
    if (!zone.matches()) {
      return;
    }
    String name = Sysfs.line(entry.resolve("name"));
    if (zone.group(3) != null) {
      String above = "intel-%s:%s/name".formatted(zone.group(1), zone.group(2));
      name = Sysfs.line(zones.resolve(above)) + "/" + name;
    }
    Path directory = entry.toRealPath();
    Attributes attributes = into.entity(zone.group(1) + ":" + Sysfs.name(name));
    attributes.add(directory.resolve("energy_uj"), Attribute.number("energy_uj", energy));
    attributes.once(
        directory.resolve("max_energy_range_uj"), Attribute.number("max_energy_range_uj", range));
  }
}
