package io.esnode.spool;

import io.esnode.bundle.AtomicFile;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands in {@code seal.json} of a spool that is a part of a recording: which part, and the place of its bundle in the
 * stream. It is written last, so that a part with it is whole. Immutable, thread-safe.
 *
 * @param recordingId of the recording that was cut
 * @param firstSegment and {@code lastSegment}, both in it
 * @param firstTick the first that belongs to this part; null where it is the first that is there
 * @param previousSegmentSha256 of the segment before the first one, null where there is none or it is not known
 * @param chainHead SHA-256 of the last segment; null where the recorder did not live to say
 * @param streamId the stream of bundles this one belongs to
 * @param sequence the bundle's place in it, from 0
 * @param previousBundle digest of the bundle before, null for the first
 * @param selection {@code continuous}, {@code trigger} or {@code manual}
 * @param target the bundle, as a file name
 */
public record SealOrder(
    String recordingId,
    long firstSegment,
    long lastSegment,
    @Nullable Long firstTick,
    @Nullable String previousSegmentSha256,
    @Nullable String chainHead,
    String streamId,
    long sequence,
    @Nullable String previousBundle,
    String selection,
    String target) {
  static final String FILE = "seal.json";
  private static final String FORMAT = "esnode.seal/1";
  private static final int MAX_BYTES = 1 << 16;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern SELECTION = Pattern.compile("continuous|trigger|manual");

  /** Null where the spool is a whole recording. */
  public static @Nullable SealOrder read(Path spool) throws IOException {
    Path file = spool.resolve(FILE);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    try {
      return parse(SmallFile.read(file, MAX_BYTES));
    } catch (JsonException e) {
      throw new SpoolException(
          "%s: %s; it says which part of a recording lies here, and without it nothing is sealed: make the cut again, or move it away to seal what is there as it is"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Writes it whole or not at all. */
  public void write(Path spool) throws IOException {
    AtomicFile.write(spool.resolve(FILE), toJson().pretty().getBytes(StandardCharsets.UTF_8));
  }

  static SealOrder parse(byte[] utf8) throws JsonException {
    return from(JsonReader.object(utf8));
  }

  Json.Obj toJson() {
    return Json.object()
        .put("format", FORMAT)
        .put("recording_id", recordingId)
        .put("first_segment", firstSegment)
        .put("last_segment", lastSegment)
        .put("first_tick", Json.ofNullable(firstTick))
        .put("previous_segment_sha256", previousSegmentSha256)
        .put("chain_head", chainHead)
        .put("stream_id", streamId)
        .put("sequence", sequence)
        .put("previous_bundle", previousBundle)
        .put("selection", selection)
        .put("target", target)
        .build();
  }

  private static SealOrder from(Json.Obj json) throws JsonException {
    if (!FORMAT.equals(json.text("format"))) {
      throw new JsonException(
          "format: found \"%s\", this esnode reads \"%s\"".formatted(json.text("format"), FORMAT));
    }
    SealOrder order = new SealOrder(
        json.text("recording_id"),
        json.integer("first_segment"),
        json.integer("last_segment"),
        firstTick(json),
        digest(json, "previous_segment_sha256"),
        digest(json, "chain_head"),
        json.text("stream_id"),
        json.integer("sequence"),
        digest(json, "previous_bundle"),
        json.text("selection"),
        json.text("target"));
    if (order.firstSegment < 0 || order.lastSegment < order.firstSegment) {
      throw new JsonException("first_segment, last_segment: found %d to %d"
          .formatted(order.firstSegment, order.lastSegment));
    }
    PlainName.check(order.target);
    if (order.sequence < 0) {
      throw new JsonException("sequence: found %d".formatted(order.sequence));
    }
    checkSelection(order.selection);
    return order;
  }

  /** Null or the number of a tick. */
  static @Nullable Long firstTick(Json.Obj json) throws JsonException {
    Long tick = json.integerOrNull("first_tick");
    if (tick != null && tick < 0) {
      throw new JsonException("first_tick: found %d".formatted(tick));
    }
    return tick;
  }

  static void checkSelection(String selection) throws JsonException {
    if (!SELECTION.matcher(selection).matches()) {
      throw new JsonException(
          "selection: found \"%s\", expected continuous, trigger or manual".formatted(selection));
    }
  }

  /** Null or 64 hex digits. */
  static @Nullable String digest(Json.Obj json, String name) throws JsonException {
    String found = json.textOrNull(name);
    if (found != null && !SHA256.matcher(found).matches()) {
      throw new JsonException("%s: found \"%s\", expected 64 hex digits".formatted(name, found));
    }
    return found;
  }
}
