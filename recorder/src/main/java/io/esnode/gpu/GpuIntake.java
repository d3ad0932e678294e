package io.esnode.gpu;

import io.esnode.bundle.NvmlSession;
import io.esnode.kernel.GpuAddresses;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.source.Failure;
import io.esnode.spool.LaneName;
import io.esnode.spool.OpenGaps;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a capture process says into spool frames: rows into lanes, absences into gap rows, notes and facts into rows of
 * their own, sessions into session frames. What the registry does not know is refused, once, with a gap row. Not thread-safe;
 * allocates nothing per tick while the rows stay the same.
 */
public final class GpuIntake {
  /** Stands in the {@code source} column of what NVML answered, or did not. */
  static final String NVML = "nvml";

  /** Stands in the {@code source} column of rows about the capture itself. */
  static final String SOURCE = "esnode";

  /** What the {@code source} column of a sample between the ticks ends in. */
  private static final String BURST = " burst";

  private static final String ENTITY = "gpu:";
  private static final String UUID_ENTITY = ENTITY + "GPU-";

  /** A harvest of thousands of rows may wait for the disk, and what is written once in a while; samples do not. */
  static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final String EVERY_GPU = "";
  private static final String PRE_RECORD = "pre_record";

  /** More than any board holds, MIG instances included. */
  private static final int MAX_GPUS = 1024;

  /** A capture process that goes mad must not fill the spool with refusals. */
  private static final int MAX_REFUSED = 1024;

  private final SpoolWriter spool;
  private final GpuAddresses addresses;
  private final BooleanSupplier simulated;
  private final OpenGaps gaps;
  private final Map<Integer, String> entities = new HashMap<>();
  private final Map<String, Map<String, String>> facts = new HashMap<>();
  private final Map<LaneKey, GpuLane> lanes = new HashMap<>();
  private final PlacedLanes ofTicks = new PlacedLanes();
  private final PlacedLanes betweenTicks = new PlacedLanes();
  private final Map<AbsenceKey, List<Failure>> absent = new HashMap<>();
  private final Map<AbsenceKey, Answered> unconfirmed = new HashMap<>();
  private final Map<HarvestKey, Long> harvested = new HashMap<>();
  private final Map<HarvestKey, Long> harvestedBefore = new HashMap<>();
  private final Set<Failure> refused = new HashSet<>();
  private List<Columns> tables = List.of();
  private Map<String, String> processFacts = Map.of();
  private String origin = "live";
  private long sessions;
  private long lastTs;
  private long lastMono;

  private record LaneKey(String entity, String table, String origin) {}

  /** @param entity of the GPU, {@link #EVERY_GPU} for all */
  private record AbsenceKey(String entity, String table) {}

  /** When a GPU first answered again, of which it is not known yet whether it still lacks what it lacked before. */
  private record Answered(long tsMicros, long monoNanos) {
    static final Answered NOT_YET = new Answered(0, 0);
  }

  private record HarvestKey(String entity, String table, Set<String> columns) {}

  /** @param spool takes the rows; its header lists the tables */
  public GpuIntake(SpoolWriter spool) {
    this(spool, () -> false);
  }

  /**
   * For a library of which it is not certain whose it is.
   *
   * @param simulated asked at every session: whether something other than the system's own library answers
   */
  public GpuIntake(SpoolWriter spool, BooleanSupplier simulated) {
    this(spool, simulated, new GpuAddresses());
  }

  /**
   * The same beside a kernel log.
   *
   * @param addresses learns where the system's own GPUs are; the kernel log names addresses only
   */
  public GpuIntake(SpoolWriter spool, BooleanSupplier simulated, GpuAddresses addresses) {
    this.spool = spool;
    this.addresses = addresses;
    this.simulated = simulated;
    this.gaps = new OpenGaps(spool, NVML, PATIENCE);
  }

  /** Takes one message; {@link Message.Rows} are not kept. */
  public void accept(Message message) {
    if (message instanceof Message.Rows rows) {
      rows(rows);
    } else if (message instanceof Message.Absences absences) {
      absences(absences);
    } else if (message instanceof Message.Note note) {
      note(note);
    } else if (message instanceof Message.Gpu gpu) {
      gpu(gpu);
    } else if (message instanceof Message.Session session) {
      session(session);
    } else if (message instanceof Message.Hello hello) {
      hello(hello);
    }
    // Alive and Bye are the supervisor's.
  }

  /**
   * The process is gone, or its session is over: what its numbers mean is forgotten. What was missing goes on to be missing
   * until the next session says otherwise.
   */
  public void over() {
    for (AbsenceKey key : absent.keySet()) {
      unconfirmed.put(key, Answered.NOT_YET);
    }
    harvestedBefore.putAll(harvested);
    tables = List.of();
    forgetPlaces();
    entities.clear();
  }

  /** {@code live}, or {@code simulated} where the session is. */
  String origin() {
    return origin;
  }

  /** The GPUs that are known at the moment, in order. */
  Set<String> entities() {
    return new TreeSet<>(entities.values());
  }

