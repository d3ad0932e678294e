package io.esnode.source;

import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Memory controllers and their modules, see drivers/edac/edac_mc_sysfs.c. A kernel that knows no modules ({@code dimm} or
 * {@code rank}) has rows of chips, {@code csrow}.
 */
final class EdacTree implements DeviceTree {
  private static final Pattern CONTROLLER = Pattern.compile("mc[0-9]+");
  private static final Pattern MODULE = Pattern.compile("(dimm|rank)[0-9]+");
  private static final Pattern CHIP_ROW = Pattern.compile("csrow[0-9]+");
  private static final long MIB = 1L << 20;

  private final Path controllers;
  private final int corrected;
  private final int uncorrected;
  private final int correctedNowhere;
  private final int uncorrectedNowhere;
  private final int size;

  EdacTree(Table edac, Path sys) {
    controllers = sys.resolve("devices/system/edac/mc");
    corrected = edac.indexOf("ce_count");
    uncorrected = edac.indexOf("ue_count");
    correctedNowhere = edac.indexOf("ce_noinfo_count");
    uncorrectedNowhere = edac.indexOf("ue_noinfo_count");
    size = edac.indexOf("size_bytes");
  }

  @Override
  public List<Path> roots() {
    return List.of(controllers);
  }

  @Override
  public String what() {
    return "memory controllers that a driver of EDAC knows";
  }

  @Override
  public void find(Path entry, Finding into) throws IOException {
    String name = Sysfs.last(entry);
    if (!CONTROLLER.matcher(name).matches()) {
      return;
    }
    Path directory = entry.toRealPath();
    List<Path> below = Sysfs.list(directory);
    Attributes controller = into.entity("edac:" + name);
    count(controller, directory, "ce_count", corrected);
    count(controller, directory, "ue_count", uncorrected);
    count(controller, directory, "ce_noinfo_count", correctedNowhere);
    count(controller, directory, "ue_noinfo_count", uncorrectedNowhere);
    size(controller, directory, "size_mb");
    boolean modules = false;
    for (Path child : below) {
      if (MODULE.matcher(Sysfs.last(child)).matches()) {
        modules = true;
        part(into, name, child, "dimm_", "size");
      }
    }
    for (Path child : below) {
      if (!modules && CHIP_ROW.matcher(Sysfs.last(child)).matches()) {
        part(into, name, child, "", "size_mb");
      }
    }
  }

  private void part(Finding into, String name, Path directory, String prefix, String sizeFile) {
    Attributes part = into.entity("edac:" + name + "/" + Sysfs.last(directory));
    count(part, directory, prefix + "ce_count", corrected);
    count(part, directory, prefix + "ue_count", uncorrected);
    size(part, directory, sizeFile);
    part.without(correctedNowhere, uncorrectedNowhere);
  }

  private static void count(Attributes entity, Path directory, String file, int column) {
    entity.add(directory.resolve(file), Attribute.number(file, column));
  }

  private void size(Attributes entity, Path directory, String file) {
    entity.once(directory.resolve(file), Attribute.number(file, size, MIB));
  }
}
