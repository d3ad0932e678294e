package io.esnode.spool;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.seal.EpochSeal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the first frame of every segment, so that no single file holds what the others cannot do without.
 * Immutable, thread-safe.
 *
 * @param recordingId UUIDv7
 * @param segment from 0
 * @param previousSha256 digest of the segment before, null in the first
 * @param node keyed token of the host, or its clear name
 * @param target the bundle this spool will become, as a file name beside the spool
 * @param startTs first tick's planned wall time, µs since 1970 UTC
 * @param startMono its monotonic time, ns
 * @param config effective configuration
 * @param inventory facts about the host
 * @param streamId the stream of bundles this one belongs to
 * @param sequence the bundle's place in it, from 0
 * @param previousBundle digest of the bundle before, null for the first
 * @param selection {@code continuous}, {@code trigger}, {@code manual} or {@code import}
 * @param columns of every table that can have rows, in the order of the values in a keyframe
 * @param genesis what the seals of this recording begin with; null where nothing is sealed
 */
public record SpoolHeader(
    String recordingId,
    long segment,
    @Nullable String previousSha256,
    String node,
    String bootId,
    String toolVersion,
    String target,
    long startTs,
    long startMono,
    long intervalNanos,
    boolean simulated,
    Map<String, String> config,
    Map<String, String> inventory,
    String streamId,
    long sequence,
    @Nullable String previousBundle,
    String selection,
    Map<String, List<String>> columns,
    @Nullable EpochSeal genesis) {
  static final String FORMAT = "esnode.spool/1";

  /** What a manifest's integer can hold: 104 days. */
  private static final long MAX_INTERVAL_NANOS = (1L << 53) - 1;

  public SpoolHeader {
    config = Map.copyOf(config);
    inventory = Map.copyOf(inventory);
    columns = Map.copyOf(columns);
  }

  /** The header of the same spool with seals. */
  public SpoolHeader sealedFrom(EpochSeal first) {
    return with(segment, previousSha256, config, first);
  }

  SpoolHeader next(long number, String sha256, Map<String, String> now) {
    return with(number, sha256, now, genesis);
  }

  private SpoolHeader with(
      long number,
      @Nullable String sha256,
      Map<String, String> effective,
      @Nullable EpochSeal first) {
    return new SpoolHeader(
        recordingId,
        number,
        sha256,
        node,
        bootId,
        toolVersion,
        target,
        startTs,
        startMono,
        intervalNanos,
        simulated,
        effective,
        inventory,
        streamId,
        sequence,
        previousBundle,
        selection,
        columns,
        first);
  }

  Json.Obj toJson() {
    Json.Builder tables = Json.object();
    new TreeMap<>(columns).forEach((table, names) -> tables.put(table, Json.strings(names)));
    Json.Builder header = Json.object()
        .put("format", FORMAT)
        .put("recording_id", recordingId)
        .put("segment", segment)
        .put("previous_sha256", previousSha256)
        .put("node", node)
        .put("boot_id", bootId)
        .put("tool_version", toolVersion)
        .put("target", target)
        .put("start_ts_us", startTs)
        .put("start_mono_ns", Long.toString(startMono))
        .put("interval_ns", Long.toString(intervalNanos))
        .put("simulated", simulated)
        .put("config", Json.texts(config))
        .put("inventory", Json.texts(inventory))
        .put("stream_id", streamId)
        .put("sequence", sequence)
        .put("previous_bundle", previousBundle)
        .put("selection", selection)
        .put("columns", tables.build());
    return (genesis == null ? header : header.put("genesis", genesis.toJson())).build();
  }

  static SpoolHeader from(Json.Obj json) throws JsonException {
    if (!FORMAT.equals(json.text("format"))) {
      throw new JsonException(
          "format: found \"%s\", this esnode reads \"%s\"".formatted(json.text("format"), FORMAT));
    }
    Map<String, List<String>> columns = new LinkedHashMap<>();
    for (String table : json.obj("columns").members().keySet()) {
      columns.put(table, json.obj("columns").arr(table).texts());
    }
    if (number(json, "interval_ns") <= 0 || number(json, "interval_ns") > MAX_INTERVAL_NANOS) {
      throw new JsonException("interval_ns: found %s, expected 1 to %d"
          .formatted(json.text("interval_ns"), MAX_INTERVAL_NANOS));
    }
    return new SpoolHeader(
        json.text("recording_id"),
        json.integer("segment"),
        json.textOrNull("previous_sha256"),
        json.text("node"),
        json.text("boot_id"),
        json.text("tool_version"),
        json.text("target"),
        json.integer("start_ts_us"),
        number(json, "start_mono_ns"),
        number(json, "interval_ns"),
        json.bool("simulated"),
        json.obj("config").texts(),
        json.obj("inventory").texts(),
        json.text("stream_id"),
        json.integer("sequence"),
        json.textOrNull("previous_bundle"),
        json.text("selection"),
        columns,
        json.has("genesis") ? genesis(json) : null);
  }

  private static EpochSeal genesis(Json.Obj json) throws JsonException {
    EpochSeal genesis = EpochSeal.from(json.obj("genesis"));
    if (!genesis.isGenesis() || !genesis.recordingId().equals(json.text("recording_id"))) {
      throw new JsonException("genesis: found epoch %d of recording %s"
          .formatted(genesis.epoch(), genesis.recordingId()));
    }
    return genesis;
  }

  private static long number(Json.Obj json, String name) throws JsonException {
    try {
      return Long.parseLong(json.text(name));
    } catch (NumberFormatException e) {
      throw new JsonException(
          "%s: found \"%s\", expected nanoseconds".formatted(name, json.text(name)), e);
    }
  }
}
