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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What stands in {@code stream.json} of the spool of a recording that makes several bundles: how far their stream has come,
 * and which parts are to be sealed next. Immutable, thread-safe.
 *
 * @param mode what becomes of what no bundle has
 * @param name the bundles are {@code NAME-000000.parquet}, {@code NAME-000001.parquet}, …
 * @param sequence of the next bundle
 * @param previousBundle digest of the last one, null before the first
 * @param nextSegment the first that no bundle of a rotation has
 * @param pending in the order in which they are sealed
 */
public record StreamState(
    Mode mode,
    String name,
    long sequence,
    @Nullable String previousBundle,
    long nextSegment,
    List<Part> pending) {
  static final String FILE = "stream.json";
  private static final String FORMAT = "esnode.stream/1";
  private static final int MAX_BYTES = 1 << 20;

  /** What becomes of the segments. */
  public enum Mode {
    /** Every one belongs to one bundle. */
    ROTATE,
    /** The oldest are deleted; a bundle is made when somebody asks. */
    RING
  }

  /**
   * A part that is to become a bundle.
   *
   * @param firstSegment and {@code lastSegment}, both in it
   * @param firstTick the first that belongs to it; null where it is the first that is there
   * @param previousSegmentSha256 of the segment before the first one, null where there is none or it is not known
   * @param chainHead SHA-256 of the last segment; null where the recorder did not live to say
   * @param target file name
   */
  public record Part(
      long firstSegment,
      long lastSegment,
      @Nullable Long firstTick,
      @Nullable String previousSegmentSha256,
      @Nullable String chainHead,
      String selection,
      String target) {
    public boolean has(long segment) {
      return segment >= firstSegment && segment <= lastSegment;
    }
  }

  public StreamState {
    pending = List.copyOf(pending);
  }

  /** Nothing is sealed yet. */
  public static StreamState begin(Mode mode, String name) {
    return new StreamState(mode, name, 0, null, 0, List.of());
  }

  /** Null where the spool becomes one bundle. */
  public static @Nullable StreamState read(Path spool) throws IOException {
    Path file = spool.resolve(FILE);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    try {
      return parse(SmallFile.read(file, MAX_BYTES));
    } catch (JsonException e) {
      throw new SpoolException(
          "%s: %s; move it away to seal all that is left as one bundle of no stream"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** Writes it whole or not at all. */
  public void write(Path spool) throws IOException {
    AtomicFile.write(spool.resolve(FILE), toJson().pretty().getBytes(StandardCharsets.UTF_8));
  }

  /** File name of the bundle after those that are pending. */
  public String nextName() {
    return String.format(Locale.ROOT, "%s-%06d.parquet", name, sequence + pending.size());
  }

  /** One more part to seal. */
  public StreamState plus(Part part) {
    List<Part> more = new ArrayList<>(pending);
    more.add(part);
    return new StreamState(mode, name, sequence, previousBundle, nextSegment, more);
  }

  /** The first pending part, as an order. */
  public SealOrder order(SpoolHeader header) {
    Part part = pending.get(0);
    return new SealOrder(
        header.recordingId(),
        part.firstSegment(),
        part.lastSegment(),
        part.firstTick(),
        part.previousSegmentSha256(),
        part.chainHead(),
        header.streamId(),
        sequence,
        previousBundle,
        part.selection(),
        part.target());
  }

  /** The first pending part has become a bundle. */
  public StreamState sealed(String sha256) {
    return new StreamState(
        mode, name, sequence + 1, sha256, pending.get(0).lastSegment() + 1, withoutFirst());
  }

  /** The first pending part holds nothing that could become one. */
  public StreamState skipped() {
    return new StreamState(
        mode, name, sequence, previousBundle, pending.get(0).lastSegment() + 1, withoutFirst());
  }

  private List<Part> withoutFirst() {
    return pending.subList(1, pending.size());
  }

  /** The first segment that is in no bundle, sealed or pending. */
  public long firstUnplanned() {
    return pending.isEmpty() ? nextSegment : pending.get(pending.size() - 1).lastSegment() + 1;
  }

  Json.Obj toJson() {
    List<Json> parts = new ArrayList<>();
    for (Part part : pending) {
      parts.add(Json.object()
          .put("first_segment", part.firstSegment())
          .put("last_segment", part.lastSegment())
          .put("first_tick", Json.ofNullable(part.firstTick()))
          .put("previous_segment_sha256", part.previousSegmentSha256())
          .put("chain_head", part.chainHead())
          .put("selection", part.selection())
          .put("target", part.target())
          .build());
    }
    return Json.object()
        .put("format", FORMAT)
        .put("mode", mode.name().toLowerCase(Locale.ROOT))
        .put("name", name)
        .put("sequence", sequence)
        .put("previous_bundle", previousBundle)
        .put("next_segment", nextSegment)
        .put("pending", Json.array(parts))
        .build();
  }

  static StreamState parse(byte[] utf8) throws JsonException {
    Json.Obj json = JsonReader.object(utf8);
    if (!FORMAT.equals(json.text("format"))) {
      throw new JsonException(
          "format: found \"%s\", this esnode reads \"%s\"".formatted(json.text("format"), FORMAT));
    }
    List<Part> parts = new ArrayList<>();
    for (Json.Obj part : json.arr("pending").objects()) {
      Part read = new Part(
          number(part, "first_segment"),
          number(part, "last_segment"),
          SealOrder.firstTick(part),
          SealOrder.digest(part, "previous_segment_sha256"),
          SealOrder.digest(part, "chain_head"),
          part.text("selection"),
          part.text("target"));
      if (read.lastSegment() < read.firstSegment()) {
        throw new JsonException(
            "pending: found segments %d to %d".formatted(read.firstSegment(), read.lastSegment()));
      }
      SealOrder.checkSelection(read.selection());
      PlainName.check(read.target());
      parts.add(read);
    }
    PlainName.check(json.text("name"));
    return new StreamState(
        mode(json.text("mode")),
        json.text("name"),
        number(json, "sequence"),
        SealOrder.digest(json, "previous_bundle"),
        number(json, "next_segment"),
        parts);
  }

  private static Mode mode(String text) throws JsonException {
    return switch (text) {
      case "rotate" -> Mode.ROTATE;
      case "ring" -> Mode.RING;
      default ->
        throw new JsonException("mode: found \"%s\", expected rotate or ring".formatted(text));
    };
  }

  private static long number(Json.Obj json, String name) throws JsonException {
    long found = json.integer(name);
    if (found < 0) {
      throw new JsonException("%s: found %d".formatted(name, found));
    }
    return found;
  }
}
