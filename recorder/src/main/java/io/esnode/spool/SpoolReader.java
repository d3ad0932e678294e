package io.esnode.spool;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.metric.Registry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a spool back, whatever happened to it: what fails its CRC never existed, reading goes on at the next frame that
 * holds, values go on at the next keyframe, and everything skipped is reported. Not thread-safe.
 */
public final class SpoolReader {
  private static final long MAX_SEGMENT = 1L << 30;

  private final List<Path> segments;
  private final SpoolHeader header;
  private final TickDecoder decoder;
  private final CRC32C crc = new CRC32C();
  private long damagedBytes;
  private long tornBytes;
  private boolean ended;

  /**
   * What was read.
   *
   * @param header of the first segment whose header holds
   * @param chainHead SHA-256 of the last segment
   * @param bytes of all segments
   * @param damagedBytes skipped because no CRC vouched for them, the torn end included
   * @param ended whether the recorder ended on purpose
   */
  public record Summary(
      SpoolHeader header,
      String chainHead,
      long segments,
      long bytes,
      long damagedBytes,
      boolean ended) {}

  private SpoolReader(List<Path> segments, SpoolHeader header) {
    this.segments = segments;
    this.header = header;
    this.decoder = new TickDecoder(header.columns());
  }

  /** Finds the segments and the first header that holds. */
  public static SpoolReader open(SpoolDirectory directory) throws IOException {
    List<Path> segments = directory.segments();
    for (Path segment : segments) {
      byte[] bytes = read(segment);
      SpoolHeader header = header(bytes);
      if (header != null) {
        check(directory.path(), header);
        return new SpoolReader(segments, header);
      }
    }
    throw new SpoolException(
        segments.isEmpty()
            ? "%s: no segments; nothing was recorded here".formatted(directory.path())
            : "%s: none of %d segments begins with a header that holds; nothing can be read"
                .formatted(directory.path(), segments.size()));
  }

  public SpoolHeader header() {
    return header;
  }

  /** Reads everything once; a second call reads it again. */
  public Summary read(SpoolVisitor visitor) throws IOException {
    damagedBytes = 0;
    tornBytes = 0;
    ended = false;
    long total = 0;
    String previous = null;
    long expected = 0;
    for (int i = 0; i < segments.size(); i++) {
      Path segment = segments.get(i);
      String name = String.valueOf(segment.getFileName());
      byte[] bytes = read(segment);
      total += bytes.length;
      long number = SpoolDirectory.number(segment);
      if (number != expected) {
        visitor.damage(new SpoolVisitor.Damage(
            name, 0, 0, "%d segments before it are missing".formatted(number - expected)));
      }
      chain(bytes, name, number == expected ? previous : null, number == expected, visitor);
      frames(bytes, name, i + 1 == segments.size(), visitor);
      previous = Sha256.hex(bytes);
      expected = number + 1;
    }
    return new Summary(
        header,
        previous == null ? "" : previous,
        segments.size(),
        total,
        damagedBytes + tornBytes,
        ended);
  }

  /** A table or column that this version does not know would be lost silently: refuse instead. */
  private static void check(Path directory, SpoolHeader header) throws SpoolException {
    for (Map.Entry<String, List<String>> table : header.columns().entrySet()) {
      if (Registry.get().find(table.getKey()).isEmpty()) {
        throw new SpoolException(
            "%s: recorded by esnode %s with table %s, which this version does not know; seal it with that version"
                .formatted(directory, header.toolVersion(), table.getKey()));
      }
      for (String column : table.getValue()) {
        if (Registry.get().find(table.getKey(), column).isEmpty()) {
          throw new SpoolException(
              "%s: recorded by esnode %s with %s.%s, which this version does not know; seal it with that version"
                  .formatted(directory, header.toolVersion(), table.getKey(), column));
        }
      }
    }
  }

  private void chain(
      byte[] bytes, String name, @Nullable String previous, boolean follows, SpoolVisitor visitor)
      throws IOException {
    SpoolHeader own = header(bytes);
    if (own == null) {
      return;
    }
    if (!own.recordingId().equals(header.recordingId())) {
      visitor.damage(new SpoolVisitor.Damage(
          name,
          0,
          0,
          "belongs to recording %s, not %s".formatted(own.recordingId(), header.recordingId())));
    } else if (follows && !Objects.equals(own.previousSha256(), previous)) {
      visitor.damage(new SpoolVisitor.Damage(
          name,
          0,
          0,
          "says the segment before has SHA-256 %s, it has %s: it was changed or damaged"
              .formatted(own.previousSha256(), previous)));
    }
  }

  private void frames(byte[] bytes, String name, boolean last, SpoolVisitor visitor)
      throws IOException {
    int at = 0;
    while (at < bytes.length) {
      int length = frameAt(bytes, at);
      String problem = "CRC does not match";
      if (length >= 0) {
        try {
          frame(bytes, at, length, visitor);
          at += Frame.HEAD_BYTES + length;
          continue;
        } catch (SpoolException e) {
          problem = String.valueOf(e.getMessage());
        }
      }
      int next = length >= 0 ? at + Frame.HEAD_BYTES + length : resume(bytes, at);
      boolean torn = next == bytes.length && length < 0 && last;
      if (torn) {
        tornBytes += next - at;
      } else {
        damagedBytes += next - at;
      }
      visitor.damage(new SpoolVisitor.Damage(
          name,
          at,
          next - at,
          torn ? "torn end: the recorder was stopped while it wrote" : problem));
      at = next;
    }
  }

