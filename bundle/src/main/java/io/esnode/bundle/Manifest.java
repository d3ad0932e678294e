package io.esnode.bundle;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a bundle says about itself: footer key {@value #KEY}, RFC 8785 JSON. The recording predicate of the sidecar repeats
 * it. Immutable, thread-safe.
 *
 * @param recordingId UUIDv7
 * @param node keyed token of the host, or its clear name where {@code config.privacy} says so
 * @param bootId {@code /proc/sys/kernel/random/boot_id}
 * @param simulated whether any row is not from the system itself
 * @param toolVersion version of the recorder
 * @param config effective configuration, names to values
 * @param configSha256 digest of its canonical JSON
 * @param startTs first and {@code endTs} last tick, µs since 1970 UTC
 * @param intervalNanos time between ticks
 * @param inventory facts about the host, e.g. {@code kernel.release}
 * @param spool the spool this bundle was sealed from
 * @param lanes the host's, by table: what is read less often than every tick
 * @param nvml what answered for the GPUs; null where nothing did
 * @param rowGroups in file order
 */
public record Manifest(
    String recordingId,
    String node,
    String bootId,
    boolean simulated,
    String toolVersion,
    Map<String, String> config,
    String configSha256,
    long startTs,
    long endTs,
    long intervalNanos,
    Ticks ticks,
    Clock clock,
    Cost cost,
    long gaps,
    Map<String, String> inventory,
    Spool spool,
    Stream stream,
    List<Lane> lanes,
    @Nullable Nvml nvml,
    List<RowGroup> rowGroups) {
  public static final String KEY = "esnode.manifest";
  public static final String FORMAT = "esnode.bundle/1";

  public Manifest {
    config = Map.copyOf(config);
    inventory = Map.copyOf(inventory);
    lanes = List.copyOf(lanes);
    rowGroups = List.copyOf(rowGroups);
  }

  /**
   * Ticks counted.
   *
   * @param expected by the time between start and end
   * @param captured stored
   * @param late of those captured: begun later than half an interval after their time
   * @param dropped sampled but not stored, for lack of room in the writer's queue
   */
  public record Ticks(long expected, long captured, long late, long dropped) {}

  /**
   * Quality of the wall clock.
   *
   * @param source what disciplines it, as far as the recorder can tell, e.g. {@code unknown}
   * @param steps jumps against the monotonic clock of more than 100 ms
   */
  public record Clock(String source, List<Step> steps) {
    public Clock {
      steps = List.copyOf(steps);
    }

    /**
     * One jump.
     *
     * @param tick the first tick after it
     * @param stepUs wall clock moved by, µs; negative is back
     */
    public record Step(long tick, long ts, long stepUs) {}
  }

  /**
   * What recording cost.
   *
   * @param cpuMs CPU time of the recording process, ms, null where it could not be read
   * @param maxRssBytes its largest resident set at a tick, null where it could not be read
   */
  public record Cost(@Nullable Long cpuMs, @Nullable Long maxRssBytes) {}

  /**
   * Where the rows came from.
   *
   * @param chainHead SHA-256 of the last spool segment, which holds that of the one before, and so on
   * @param segments how many
   * @param bytes of all segments
   * @param recovered whether the recorder ended without saying so and the spool was sealed afterwards
   * @param damagedBytes bytes that were skipped because their CRC did not match
   */
  public record Spool(
      String chainHead, long segments, long bytes, boolean recovered, long damagedBytes) {}

  /**
   * The bundle's place in its stream, so that a missing, doubled or reordered one is noticed.
   *
   * @param id the same for all bundles of one stream
   * @param sequence from 0
   * @param previousSha256 digest of the bundle before, null for the first
   * @param selection {@code continuous}, {@code trigger}, {@code manual} or {@code import}
   */
  public record Stream(
      String id, long sequence, @Nullable String previousSha256, String selection) {}

  /**
   * What was sampled at times of its own: of a GPU one table, of the host what is read less often than every tick.
   *
   * @param entity the GPU, or {@code node}
   * @param firstTick first and {@code lastTick} last tick in the bundle
   * @param expected samples that were handed over
   * @param captured of those, in the bundle
   */
  public record Lane(
      String entity,
      String table,
      String origin,
      long firstTick,
      long lastTick,
      long expected,
      long captured) {
    private static Json toJson(List<Lane> lanes) {
      List<Json> each = new ArrayList<>();
      for (Lane lane : lanes) {
        each.add(Json.object()
            .put("entity", lane.entity())
            .put("table", lane.table())
            .put("origin", lane.origin())
            .put("first_tick", lane.firstTick())
            .put("last_tick", lane.lastTick())
            .put("expected", lane.expected())
            .put("captured", lane.captured())
            .build());
      }
      return Json.array(each);
    }

    private static List<Lane> from(Json.Arr json) throws JsonException {
      List<Lane> lanes = new ArrayList<>();
      for (Json.Obj lane : json.objects()) {
        lanes.add(new Lane(
            lane.text("entity"),
            lane.text("table"),
            lane.text("origin"),
            lane.integer("first_tick"),
            lane.integer("last_tick"),
            lane.integer("expected"),
            lane.integer("captured")));
      }
      return lanes;
    }
  }

  /**
   * NVML and what it gave.
   *
   * @param sessions in the order in which they began
   * @param lanes one for each GPU and table, by entity and table
   * @param cpuMs CPU time of the capture processes, ms, null where it could not be read
   * @param maxRssBytes largest resident set of one at a tick, null where it could not be read
   */
  public record Nvml(
      List<NvmlSession> sessions,
      List<Lane> lanes,
      @Nullable Long cpuMs,
      @Nullable Long maxRssBytes) {
    public Nvml {
      sessions = List.copyOf(sessions);
      lanes = List.copyOf(lanes);
    }

    private Json.Obj toJson() {
      // A driver that is reloaded again and again has many sessions that mean the same.
      List<Json> sources = new ArrayList<>();
      List<Json> begun = new ArrayList<>();
      for (NvmlSession session : sessions) {
        Json.Obj own = session.sourcesToJson();
        if (!sources.contains(own)) {
          sources.add(own);
        }
        begun.add(session.head().put("sources", sources.indexOf(own)).build());
      }
      return Json.object()
          .put("sessions", Json.array(begun))
          .put("sources", Json.array(sources))
          .put("lanes", Lane.toJson(lanes))
          .put("cpu_ms", Json.ofNullable(cpuMs))
          .put("max_rss_bytes", Json.ofNullable(maxRssBytes))
          .build();
    }

    private static Nvml from(Json.Obj json) throws JsonException {
      List<Json.Obj> sources = json.arr("sources").objects();
      List<NvmlSession> sessions = new ArrayList<>();
      for (Json.Obj session : json.arr("sessions").objects()) {
        long place = session.integer("sources");
        if (place < 0 || place >= sources.size()) {
          throw new JsonException(
              "nvml.sessions: found sources %d of %d".formatted(place, sources.size()));
        }
        sessions.add(NvmlSession.from(session, sources.get((int) place)));
      }
      return new Nvml(
          sessions,
          Lane.from(json.arr("lanes")),
          json.integerOrNull("cpu_ms"),
          json.integerOrNull("max_rss_bytes"));
    }
  }

  /**
   * One row group.
   *
   * @param kind the one kind of row it holds
   * @param offset of its first byte in the file
   * @param bytes its length
   * @param sha256 of those bytes
   */
  public record RowGroup(String kind, long rows, long offset, long bytes, String sha256) {}

  public long rows() {
    return rowGroups.stream().mapToLong(RowGroup::rows).sum();
  }

  public Json.Obj toJson() {
    List<Json> steps = new ArrayList<>();
    for (Clock.Step step : clock.steps()) {
      steps.add(Json.object()
          .put("tick", step.tick())
          .put("ts_us", step.ts())
          .put("step_us", step.stepUs())
          .build());
    }
    List<Json> groups = new ArrayList<>();
    for (RowGroup group : rowGroups) {
      groups.add(Json.object()
          .put("kind", group.kind())
          .put("rows", group.rows())
          .put("offset", group.offset())
          .put("bytes", group.bytes())
          .put("sha256", group.sha256())
          .build());
    }
    Json.Builder manifest = Json.object()
        .put("format", FORMAT)
        .put("recording_id", recordingId)
        .put("node", node)
        .put("boot_id", bootId)
        .put("simulated", simulated)
        .put(
            "tool",
            Json.object().put("name", "esnode").put("version", toolVersion).build())
        .put("config", Json.texts(config))
        .put("config_sha256", configSha256)
        .put("start_ts_us", startTs)
        .put("end_ts_us", endTs)
        .put("interval_ns", intervalNanos)
        .put(
            "ticks",
            Json.object()
                .put("expected", ticks.expected())
                .put("captured", ticks.captured())
                .put("late", ticks.late())
                .put("dropped", ticks.dropped())
                .build())
        .put(
            "clock",
            Json.object()
                .put("source", clock.source())
                .put("steps", Json.array(steps))
                .build())
        .put(
            "cost",
            Json.object()
                .put("cpu_ms", Json.ofNullable(cost.cpuMs()))
                .put("max_rss_bytes", Json.ofNullable(cost.maxRssBytes()))
                .build())
        .put("gaps", gaps)
        .put("inventory", Json.texts(inventory))
        .put(
            "spool",
            Json.object()
                .put("chain_head", spool.chainHead())
                .put("segments", spool.segments())
                .put("bytes", spool.bytes())
                .put("recovered", spool.recovered())
                .put("damaged_bytes", spool.damagedBytes())
                .build())
        .put(
            "stream",
            Json.object()
                .put("id", stream.id())
                .put("sequence", stream.sequence())
                .put("previous_sha256", stream.previousSha256())
                .put("selection", stream.selection())
                .build())
        .put("lanes", Lane.toJson(lanes))
        .put("row_groups", Json.array(groups));
    return (nvml == null ? manifest : manifest.put("nvml", nvml.toJson())).build();
  }

  public static Manifest from(Json.Obj json) throws JsonException {
    if (!FORMAT.equals(json.text("format"))) {
      throw new JsonException(
          "format: found \"%s\", this esnode reads \"%s\"".formatted(json.text("format"), FORMAT));
    }
    Json.Obj ticks = json.obj("ticks");
    Json.Obj clock = json.obj("clock");
    List<Clock.Step> steps = new ArrayList<>();
    for (Json.Obj step : clock.arr("steps").objects()) {
      steps.add(
          new Clock.Step(step.integer("tick"), step.integer("ts_us"), step.integer("step_us")));
    }
    Json.Obj spool = json.obj("spool");
    Json.Obj stream = json.obj("stream");
    List<RowGroup> groups = new ArrayList<>();
    for (Json.Obj group : json.arr("row_groups").objects()) {
      groups.add(new RowGroup(
          group.text("kind"),
          group.integer("rows"),
          group.integer("offset"),
          group.integer("bytes"),
          group.text("sha256")));
    }
    return new Manifest(
        json.text("recording_id"),
        json.text("node"),
        json.text("boot_id"),
        json.bool("simulated"),
        json.obj("tool").text("version"),
        json.obj("config").texts(),
        json.text("config_sha256"),
        json.integer("start_ts_us"),
        json.integer("end_ts_us"),
        json.integer("interval_ns"),
        new Ticks(
            ticks.integer("expected"),
            ticks.integer("captured"),
            ticks.integer("late"),
            ticks.integer("dropped")),
        new Clock(clock.text("source"), steps),
        new Cost(
            json.obj("cost").integerOrNull("cpu_ms"),
            json.obj("cost").integerOrNull("max_rss_bytes")),
        json.integer("gaps"),
        json.obj("inventory").texts(),
        new Spool(
            spool.text("chain_head"),
            spool.integer("segments"),
            spool.integer("bytes"),
            spool.bool("recovered"),
            spool.integer("damaged_bytes")),
        new Stream(
            stream.text("id"),
            stream.integer("sequence"),
            stream.textOrNull("previous_sha256"),
            stream.text("selection")),
        json.has("lanes") ? Lane.from(json.arr("lanes")) : List.of(),
        json.has("nvml") ? Nvml.from(json.obj("nvml")) : null,
        groups);
  }
}