  private void hello(Message.Hello hello) {
    if (hello.version() != WireWriter.VERSION) {
      refuse(
          "gpu",
          "the capture process speaks version %d, this recorder %d"
              .formatted(hello.version(), WireWriter.VERSION));
    }
    processFacts = hello.facts();
  }

  private void session(Message.Session session) {
    seen(session.tsMicros(), session.monoNanos());
    over();
    origin = simulated.getAsBoolean() ? "simulated" : "live";
    List<Columns> known = new ArrayList<>();
    Map<String, Map<String, String>> sources = new TreeMap<>();
    for (Message.Layout layout : session.tables()) {
      Columns columns = columns(layout);
      known.add(columns);
      if (columns.table != null) {
        sources.put(layout.table(), columns.sources);
      }
    }
    tables = known;
    if (session.initReturn() == 0) {
      for (AbsenceKey key : List.copyOf(unconfirmed.keySet())) {
        if (key.entity().equals(EVERY_GPU)) {
          replace(key, List.of(), session.tsMicros(), session.monoNanos());
        }
      }
    }
    Map<String, String> all = new TreeMap<>(processFacts);
    all.putAll(session.facts());
    NvmlSession begun = new NvmlSession(
        sessions++,
        session.initReturn(),
        origin.equals("simulated"),
        session.tsMicros(),
        all,
        sources);
    if (!spool.session(begun, session.monoNanos())) {
      refuse(
          "gpu", "the sources of session %d found no room in the queue".formatted(begun.number()));
    }
    audit(
        "nvml.session",
        session.initReturn() == 0 ? "success" : "failure",
        "session %d: nvmlInit_v2 returned %d; driver %s, NVML %s, library %s"
            .formatted(
                begun.number(),
                session.initReturn(),
                all.getOrDefault("driver.version", "unknown"),
                all.getOrDefault("nvml.version", "unknown"),
                all.getOrDefault("library.path", "unknown")),
        all.get("library.sha256"));
  }

  private Columns columns(Message.Layout layout) {
    Table table = Registry.get().find(layout.table()).orElse(null);
    int[] places = new int[layout.columns().size()];
    Map<String, String> sources = new TreeMap<>();
    for (int i = 0; i < places.length; i++) {
      String column = layout.columns().get(i);
      places[i] = table == null ? -1 : place(table, column);
      if (places[i] >= 0 && !layout.sources().get(i).isEmpty()) {
        sources.put(column, layout.sources().get(i));
      } else if (places[i] < 0) {
        refuse(
            table == null ? layout.table() : layout.table() + "." + column,
            "the capture process delivers it, the registry of this recorder does not have it");
      }
    }
    return new Columns(table, places, sources);
  }

  private static int place(Table table, String column) {
    boolean number =
        table.find(column).filter(m -> m.type() != Metric.Type.TEXT).isPresent();
    return number ? table.indexOf(column) : -1;
  }

  private void gpu(Message.Gpu gpu) {
    if (gpu.gpu() < 0 || gpu.gpu() >= MAX_GPUS) {
      refuse("gpu", "GPU %d: at most %d are recorded".formatted(gpu.gpu(), MAX_GPUS));
      return;
    }
    entities.put(gpu.gpu(), gpu.entity());
    forgetPlaces();
    String address = gpu.facts().get("pci.address");
    if (address != null && gpu.entity().startsWith(UUID_ENTITY) && origin.equals("live")) {
      addresses.put(address, gpu.entity().substring(ENTITY.length()));
    }
    Map<String, String> known = facts.computeIfAbsent(gpu.entity(), e -> new HashMap<>());
    new TreeMap<>(gpu.facts()).forEach((fact, value) -> {
      if (!value.equals(known.put(fact, value))) {
        row(new TextRow(
            "inventory",
            gpu.entity(),
            NVML,
            origin,
            null,
            lastTs,
            Map.of("item", "gpu." + fact, "value", value),
            Map.of()));
      }
    });
  }

  private void forgetPlaces() {
    ofTicks.forget();
    betweenTicks.forget();
  }

  private void rows(Message.Rows rows) {
    seen(rows.tsMicros(), rows.monoNanos());
    boolean between = rows.tick() == Message.Rows.NO_TICK;
    GpuLane lane = (between ? betweenTicks : ofTicks).at(rows.gpu(), rows.table());
    if (lane == null) {
      lane = open(rows.gpu(), rows.table(), between);
    }
    if (lane != null) {
      if (!between && !unconfirmed.isEmpty()) {
        confirm(rows);
      }
      lane.tick(rows);
    }
  }

  /** A process that has nothing to complain of says nothing: at its second tick without a word, what was missing is back. */
  private void confirm(Message.Rows rows) {
    AbsenceKey key = key(rows.gpu(), rows.table());
    Answered first = unconfirmed.get(key);
    if (first == null) {
      return;
    }
    if (first.equals(Answered.NOT_YET)) {
      unconfirmed.put(key, new Answered(rows.tsMicros(), rows.monoNanos()));
    } else {
      replace(key, List.of(), first.tsMicros(), first.monoNanos());
    }
  }

