package io.esnode.recorder;

import io.esnode.bundle.Manifest;
import io.esnode.bundle.NvmlSession;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.metric.Table;
import io.esnode.seal.EpochSeal;
import io.esnode.source.CaptureProcessSource;
import io.esnode.spool.LaneName;
import io.esnode.spool.SealOrder;
import io.esnode.spool.SealRow;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** First pass over a spool: what there is, what is missing, and what the manifest has to say. Not thread-safe. */
final class Survey implements SpoolVisitor {
  /** A wall clock that moved this far against the monotonic clock between two ticks was set, not slewed. */
  private static final long STEP_US = 100_000;

  private static final String UNKNOWN = "unknown";

  /** Who steers the clock is not known, but the kernel says whether anybody does. */
  private static final String KERNEL = "kernel";

  private static final String NOT_SYNCHRONISED = ", not synchronised";

  private final SpoolHeader header;
  private final @Nullable SealOrder order;
  private final HeldColumns held;
  private final List<Damage> damage = new ArrayList<>();
  private final List<Hole> holes = new ArrayList<>();
  private final List<TextRow> added = new ArrayList<>();
  private final Map<TextRow, Long> addedMono = new HashMap<>();
  private final List<Manifest.Clock.Step> steps = new ArrayList<>();
  private final Map<Integer, SurveyedLane> lanes = new TreeMap<>();
  private final List<NvmlSession> sessions = new ArrayList<>();
  /** CPU time of each capture process, ms. */
  private final Map<String, Long> childCpuMs = new TreeMap<>();

  private final Map<String, Long> childCpuBeforeMs = new TreeMap<>();
  private final List<TextRow> explainedLanes = new ArrayList<>();
  private @Nullable Long childMaxRss;
  private String clockSource = UNKNOWN;
  private boolean simulated;
  private long captured;
  private long late;
  private long dropped;
  private long gaps;
  /** Ticks that gap rows since the last tick account for: a gap is told before the tick that comes after it. */
  private long toldTicks;

  private long firstTs;
  private long lastTs;
  private long firstTick;
  private long lastTick = -1;
  private long lastOffsetUs;
  private @Nullable Long firstCpuMs;
  private @Nullable Long lastCpuMs;
  private @Nullable Long maxRss;

  /** Tick numbers that are not there, and that no gap row accounts for. */
  private record Hole(long ticks, long fromTs, long toTs, long mono) {}

  /** @param order null for a whole recording, which begins with tick 0 */
  Survey(SpoolHeader header, @Nullable SealOrder order) {
    this.header = header;
    this.order = order;
    held = new HeldColumns(header.columns());
  }

  @Override
  public void tick(Tick tick) {
    long offsetUs = tick.tsMicros() - tick.monoNanos() / 1000;
    if (captured == 0) {
      firstTs = tick.tsMicros();
      firstTick = firstTick(tick);
      long missing = tick.number() - firstTick;
      long fromTs = firstTick == 0
          ? header.startTs()
          : tick.tsMicros() - missing * (header.intervalNanos() / 1000);
      hole(missing, fromTs, tick);
    } else {
      if (Math.abs(offsetUs - lastOffsetUs) >= STEP_US) {
        steps.add(new Manifest.Clock.Step(tick.number(), tick.tsMicros(), offsetUs - lastOffsetUs));
      }
      hole(tick.number() - lastTick - 1, lastTs, tick);
    }
    toldTicks = 0;
    captured++;
    long due = header.startMono() + tick.number() * header.intervalNanos();
    if (tick.monoNanos() - due > header.intervalNanos() / 2) {
      late++;
    }
    lastTick = tick.number();
    lastTs = tick.tsMicros();
    lastOffsetUs = offsetUs;
    held.tick(tick);
    for (int row = 0; row < tick.rows(); row++) {
      if (tick.table(row).equals("process")) {
        cost(tick, row);
      }
    }
  }

  /** Order tells which row accounts for which ticks: the wall clock may have been set in between. */
  private void hole(long missing, long fromTs, Tick next) {
    if (missing > toldTicks) {
      holes.add(new Hole(missing - toldTicks, fromTs, next.tsMicros(), next.monoNanos()));
    }
  }

