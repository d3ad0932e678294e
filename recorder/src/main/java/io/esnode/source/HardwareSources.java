package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.util.OptionalLong;

/**
 * What sysfs says of the hardware around the GPUs, every 10 s: {@code pcie}, {@code edac}, {@code sensor}, {@code energy} and
 * {@code infiniband}. Each is looked for all the time: its driver may be loaded later.
 */
final class HardwareSources {
  private static final byte[] MAX_OPEN_FILES = "Max open files ".getBytes(US_ASCII);

  private static final int MAX_DEVICES = 256;

  /** Some are behind a bus of 100 kHz, or are asked of the board's controller. */
  private static final int MAX_SENSORS = 256;

  private static final int MAX_MODULES = 512;
  private static final int MAX_ZONES = 64;
  private static final int MAX_PORTS = 64;

  /** A machine with eight GPUs has 1300 such files, and everything else the recorder opens needs room as well. */
  private static final long OPEN_FILES = 4096;

  private final Opening in;
  private final boolean keep;

  private HardwareSources(Opening in, boolean keep) {
    this.in = in;
    this.keep = keep;
  }

  static void open(Opening in) {
    Opening.Pace pace = in.every(Opening.TEN_SECONDS);
    try (KeptFile limits = pace.probe(in.proc().resolve("self/limits"))) {
      long most = maxOpenFiles(limits.text(), limits.length()).orElse(0);
      new HardwareSources(in, most >= OPEN_FILES).open();
    }
  }

  /** The soft limit, which Java has raised to the hard one, in a text of /proc/self/limits; see fs/proc/base.c. */
  static OptionalLong maxOpenFiles(byte[] text, int length) {
    Lines lines = new Lines();
    lines.reset(text, length);
    while (lines.next()) {
      if (lines.skip(MAX_OPEN_FILES)) {
        return lines.number() ? OptionalLong.of(lines.value()) : OptionalLong.empty();
      }
    }
    return OptionalLong.empty();
  }

  private void open() {
    Registry registry = Registry.get();
    Table pcie = registry.table("pcie");
    add("sysfs.pci", pcie, new PcieTree(pcie, in.sys()), MAX_DEVICES);
    Table edac = registry.table("edac");
    add("sysfs.edac", edac, new EdacTree(edac, in.sys()), MAX_MODULES);
    Table energy = registry.table("energy");
    add("sysfs.powercap", energy, new PowercapTree(energy, in.sys()), MAX_ZONES);
    Table infiniband = registry.table("infiniband");
    add("sysfs.infiniband", infiniband, new InfinibandTree(infiniband, in.sys()), MAX_PORTS);
    Table sensor = registry.table("sensor");
    add("sysfs.sensor", sensor, new SensorTree(sensor, in.sys()), MAX_SENSORS);
  }

  private void add(String name, Table table, DeviceTree tree, int limit) {
    Opening.Pace pace = in.every(Opening.TEN_SECONDS);
    pace.add(new AttributeSource(name, table, tree, limit, keep, pace.buffer()));
  }
}