  private AbsenceKey key(int gpu, int table) {
    Table known = table >= 0 && table < tables.size() ? tables.get(table).table : null;
    return new AbsenceKey(
        entities.getOrDefault(gpu, EVERY_GPU), known == null ? "gpu" : known.name());
  }

  private void replace(AbsenceKey key, List<Failure> now, long tsMicros, long monoNanos) {
    gaps.replace(absent.getOrDefault(key, List.of()), now, origin, tsMicros, monoNanos);
    absent.put(key, now);
    unconfirmed.remove(key);
  }

  private @Nullable GpuLane open(int gpu, int place, boolean between) {
    String entity = entities.get(gpu);
    if (entity == null || place < 0 || place >= tables.size()) {
      refuse(
          "gpu",
          "rows of GPU %d, table %d, which the capture process did not introduce"
              .formatted(gpu, place));
      return null;
    }
    Columns columns = tables.get(place);
    Table table = columns.table;
    if (table == null) {
      return null;
    }
    String source = between ? NVML + BURST : NVML;
    String laneOrigin = between ? LaneName.burst(origin) : origin;
    GpuLane lane = lanes.computeIfAbsent(
        new LaneKey(entity, table.name(), laneOrigin),
        key -> new GpuLane(table, spool.lane(table, entity, source, laneOrigin)));
    lane.columns(columns.places);
    (between ? betweenTicks : ofTicks).put(gpu, place, lane);
    return lane;
  }

  private void absences(Message.Absences absences) {
    seen(absences.tsMicros(), absences.monoNanos());
    List<Failure> now = absences.absences().stream()
        .map(a -> new Failure(a.entity(), a.metric(), a.code(), a.reason()))
        .distinct()
        .toList();
    replace(key(absences.gpu(), absences.table()), now, absences.tsMicros(), absences.monoNanos());
  }

  private void note(Message.Note note) {
    Long ts = note.tsMicros();
    if (ts != null && note.origin().equals(PRE_RECORD)) {
      if (isHarvestedAlready(note, ts)) {
        return;
      }
    } else if (ts != null) {
      seen(ts, note.monoNanos());
    }
    Table table = Registry.get().find(note.table()).orElse(null);
    if (table == null) {
      refuse(
          note.table(),
          "the capture process delivers it, the registry of this recorder does not have it");
      return;
    }
    Map<String, String> texts = new HashMap<>(note.texts());
    texts.keySet().removeIf(column -> !known(table, column, true));
    Map<String, Long> numbers = new HashMap<>(note.numbers());
    numbers.keySet().removeIf(column -> !known(table, column, false));
    TextRow row = new TextRow(
        note.table(),
        note.entity(),
        note.source(),
        origin.equals("simulated") ? origin : note.origin(),
        note.tick(),
        ts,
        texts,
        numbers);
    spool.row(row, note.monoNanos(), PATIENCE);
  }

  /** A process that replaces another finds the same samples in the driver's buffers, and some that are new. */
  private boolean isHarvestedAlready(Message.Note note, long ts) {
    if (!note.texts().isEmpty()) {
      return false;
    }
    HarvestKey key = new HarvestKey(note.entity(), note.table(), note.numbers().keySet());
    harvested.merge(key, ts, Math::max);
    Long before = harvestedBefore.get(key);
    return before != null && ts <= before;
  }

  private boolean known(Table table, String column, boolean text) {
    boolean known =
        table.find(column).filter(m -> (m.type() == Metric.Type.TEXT) == text).isPresent();
    if (!known) {
      refuse(
          table.name() + "." + column,
          "the capture process delivers it as %s, the registry of this recorder does not"
              .formatted(text ? "a text" : "a number"));
    }
    return known;
  }

  private void refuse(String metric, String reason) {
    Failure failure = new Failure("node", metric, reason);
    if (refused.size() < MAX_REFUSED && refused.add(failure)) {
      gaps.never(failure, origin, lastTs, lastMono);
    }
  }

  private void audit(String action, String outcome, String detail, @Nullable String sha256) {
    Map<String, String> texts =
        new HashMap<>(Map.of("action", action, "outcome", outcome, "detail", detail));
    if (sha256 != null) {
      texts.put("sha256", sha256);
    }
    row(new TextRow("audit", "node", SOURCE, "live", null, lastTs, texts, Map.of()));
  }

  private void row(TextRow row) {
    spool.row(row, lastMono, PATIENCE);
  }

  private void seen(long tsMicros, long monoNanos) {
    lastTs = tsMicros;
    lastMono = monoNanos;
  }

  /** A layout, understood. */
  private static final class Columns {
    private final @Nullable Table table;
    private final int[] places;
    private final Map<String, String> sources;

    /**
     * Keeps what it is given.
     *
     * @param table null where the registry has none of that name
     * @param places for each column on the pipe its place in the table, or -1
     * @param sources for each column that has one
     */
    Columns(@Nullable Table table, int[] places, Map<String, String> sources) {
      this.table = table;
      this.places = places;
      this.sources = sources;
    }
  }
}
