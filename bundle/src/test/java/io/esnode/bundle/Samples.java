package io.esnode.bundle;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Small bundles for tests. */
final class Samples {
  static final Table DISK = Registry.get().table("disk");
  static final Table AUDIT = Registry.get().table("audit");
  static final long START_US = 1_790_000_000_000_000L;

  private Samples() {}

  /** Two disks with {@code ticks} ticks each, entered disk by disk in reverse, and one audit row. */
  static BundleWriter.Sealed write(Path path, int ticks) throws IOException {
    try (BundleWriter writer =
        BundleWriter.create(path, "n-0123456789abcdef", List.of(DISK, AUDIT))) {
      RowBatch disk = new RowBatch(DISK);
      for (int tick = ticks - 1; tick >= 0; tick--) {
        for (String name : List.of("disk:sdb", "disk:sda")) {
          disk.startRow(name, "live", "procfs.diskstats");
          disk.time(
              (long) tick, START_US + tick * 1_000_000L, 5_000_000_000L + tick * 1_000_000_000L);
          disk.set(DISK.indexOf("reads_count"), 100L + tick);
          disk.set(DISK.indexOf("read_bytes"), 4096L * tick);
        }
      }
      writer.write(disk);
      RowBatch audit = new RowBatch(AUDIT);
      audit.startRow("node", "live", "esnode");
      audit.time(null, START_US, 5_000_000_000L);
      audit.set(AUDIT.indexOf("action"), "recorder.started");
      audit.set(AUDIT.indexOf("outcome"), "success");
      audit.set(AUDIT.indexOf("detail"), "<script>alert(1)</script>");
      writer.write(audit);
      BundleWriter.Sealed sealed = writer.finish(groups -> manifest(ticks, groups));
      writer.publish();
      return sealed;
    }
  }

  static Manifest manifest(int ticks, List<Manifest.RowGroup> groups) {
    return new Manifest(
        "01993f6e-0000-7000-8000-000000000001",
        "n-0123456789abcdef",
        "b0b0b0b0-0000-4000-8000-000000000000",
        false,
        "0.1.0",
        Map.of("interval", "PT1S"),
        Sha256.hex("{}"),
        START_US,
        START_US + (ticks - 1) * 1_000_000L,
        1_000_000_000L,
        new Manifest.Ticks(ticks, ticks, 0, 0),
        new Manifest.Clock(
            "unknown", List.of(new Manifest.Clock.Step(3, START_US + 3_000_000, -250_000))),
        new Manifest.Cost(12L, 40_000_000L),
        0,
        Map.of("kernel.release", "6.1.0"),
        new Manifest.Spool(Sha256.hex("head"), 1, 4096, false, 0),
        new Manifest.Stream("01993f6e-0000-7000-8000-000000000001", 0, null, "manual"),
        List.of(),
        null,
        groups);
  }
}
