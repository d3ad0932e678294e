package io.esnode.source;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ports of InfiniBand and RoCE devices, see Documentation/ABI/stable/sysfs-class-infiniband. The files are those that stand as
 * sources in the registry. The specification counts data in units of 4 octets; a driver without some counter has no file, or
 * one that says {@code N/A (no PMA)}.
 */
final class InfinibandTree implements DeviceTree {
  private static final String SOURCE = "/sys/class/infiniband/*/ports/*/";
  private static final String FOUR_OCTETS = " (4 octets)";

  private final Path devices;
  private final List<Attributes.File> files = new ArrayList<>();

  InfinibandTree(Table infiniband, Path sys) {
    devices = sys.resolve("class/infiniband");
    for (int column = 0; column < infiniband.columns().size(); column++) {
      files.add(file(infiniband.columns().get(column), column));
    }
  }

  private static Attributes.File file(Metric metric, int column) {
    String source = metric.source().substring(SOURCE.length());
    String name = source.contains(" ") ? source.substring(0, source.indexOf(' ')) : source;
    RowParser parser = switch (name) {
      case "state", "phys_state" -> Attribute.numbered(name, column);
      case "rate" -> Attribute.rate(name, column);
      case "link_layer" ->
        Attribute.word(name, column, List.of("Unspecified", "InfiniBand", "Ethernet"));
      default ->
        Attribute.number(
            name.substring(name.indexOf('/') + 1), column, source.endsWith(FOUR_OCTETS) ? 4 : 1);
    };
    return new Attributes.File(name, parser);
  }

  @Override
  public List<Path> roots() {
    return List.of(devices);
  }

  @Override
  public String what() {
    return "InfiniBand or RoCE ports";
  }

  @Override
  public void find(Path entry, Finding into) throws IOException {
    for (Path port : Sysfs.list(entry.toRealPath().resolve("ports"))) {
      Attributes attributes =
          into.entity("ib:%s/%s".formatted(Sysfs.name(Sysfs.last(entry)), Sysfs.last(port)));
      files.forEach(file -> attributes.addIfThere(port, file));
    }
  }
}
