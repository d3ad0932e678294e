package io.esnode.spool;

import io.esnode.bundle.NvmlSession;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.seal.EpochSeal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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

  /** The year 2112: what lies beyond is no clock's reading, and sums of it would not fit a manifest's integers. */
  private static final long MAX_TIME_US = 1L << 52;

  /** Three tables of 128 GPUs, and a few that came back. */
  private static final int MAX_LANES = 1 << 10;

  /** Of all lanes together, so that no spool takes more memory than there is. */
  private static final int MAX_LANE_VALUES = 1 << 23;

  /** More ticks than one gap can have taken: 68 years at 1 Hz. */
  private static final long MAX_TICKS = 1L << 31;

  private final List<Path> segments;
  private final List<Aside> aside;
  private final SpoolHeader header;
  private final @Nullable SealOrder order;
  private final Standing<Boolean> standing = new Standing<>();
  private final TickDecoder decoder;
  private final CRC32C crc = new CRC32C();
  private final Map<Long, ReadLane> lanes = new HashMap<>();
  private final SealedHeads heads = new SealedHeads();
  private long damagedBytes;
  private long tornBytes;
  private boolean ended;
  private long lastTick;

  /** What is known of a lane so far. */
  private static final class ReadLane {
    private final TickDecoder decoder;
    private @Nullable LaneName name;
    private long lastTick = -1;

    ReadLane(TickDecoder decoder) {
      this.decoder = decoder;
    }
  }

  /** A segment that is not read, because its header says that it does not belong here. */
  private record Aside(String segment, String reason) {}

  /**
   * What was read.
   *
   * @param header of the first segment whose header holds
   * @param chainHead SHA-256 of the last segment
   * @param bytes of all segments
   * @param damagedBytes skipped because no CRC vouched for them, the torn end included
   * @param ended whether the recorder ended on purpose, or what was read is all of the part that was cut
   */
  public record Summary(
      SpoolHeader header,
      String chainHead,
      long segments,
      long bytes,
      long damagedBytes,
      boolean ended) {}

  private SpoolReader(
      List<Path> segments, List<Aside> aside, SpoolHeader header, @Nullable SealOrder order) {
    this.segments = segments;
    this.aside = aside;
    this.header = header;
    this.order = order;
    this.decoder = new TickDecoder(header.columns());
  }

  /** Finds the segments and the first header that holds. */
  public static SpoolReader open(SpoolDirectory directory) throws IOException {
    List<Path> all = directory.segments();
    List<Path> segments = new ArrayList<>();
    List<Aside> aside = new ArrayList<>();
    SpoolHeader first = null;
    SealOrder order = SealOrder.read(directory.path());
    for (Path segment : all) {
      SpoolHeader own = header(head(segment));
      String stranger =
          own == null ? null : stranger(own, SpoolDirectory.number(segment), first, order);
      if (stranger == null) {
        segments.add(segment);
        first = first == null ? own : first;
      } else {
        aside.add(new Aside(String.valueOf(segment.getFileName()), stranger));
      }
    }
    if (first == null) {
      throw new SpoolException(
          all.isEmpty()
              ? "%s: no segments; nothing was recorded here".formatted(directory.path())
              : "%s: none of %d segments begins with a header that holds; nothing can be read"
                  .formatted(directory.path(), all.size()));
    }
    check(directory.path(), first);
    return new SpoolReader(segments, aside, first, order);
  }

  /** What a segment says of the one before; null where it is not there or its header does not hold. */
  public static @Nullable String previousSha256(SpoolDirectory directory, long segment)
      throws IOException {
    for (Path path : directory.segments()) {
      if (SpoolDirectory.number(path) == segment) {
        SpoolHeader own = header(head(path));
        return own == null ? null : own.previousSha256();
      }
    }
    return null;
  }

  private static @Nullable String stranger(
      SpoolHeader own, long number, @Nullable SpoolHeader first, @Nullable SealOrder order) {
    if (own.segment() != number) {
      return "is segment %d by its header; not read, left where it is".formatted(own.segment());
    }
    if (order != null && (number < order.firstSegment() || number > order.lastSegment())) {
      return "is not one of segments %d to %d, which were cut; not read, left where it is"
          .formatted(order.firstSegment(), order.lastSegment());
    }
    String recording =
        order != null ? order.recordingId() : first == null ? null : first.recordingId();
    return recording == null || own.recordingId().equals(recording)
        ? null
        : "belongs to recording %s, not %s; not read, left where it is"
            .formatted(own.recordingId(), recording);
  }

  /** Which part of a recording this is; null where it is a whole one. */
  public @Nullable SealOrder order() {
    return order;
  }

  public SpoolHeader header() {
    return header;
  }

  /** The segments that are read: what may go once it is sealed. */
  public List<Path> segments() {
    return List.copyOf(segments);
  }

  /** Reads everything once; a second call reads it again. */
  public Summary read(SpoolVisitor visitor) throws IOException {
    damagedBytes = 0;
    tornBytes = 0;
    ended = false;
    lastTick = -1;
    lanes.clear();
    standing.clear();
    for (Aside one : aside) {
      visitor.damage(new SpoolVisitor.Damage(one.segment(), 0, 0, one.reason()));
    }
    long total = 0;
    String previous = order == null ? null : order.previousSegmentSha256();
    boolean known = order == null || previous != null;
    long expected = order == null ? 0 : order.firstSegment();
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
      chain(bytes, name, previous, known && number == expected, visitor);
      heads.segment(number, bytes);
      frames(bytes, name, i + 1 == segments.size(), visitor);
      previous = Sha256.hex(bytes);
      known = true;
      expected = number + 1;
    }
    return new Summary(
        header,
        previous == null ? "" : previous,
        segments.size(),
        total,
        damagedBytes + tornBytes,
        ended(previous, expected, visitor));
  }

  private boolean ended(@Nullable String last, long next, SpoolVisitor visitor) throws IOException {
    if (order == null || order.chainHead() == null) {
      return ended;
    }
    return wholePart(order, last, next, visitor);
  }

  /** Whether the last segment is the one that the recorder wrote. */
  private static boolean wholePart(
      SealOrder order, @Nullable String last, long next, SpoolVisitor visitor) throws IOException {
    String name = SpoolDirectory.name(order.lastSegment());
    if (next <= order.lastSegment()) {
      visitor.damage(new SpoolVisitor.Damage(
          name,
          0,
          0,
          "%d segments up to it are missing".formatted(order.lastSegment() + 1 - next)));
      return false;
    }
    if (!Objects.equals(order.chainHead(), last)) {
      visitor.damage(new SpoolVisitor.Damage(
          name,
          0,
          0,
          "the recorder says it has SHA-256 %s, it has %s: it was changed or damaged"
              .formatted(order.chainHead(), last)));
      return false;
    }
    return true;
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
    if (follows && !Objects.equals(own.previousSha256(), previous)) {
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
    if (Frame.hasSync(type) && (in.remaining() < 4 || in.getInt() != Frame.SYNC)) {
      throw new SpoolException("frame of type %d without its sync mark".formatted(type));
    }
    switch (type) {
      case Frame.HEADER -> {
        // Looked at before the frames are read.
      }
      case Frame.KEYFRAME -> {
        Tick tick = decoder.keyframe(in, mono);
        requireNumbers(tick, decoder);
        lastTick = inOrder(tick, lastTick, decoder);
        visitor.tick(tick);
      }
      case Frame.DELTA -> {
        requireInStep(decoder);
        Tick tick = decoder.delta(in, mono);
        lastTick = inOrder(tick, lastTick, decoder);
        visitor.tick(tick);
      }
      case Frame.LANE_KEYFRAME -> laneKeyframe(in, mono, visitor);
      case Frame.LANE_DELTA -> laneDelta(in, mono, visitor);
      case Frame.ROW -> {
        TextRow row = textRow(in);
        standing.heard(row, true);
        visitor.row(row, mono);
      }
      case Frame.SESSION -> {
        NvmlSession session = session(in);
        standing.heard(session, true);
        visitor.session(session, mono);
      }
      case Frame.STANDING -> repeated(in, mono, visitor);
      case Frame.SEAL -> seal(in, at, visitor);
      case Frame.END -> ended = true;
      default -> throw new SpoolException("frame of unknown type %d".formatted(type));
    }
  }

  private void seal(ByteBuffer in, int at, SpoolVisitor visitor) throws IOException {
    EpochSeal seal;
    try {
      seal = EpochSeal.from(json(in));
    } catch (JsonException e) {
      throw new SpoolException("seal: " + e.getMessage(), e);
    }
    if (seal.isGenesis() || !seal.recordingId().equals(header.recordingId())) {
      throw new SpoolException("seal: epoch %d of recording %s, in one of %s"
          .formatted(seal.epoch(), seal.recordingId(), header.recordingId()));
    }
    boolean differs = heads.of(seal, at) == SealedHeads.Head.DIFFERS;
    if (differs && heads.isFirst()) {
      visitor.damage(new SpoolVisitor.Damage(
          SpoolDirectory.name(heads.segment()),
          0,
          0,
          "does not begin as it was sealed in epoch %d: it was changed or damaged"
              .formatted(seal.epoch())));
    }
    visitor.seal(seal, differs);
  }

  /** Whoever comes from the segment before has heard it there. */
  private void repeated(ByteBuffer in, long mono, SpoolVisitor visitor) throws IOException {
    byte of = in.hasRemaining() ? in.get() : 0;
    if (of == Frame.ROW) {
      TextRow row = textRow(in);
      if (row.table().equals("gap") && standing.heard(row, true)) {
        visitor.row(row, mono);
      }
    } else if (of == Frame.SESSION) {
      NvmlSession session = session(in);
      if (standing.heard(session, true)) {
        visitor.session(session, mono);
      }
    } else {
      throw new SpoolException("frame of type %d repeated".formatted(of));
    }
  }

  private void laneKeyframe(ByteBuffer in, long mono, SpoolVisitor visitor) throws IOException {
    long number = laneNumber(in);
    ReadLane lane = lanes.get(number);
    if (lane == null) {
      if (lanes.size() >= MAX_LANES) {
        throw new SpoolException("lane %d: at most %d lanes are read".formatted(number, MAX_LANES));
      }
      lane = new ReadLane(new TickDecoder(header.columns()));
      lanes.put(number, lane);
    }
    LaneName name = laneName((int) number, in, lane);
    Tick tick = lane.decoder.keyframe(in, mono);
    requireNumbers(tick, lane.decoder);
    requireRowsOf(name, tick, lane.decoder);
    requireRoom(lane.decoder);
    lane.lastTick = inOrder(tick, lane.lastTick, lane.decoder);
    lane.name = name;
    visitor.laneTick(name, tick);
  }

  private void laneDelta(ByteBuffer in, long mono, SpoolVisitor visitor) throws IOException {
    long number = laneNumber(in);
    ReadLane lane = lanes.get(number);
    LaneName name = lane == null ? null : lane.name;
    if (lane == null || name == null) {
      throw new SpoolException("lane %d: nothing known of it yet".formatted(number));
    }
    requireInStep(lane.decoder);
    Tick tick = lane.decoder.delta(in, mono);
    lane.lastTick = inOrder(tick, lane.lastTick, lane.decoder);
    visitor.laneTick(name, tick);
  }

  private static long laneNumber(ByteBuffer in) throws SpoolException {
    try {
      long number = TickDecoder.varint(in);
      if (number < 0 || number > Integer.MAX_VALUE) {
        throw new SpoolException("lane %s".formatted(Long.toUnsignedString(number)));
      }
      return number;
    } catch (BufferUnderflowException e) {
      throw new SpoolException("lane ends early", e);
    }
  }

  /** A lane keeps its name for as long as the recording lasts. */
  private static LaneName laneName(int number, ByteBuffer in, ReadLane lane) throws SpoolException {
    LaneName read;
    try {
      read = new LaneName(number, TickDecoder.text(in), TickDecoder.text(in), TickDecoder.text(in));
    } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new SpoolException("lane ends early", e);
    }
    if (lane.name != null && !lane.name.equals(read)) {
      throw new SpoolException("lane %d was %s, now it is %s".formatted(number, lane.name, read));
    }
    if (!read.origin().equals("live") && !read.origin().equals("simulated") && !read.isBurst()) {
      throw new SpoolException("lane %d of origin %s".formatted(number, read.origin()));
    }
    return read;
  }

  private static void requireRowsOf(LaneName name, Tick tick, TickDecoder decoder)
      throws SpoolException {
    for (int row = 0; row < tick.rows(); row++) {
      if (!tick.table(row).equals(name.table())) {
        decoder.lose();
        throw new SpoolException("row of %s in lane %d, which is of %s"
            .formatted(tick.table(row), name.number(), name.table()));
      }
    }
  }

  private void requireRoom(TickDecoder newest) throws SpoolException {
    long values = 0;
    for (ReadLane lane : lanes.values()) {
      values += lane.decoder.capacity();
    }
    if (values > MAX_LANE_VALUES) {
      newest.clear();
      throw new SpoolException(
          "%d values in all lanes, at most %d are read".formatted(values, MAX_LANE_VALUES));
    }
  }

  private static void requireInStep(TickDecoder decoder) throws SpoolException {
    if (!decoder.inStep()) {
      throw new SpoolException("values unknown until the next keyframe");
    }
  }

  /** Ticks hold numbers; a table with text in it comes as rows of its own. */
  private static void requireNumbers(Tick tick, TickDecoder decoder) throws SpoolException {
    for (int row = 0; row < tick.rows(); row++) {
      Table table = Registry.get().table(tick.table(row));
      if (table.columns().stream().anyMatch(metric -> metric.type() == Metric.Type.TEXT)) {
        decoder.lose();
        throw new SpoolException(
            "keyframe with numbers for %s, which holds text".formatted(table.name()));
      }
    }
  }

  private static long inOrder(Tick tick, long lastTick, TickDecoder decoder) throws SpoolException {
    if (tick.number() <= lastTick) {
      decoder.lose();
      throw new SpoolException("tick %d after tick %d".formatted(tick.number(), lastTick));
    }
    if (tick.number() > MAX_TIME_US
        || tick.tsMicros() < 0
        || tick.tsMicros() > MAX_TIME_US
        || tick.monoNanos() < 0
        || tick.monoNanos() / 1000 > MAX_TIME_US) {
      decoder.lose();
      throw new SpoolException("tick %d at %d µs, monotonic %d ns: no clock reads so"
          .formatted(tick.number(), tick.tsMicros(), tick.monoNanos()));
    }
    return tick.number();
  }

  private static NvmlSession session(ByteBuffer in) throws SpoolException {
    try {
      return NvmlSession.from(json(in));
    } catch (JsonException e) {
      throw new SpoolException("session: " + e.getMessage(), e);
    }
  }

  private TextRow textRow(ByteBuffer in) throws SpoolException {
    try {
      TextRow row = TextRow.from(json(in));
      if (row.table().equals(SealRow.TABLE)) {
        throw new SpoolException(
            "row of %s: seals have frames of their own".formatted(SealRow.TABLE));
      }
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
      long ticks = row.numbers().getOrDefault("ticks_count", 0L);
      if (ticks < 0 || ticks > MAX_TICKS) {
        throw new SpoolException("row about %d ticks".formatted(ticks));
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
    SpoolHeader first = header(segment, 0);
    return first == null ? secondHeader(segment) : first;
  }

  /** The same frame again, right behind the first: as far from the start as it is long. */
  private static @Nullable SpoolHeader secondHeader(byte[] segment) {
    ByteBuffer all = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    int most = Math.min(segment.length, Frame.HEAD_BYTES + Frame.MAX_PAYLOAD) - Integer.BYTES;
    for (int at = Frame.HEAD_BYTES + 1; at <= most; at++) {
      SpoolHeader found = all.getInt(at) == at - Frame.HEAD_BYTES ? header(segment, at) : null;
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static @Nullable SpoolHeader header(byte[] segment, int at) {
    int start = at + Frame.HEAD_BYTES;
    if (segment.length < start + 5 || segment[start] != Frame.HEADER) {
      return null;
    }
    ByteBuffer all = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    int length = all.getInt(at);
    if (length < 5 || length > segment.length - start || all.getInt(start + 1) != Frame.SYNC) {
      return null;
    }
    CRC32C crc = new CRC32C();
    crc.update(segment, at, 4);
    crc.update(segment, at + 8, 8 + length);
    if ((int) crc.getValue() != all.getInt(at + 4)) {
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

  /** The first frame of a segment if it is a header that holds, else all that may hold a second one. */
  private static byte[] head(Path segment) throws IOException {
    try (InputStream in = Files.newInputStream(segment)) {
      byte[] start = in.readNBytes(Frame.HEAD_BYTES);
      if (start.length < Frame.HEAD_BYTES) {
        return start;
      }
      int length = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
      byte[] payload = in.readNBytes(Math.min(Math.max(length, 0), Frame.MAX_PAYLOAD));
      byte[] frame = Arrays.copyOf(start, start.length + payload.length);
      System.arraycopy(payload, 0, frame, start.length, payload.length);
      if (header(frame, 0) != null) {
        return frame;
      }
    }
    try (InputStream in = Files.newInputStream(segment)) {
      return in.readNBytes(2 * (Frame.HEAD_BYTES + Frame.MAX_PAYLOAD));
    }
  }
}