  private long firstTick(Tick tick) {
    if (order == null) {
      return 0;
    }
    Long due = order.firstTick();
    return due == null ? tick.number() : Math.min(due, tick.number());
  }

  @Override
  public void laneTick(LaneName name, Tick tick) {
    held.tick(tick);
    simulated |= name.rowOrigin().equals("simulated");
    lanes
        .computeIfAbsent(name.number(), n -> new SurveyedLane(name, startsInside()))
        .tick(tick);
    if (name.table().equals("clock") && tick.rows() > 0) {
      clockSource = clockSource(value(tick, 0, "discipline"), value(tick, 0, "synchronized"));
    }
    if (name.table().equals("kernel_clock") && tick.rows() > 0) {
      Long synchronous = value(tick, 0, "synchronized");
      if (synchronous != null && (clockSource.equals(UNKNOWN) || clockSource.startsWith(KERNEL))) {
        clockSource = synchronous == 1 ? KERNEL : KERNEL + NOT_SYNCHRONISED;
      }
    }
  }

  /** Whether frames of lanes were written before the first one here. */
  private boolean startsInside() {
    return order != null && order.firstSegment() > 0;
  }

  @Override
  public void session(NvmlSession session, long monoNanos) {
    simulated |= session.simulated();
    sessions.add(session);
  }

  private static String clockSource(@Nullable Long discipline, @Nullable Long synchronous) {
    if (discipline == null) {
      return UNKNOWN;
    }
    String name = discipline == 1 ? "chrony" : discipline == 2 ? "systemd-timesyncd" : UNKNOWN;
    return Objects.equals(synchronous, 1L) ? name : name + NOT_SYNCHRONISED;
  }

  private void cost(Tick tick, int row) {
    Long user = value(tick, row, "user_ms");
    Long system = value(tick, row, "system_ms");
    Long rss = value(tick, row, "rss_bytes");
    if (tick.source(row).equals(CaptureProcessSource.NAME)) {
      if (user != null && system != null) {
        // A process that ran before the cut is charged what it cost since.
        if (captured == 1 && startsInside()) {
          childCpuBeforeMs.put(tick.entity(row), user + system);
        }
        childCpuMs.put(
            tick.entity(row), user + system - childCpuBeforeMs.getOrDefault(tick.entity(row), 0L));
      }
      childMaxRss = larger(childMaxRss, rss);
      return;
    }
    if (tick.source(row).equals(CaptureProcessSource.JOURNAL_NAME)) {
      return;
    }
    maxRss = larger(maxRss, rss);
    if (user != null && system != null) {
      lastCpuMs = user + system;
      if (firstCpuMs == null) {
        firstCpuMs = lastCpuMs;
      }
    }
  }

  private static @Nullable Long larger(@Nullable Long a, @Nullable Long b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return Math.max(a, b);
  }

  private @Nullable Long value(Tick tick, int row, String column) {
    List<String> columns = header.columns().get(tick.table(row));
    int at = columns == null ? -1 : columns.indexOf(column);
    return at >= 0 && at < tick.columns(row) && tick.present(row, at) ? tick.value(row, at) : null;
  }

  @Override
  public void row(TextRow row, long monoNanos) {
    held.row(row);
    simulated |= row.origin().equals("simulated");
    if (row.table().equals("gap")) {
      gaps++;
      if ("tick".equals(row.texts().get("metric"))) {
        toldTicks += row.numbers().getOrDefault("ticks_count", 0L);
        if (row.source().startsWith("esnode.spool")) {
          dropped += row.numbers().getOrDefault("ticks_count", 0L);
        }
      } else if (row.numbers().containsKey("ticks_count")) {
        explainedLanes.add(row);
      }
    }
  }

  @Override
  public void seal(EpochSeal seal, boolean differs) {
    held.row(SealRow.of(seal, origin("live")));
  }

  @Override
  public void damage(Damage found) {
    damage.add(found);
  }

  long captured() {
    return captured;
  }

  /** Those that have rows, with the columns that have values. */
  List<Table> tables() {
    explainHoles();
    return held.tables();
  }

  List<Damage> damage() {
    return damage;
  }

  /** What a row's origin becomes: where everything is simulated, nothing is anything else. */
  String origin(String ofRow) {
    return header.simulated() ? "simulated" : ofRow;
  }

