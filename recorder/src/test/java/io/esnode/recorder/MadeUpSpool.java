package io.esnode.recorder;

import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolLane;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Writes the spool of a long recording in a minute, at 1 Hz: a host, GPUs with 18 NVLinks each, everything by default. Run by
 * {@code bench/sealing}. The same arguments give the same bytes.
 *
 * <p>Arguments: the spool to write, ticks, GPUs, CPUs.
 */
final class MadeUpSpool {
  private static final long SEED = 20_261_121;
  private static final long START_US = 1_790_000_000_000_000L;
  private static final long START_MONO = 77_000_000_000L;
  private static final long SECOND = 1_000_000_000L;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final List<Source> ticks = new ArrayList<>();
  private final List<Paced> paced = new ArrayList<>();
  private final SpoolWriter writer;

  /** A table with a lane of its own. */
  private record Paced(MadeUpTable table, SpoolLane lane, int every) {}

  private MadeUpSpool(SpoolWriter writer, int gpus, int cpus) {
    this.writer = writer;
    tick("host", "procfs", List.of("node"));
    tick("cpu", "procfs.stat", named("cpu:", cpus));
    tick("psi", "procfs.pressure", List.of("node"));
    tick("disk", "procfs.diskstats", named("disk:nvme", Math.max(2, gpus)));
    tick("net", "procfs.net.dev", named("net:eth", 6));
    tick("process", "procfs.self", List.of("pid:4711@77"));
    tick("recorder", "esnode", List.of("node"));
    every(10, "top_process", "procfs.pid", named("pid:77@", 20));
    every(10, "cgroup", "cgroupfs", named("cgroup:/system.slice/unit-", 40));
    every(60, "clock", "adjtimex", List.of("node"));
    every(10, "numa", "sysfs.node", named("numa:", 2));
    every(60, "filesystem", "statvfs", named("fs:/mnt/", 4));
    every(10, "tcp", "procfs.net.snmp", List.of("node"));
    every(10, "softnet", "procfs.softnet", named("cpu:", cpus));
    every(60, "interrupt", "procfs.interrupts", named("irq:", 3 * cpus));
    every(10, "kernel", "procfs.sys", List.of("node"));
    every(10, "cpu_frequency", "sysfs.cpufreq", named("cpu:", cpus));
    every(10, "sched", "procfs.schedstat", named("cpu:", cpus));
    every(10, "pcie", "sysfs.pci", named("pci:0000:00:", 8 + gpus));
    every(10, "edac", "sysfs.edac", named("edac:mc0/dimm", 16));
    every(10, "sensor", "sysfs.hwmon", named("sensor:hwmon:coretemp-0/", 24));
    every(10, "energy", "sysfs.powercap", named("rapl:package-", 2));
    if (gpus > 0) {
      every(10, "infiniband", "sysfs.infiniband", named("ib:mlx5_", gpus));
    }
    for (String gpu : named("gpu:GPU-00000000-0000-0000-0000-00000000000", gpus)) {
      gpu(1, "gpu", gpu, List.of(gpu));
      gpu(10, "nvlink", gpu, named(gpu + "/nvlink:", 18));
      gpu(10, "gpu_process", gpu, List.of(gpu + "/pid:4242"));
    }
  }

  public static void main(String[] arguments) throws IOException {
    int count = Integer.parseInt(arguments[1]);
    int gpus = Integer.parseInt(arguments[2]);
    int cpus = Integer.parseInt(arguments[3]);
    try (SpoolDirectory directory = SpoolDirectory.create(Path.of(arguments[0]));
        SpoolWriter writer = SpoolWriter.open(directory, header(), SpoolWriter.Options.LOSSLESS)) {
      new MadeUpSpool(writer, gpus, cpus).write(count);
    }
  }

  private static SpoolHeader header() {
    Map<String, List<String>> columns = new LinkedHashMap<>();
    Registry.get()
        .tables()
        .forEach(
            t -> columns.put(t.name(), t.columns().stream().map(Metric::column).toList()));
    return new SpoolHeader(
        "01993f6e-0000-7000-8000-000000000001",
        0,
        null,
        "n-0123456789abcdef",
        "b0b0b0b0-0000-4000-8000-000000000000",
        "0.1.0",
        "made-up.parquet",
        START_US,
        START_MONO,
        SECOND,
        false,
        Map.of("interval", "PT1S"),
        Map.of("kernel.release", "6.1.0"),
        "01993f6e-0000-7000-8000-000000000001",
        0,
        null,
        "manual",
        columns,
        null);
  }

  private static List<String> named(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
  }

  private void tick(String table, String source, List<String> entities) {
    ticks.add(new MadeUpTable(Registry.get().table(table), source, SEED, 1, entities));
  }

  private void every(int seconds, String table, String source, List<String> entities) {
    Table of = Registry.get().table(table);
    paced.add(new Paced(
        new MadeUpTable(of, source, SEED, seconds, entities),
        writer.lane(of, "node", source, "live"),
        seconds));
  }

  private void gpu(int seconds, String table, String gpu, List<String> entities) {
    Table of = Registry.get().table(table);
    paced.add(new Paced(
        new MadeUpTable(of, "nvml", SEED ^ gpu.hashCode(), seconds, entities),
        writer.lane(of, gpu, "nvml", "live"),
        seconds));
  }

  private void write(int count) throws IOException {
    long mono = START_MONO;
    for (int tick = 0; tick < count; tick++) {
      mono = START_MONO + tick * SECOND + random.nextInt(60_000, 400_000);
      ticks.forEach(Source::sample);
      writer.tick(tick, new Moment(wall(mono), mono, 100), ticks);
      for (Paced each : paced) {
        if (tick % each.every() == 0) {
          each.table().sample();
          long own = mono + random.nextInt(500_000, 9_000_000);
          each.lane().tick(tick, wall(own), own, each.table().rows());
        }
      }
      if (tick % 60 == 30) {
        writer.row(event(tick, wall(mono)), mono);
      }
    }
    writer.end("made up", mono);
  }

  /** Slewed by 3 ppm, and read to a microsecond. */
  private static long wall(long mono) {
    long since = mono - START_MONO;
    return START_US + since / 1000 + since * 3 / 1_000_000_000;
  }

  private TextRow event(int tick, long ts) {
    List<String> units =
        List.of("sshd.service", "cron.service", "kubelet.service", "systemd-logind.service");
    String unit = units.get(random.nextInt(units.size()));
    return new TextRow(
        "event",
        "node",
        "journald",
        "live",
        (long) tick,
        ts,
        Map.of(
            "event_class",
            "journal",
            "unit",
            unit,
            "text",
            "session %d opened for user n-%016x"
                .formatted(random.nextInt(1 << 20), random.nextLong())),
        Map.of());
  }
}
