package io.esnode.recorder;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import io.esnode.source.Failure;
import io.esnode.source.Row;
import io.esnode.source.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One table of a machine that does not exist, for measuring: counters that grow with noise, gauges that wander, errors that
 * do not happen. The same seed gives the same values. Which columns move, how often and how far follows a recording of
 * two virtual CPUs and the played H100 of {@code datasets/scenarios}.
 */
final class MadeUpTable implements Source {
  /** What an H100 with driver 580 does not answer. */
  private static final Set<String> NOT_ON_THIS_GPU = Set.of(
      "power_usage_mw",
      "energy_module_mj",
      "power_module_instant_mw",
      "power_module_average_mw",
      "power_module_limit_mw",
      "retired_pages_sbe_count",
      "retired_pages_dbe_count",
      "retired_pages_pending");

  /** Parts of names of what moves only when something is wrong. */
  private static final List<String> WRONG = List.of(
      "err",
      "ecc",
      "total_bytes",
      "unsupported",
      "non_fatal",
      "iowait",
      "throttle",
      "squeeze",
      "flow_limit",
      "compressed",
      "rps",
      "remap",
      "retired",
      "drop",
      "discard",
      "replay",
      "recovery",
      "bad",
      "naks",
      "oom",
      "fault_",
      "fifo",
      "frame",
      "collision",
      "throttled",
      "crc",
      "malformed",
      "overrun",
      "violation",
      "slowdown",
      "brake",
      "sram",
      "thermal",
      "constraint",
      "swap",
      "fail",
      "nice",
      "steal",
      "guest",
      "irq_ms",
      "aer",
      "roce",
      "rnr",
      "nak",
      "alarm",
      "rp_cnp",
      "np_");

  private final Table table;
  private final String name;
  private final SplittableRandom random;
  private final List<Row> rows = new ArrayList<>();
  private final List<Walk[]> walks = new ArrayList<>();
  private final int ticksPerSample;
  private long samples;

  /** How one value of one entity moves. */
  private static final class Walk {
    private final boolean grows;
    private final boolean loaded;
    private final long grain;
    private final long span;
    private final double changes;
    private final int every;
    private final long low;
    private long value;

    Walk(
        boolean grows, boolean loaded, long low, long grain, long span, double changes, int every) {
      this.grows = grows;
      this.loaded = loaded;
      this.low = low;
      this.grain = grain;
      this.span = span;
      this.changes = changes;
      this.every = every;
      this.value = low;
    }

    void step(SplittableRandom random, double load) {
      if (changes == 0 || random.nextDouble() >= changes) {
        return;
      }
      double noise = random.nextDouble() + random.nextDouble();
      if (grows) {
        value += Math.max(grain, Math.round(span * load * (0.5 + noise / 2) / grain) * grain);
      } else if (loaded) {
        value = low + Math.round(span * (load + (noise - 1) / 40) / grain) * grain;
      } else {
        value = Math.max(low, value + Math.round(span * (noise - 1) / grain) * grain);
      }
    }
  }

  /**
   * @param ticksPerSample how many seconds apart two samples are
   * @param entities its rows
   */
  MadeUpTable(Table table, String name, long seed, int ticksPerSample, List<String> entities) {
    this.table = table;
    this.name = name;
    this.ticksPerSample = ticksPerSample;
    random = new SplittableRandom(seed ^ table.name().hashCode());
    for (String entity : entities) {
      rows.add(new Row(table, entity));
      walks.add(table.columns().stream().map(this::walk).toArray(Walk[]::new));
    }
  }

  private Walk walk(Metric metric) {
    String column = metric.column();
    int every = table.name().equals("gpu") && metric.cadence().endsWith("s")
        ? Integer.parseInt(metric.cadence().substring(0, metric.cadence().length() - 1))
        : 1;
    boolean here = !(table.name().equals("gpu") && NOT_ON_THIS_GPU.contains(column))
        && !(table.name().equals("nvlink") && table.indexOf(column) >= 10)
        && metric.type() != Metric.Type.TEXT;
    if (!here) {
      return new Walk(false, false, 0, 1, 0, 0, 0);
    }
    boolean wrong = WRONG.stream().anyMatch(column::contains);
    long size = 1L << random.nextInt(8, 40);
    if (wrong || metric.kind() == Metric.Kind.STATE) {
      return new Walk(
          metric.kind() == Metric.Kind.COUNTER, false, random.nextInt(4), 1, 1, 1e-6, every);
    }
    if (metric.kind() == Metric.Kind.COUNTER) {
      // A third is busy, a third now and then, a third idle.
      int use = table.name().equals("gpu")
              || table.name().equals("nvlink")
              || table.name().equals("cpu")
          ? 0
          : random.nextInt(3);
      long grain = switch (metric.unit()) {
        case "ms" -> 10;
        case "B" -> 512;
        default -> 1;
      };
      long span = (metric.unit().equals("ms") ? 900 : 1L << random.nextInt(3, 22)) * ticksPerSample;
      return new Walk(true, false, size, grain, span, new double[] {1, 0.2, 1e-4}[use], every);
    }
    return switch (metric.unit()) {
      case "mW" -> new Walk(false, true, 90_000, 1, 600_000, 1, every);
      case "Cel", "mCel" -> new Walk(false, true, 30, 1, 45, 0.2, every);
      case "%" ->
        metric.type() == Metric.Type.DECIMAL2
            ? new Walk(false, true, 0, 1, 9500, table.name().equals("gpu") ? 1 : 0.05, every)
            : new Walk(false, true, 0, 1, 97, 0.7, every);
      case "MHz", "kHz" -> new Walk(false, true, 345, 15, 1635, 0.3, every);
      case "B" ->
        new Walk(
            false, false, size & -4096, 4096, 1L << 21, random.nextInt(3) == 0 ? 0.9 : 0.02, every);
      case "us", "ns" -> new Walk(false, false, 2000, 1, 300, 1, every);
      default -> new Walk(false, false, random.nextInt(500), 1, 3, 0.3, every);
    };
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      Walk[] values = walks.get(i);
      // Jobs of some forty minutes, with pauses; no two entities alike.
      double load = (samples * ticksPerSample + i * 977L) % 2800 < 2400 ? 0.9 : 0.1;
      for (int column = 0; column < values.length; column++) {
        Walk walk = values[column];
        if (walk.every > 0) {
          walk.step(random, load);
          if (samples % walk.every == 0) {
            row.set(column, walk.value);
          } else {
            row.clear(column);
          }
        }
      }
    }
    samples++;
  }

  @Override
  public List<Row> rows() {
    return rows;
  }

  @Override
  public List<Failure> failures() {
    return List.of();
  }

  @Override
  public void close() {}
}