  /** For each value of a tick's row its column in one of {@link #tables()}; -1 where it has none. */
  int[] places(Table table) {
    return held.places(table);
  }

  /** Rows that the recorder could not write itself: inventory, and gaps that only the reader of the spool sees. */
  List<TextRow> added() {
    return added;
  }

  long monoOf(TextRow row) {
    return addedMono.getOrDefault(row, header.startMono());
  }

  private void explainHoles() {
    if (!added.isEmpty()) {
      return;
    }
    new TreeMap<>(header.inventory()).forEach((item, value) -> {
      TextRow row = new TextRow(
          "inventory",
          "node",
          Recorder.SOURCE,
          origin("live"),
          null,
          header.startTs(),
          Map.of("item", item, "value", value),
          Map.of());
      add(row, header.startMono());
    });
    EpochSeal genesis = header.genesis();
    if (genesis != null) {
      add(SealRow.of(genesis, origin("live")), genesis.monoNanos());
    }
    String reason = damage.isEmpty()
        ? "ticks are missing from the spool and nothing says why"
        : "the spool is damaged: " + damage.get(0).reason();
    for (Hole hole : holes) {
      TextRow row = new TextRow(
          "gap",
          "node",
          "esnode.recover",
          origin("live"),
          null,
          hole.fromTs(),
          Map.of("metric", "tick", "reason", reason),
          Map.of("from_ts", hole.fromTs(), "to_ts", hole.toTs(), "ticks_count", hole.ticks()));
      add(row, hole.mono());
      gaps++;
    }
    for (SurveyedLane lane : lanes.values()) {
      TextRow row = lane.unexplained(explainedLanes, reason, origin(lane.name().rowOrigin()));
      if (row != null) {
        add(row, lane.lastMono());
        gaps++;
      }
    }
  }

  private void add(TextRow row, long mono) {
    added.add(row);
    addedMono.put(row, mono);
    held.row(row);
  }

  Manifest manifest(SpoolReader.Summary summary, List<Manifest.RowGroup> groups) {
    return new Manifest(
        header.recordingId(),
        header.node(),
        header.bootId(),
        header.simulated() || simulated,
        header.toolVersion(),
        header.config(),
        Sha256.hex(Json.texts(header.config()).canonical()),
        firstTs,
        lastTs,
        header.intervalNanos(),
        new Manifest.Ticks(lastTick - firstTick + 1, captured, late, dropped),
        new Manifest.Clock(clockSource, steps),
        new Manifest.Cost(
            firstCpuMs == null || lastCpuMs == null ? null : Long.valueOf(lastCpuMs - firstCpuMs),
            maxRss),
        gaps,
        header.inventory(),
        new Manifest.Spool(
            summary.chainHead(),
            summary.segments(),
            summary.bytes(),
            !summary.ended(),
            summary.damagedBytes()),
        order == null
            ? new Manifest.Stream(
                header.streamId(), header.sequence(), header.previousBundle(), header.selection())
            : new Manifest.Stream(
                order.streamId(), order.sequence(), order.previousBundle(), order.selection()),
        lanes(true),
        nvml(),
        groups);
  }

  private Manifest.@Nullable Nvml nvml() {
    List<Manifest.Lane> each = lanes(false);
    if (sessions.isEmpty() && each.isEmpty()) {
      return null;
    }
    return new Manifest.Nvml(
        sessions,
        each,
        childCpuMs.isEmpty()
            ? null
            : Long.valueOf(
                childCpuMs.values().stream().mapToLong(Long::longValue).sum()),
        childMaxRss);
  }

  /** By entity and table. */
  private List<Manifest.Lane> lanes(boolean ofHost) {
    List<Manifest.Lane> each = new ArrayList<>();
    for (SurveyedLane lane : lanes.values()) {
      if (!lane.name().isBurst() && lane.name().entity().equals("node") == ofHost) {
        each.add(lane.toManifest(explainedLanes, origin(lane.name().origin())));
      }
    }
    each.sort(Comparator.comparing(Manifest.Lane::entity)
        .thenComparing(Manifest.Lane::table)
        .thenComparingLong(Manifest.Lane::firstTick));
    return each;
  }
}