  /** Payload length of the frame that starts there, or -1 if none that holds does. */
  private int frameAt(byte[] bytes, int at) {
    if (bytes.length - at < Frame.HEAD_BYTES + 1) {
      return -1;
    }
    ByteBuffer head = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int length = head.getInt(at);
    if (length < 1 || length > Frame.MAX_PAYLOAD || length > bytes.length - at - Frame.HEAD_BYTES) {
      return -1;
    }
    crc.reset();
    crc.update(bytes, at, 4);
    crc.update(bytes, at + 8, 8 + length);
    return (int) crc.getValue() == head.getInt(at + 4) ? length : -1;
  }

  /** The next offset at which a frame holds: where the damaged one says it ends, else at the next sync mark. */
  private int resume(byte[] bytes, int at) {
    if (bytes.length - at >= Frame.HEAD_BYTES) {
      long claimed = at
          + Frame.HEAD_BYTES
          + (ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(at) & 0xffffffffL);
      if (claimed < bytes.length && frameAt(bytes, (int) claimed) >= 0) {
        return (int) claimed;
      }
    }
    int markOffset = Frame.HEAD_BYTES + 1;
    for (int mark = at + 1 + markOffset; mark + 4 <= bytes.length; mark++) {
      if (bytes[mark] == (byte) Frame.SYNC
          && bytes[mark + 1] == (byte) (Frame.SYNC >> 8)
          && bytes[mark + 2] == (byte) (Frame.SYNC >> 16)
          && bytes[mark + 3] == (byte) (Frame.SYNC >> 24)
          && frameAt(bytes, mark - markOffset) >= 0) {
        return mark - markOffset;
      }
    }
    return bytes.length;
  }

  private void frame(byte[] bytes, int at, int length, SpoolVisitor visitor) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(bytes, at + Frame.HEAD_BYTES, length)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
    long mono = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(at + 8);
    byte type = in.get();
    if (type != Frame.DELTA && (in.remaining() < 4 || in.getInt() != Frame.SYNC)) {
      throw new SpoolException("frame of type %d without its sync mark".formatted(type));
    }
    switch (type) {
      case Frame.HEADER -> {
        // Looked at before the frames are read.
      }
      case Frame.KEYFRAME -> visitor.tick(decoder.keyframe(in, mono));
      case Frame.DELTA -> {
        if (!decoder.inStep()) {
          throw new SpoolException("values unknown until the next keyframe");
        }
        visitor.tick(decoder.delta(in, mono));
      }
      case Frame.ROW -> visitor.row(textRow(in), mono);
      case Frame.END -> ended = true;
      default -> throw new SpoolException("frame of unknown type %d".formatted(type));
    }
  }

  private TextRow textRow(ByteBuffer in) throws SpoolException {
    try {
      TextRow row = TextRow.from(json(in));
      List<String> listed = header.columns().getOrDefault(row.table(), List.of());
      Set<String> names = new TreeSet<>(row.texts().keySet());
      names.addAll(row.numbers().keySet());
      for (String column : names) {
        if (!listed.contains(column)) {
          throw new SpoolException("row of %s.%s, which the segment header does not list"
              .formatted(row.table(), column));
        }
      }
      if (listed.isEmpty()) {
        throw new SpoolException(
            "row of %s, which the segment header does not list".formatted(row.table()));
      }
      return row;
    } catch (JsonException e) {
      throw new SpoolException("row: " + e.getMessage(), e);
    }
  }

  private static Json.Obj json(ByteBuffer in) throws JsonException {
    byte[] utf8 = new byte[in.remaining()];
    in.get(utf8);
    return JsonReader.object(utf8);
  }

  private static @Nullable SpoolHeader header(byte[] segment) {
    int start = Frame.HEAD_BYTES;
    if (segment.length < start + 5 || segment[start] != Frame.HEADER) {
      return null;
    }
    ByteBuffer all = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    int length = all.getInt(0);
    if (length < 5 || length > segment.length - start || all.getInt(start + 1) != Frame.SYNC) {
      return null;
    }
    CRC32C crc = new CRC32C();
    crc.update(segment, 0, 4);
    crc.update(segment, 8, 8 + length);
    if ((int) crc.getValue() != all.getInt(4)) {
      return null;
    }
    try {
      return SpoolHeader.from(
          JsonReader.object(Arrays.copyOfRange(segment, start + 5, start + length)));
    } catch (JsonException e) {
      return null;
    }
  }

  private static byte[] read(Path segment) throws IOException {
    long size = Files.size(segment);
    if (size > MAX_SEGMENT) {
      throw new SpoolException(
          "%s: %d bytes; a segment has at most %d".formatted(segment, size, MAX_SEGMENT));
    }
    return Files.readAllBytes(segment);
  }
}
