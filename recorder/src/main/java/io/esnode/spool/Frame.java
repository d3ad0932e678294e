package io.esnode.spool;

import io.esnode.bundle.NvmlSession;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One frame of a spool segment, little-endian, and the buffer it is built in.
 *
 * <pre>
 * 0        4        8                16        16 + length
 * | length | crc32c | monotonic, ns  | payload |
 * </pre>
 *
 * <p>{@code length} counts the payload; the CRC covers everything but itself. A payload starts with its type; all types but
 * deltas go on with {@link #SYNC}, where a reader finds its way again after damage. A frame counts only if its CRC
 * matches. Not thread-safe; grows as needed and is reused.
 */
final class Frame {
  static final int HEAD_BYTES = 16;
  static final int MAX_PAYLOAD = 8 << 20;

  /** First frame of a segment: JSON metadata, see {@link SpoolHeader}. */
  static final byte HEADER = 1;
  /** All rows with their names and values. */
  static final byte KEYFRAME = 2;
  /** What changed since the frame before. */
  static final byte DELTA = 3;
  /** One row with text columns, as JSON. */
  static final byte ROW = 4;
  /** The recorder ended on purpose; JSON. */
  static final byte END = 5;
  /** As {@link #KEYFRAME}, of a lane. */
  static final byte LANE_KEYFRAME = 6;
  /** As {@link #DELTA}, of a lane. */
  static final byte LANE_DELTA = 7;
  /** A session of NVML began; JSON. */
  static final byte SESSION = 8;

  /** A session or a row of an earlier segment that still holds. */
  static final byte STANDING = 9;

  /** How the spool begins, up to here, signed; JSON. */
  static final byte SEAL = 10;

  /** "ESNR" after the type byte of every payload but those of deltas. */
  static final int SYNC = 0x524e5345;

  private final CRC32C crc = new CRC32C();
  private byte[] bytes;
  private int end = HEAD_BYTES;
  private boolean startsSegment;
  private @Nullable TickStream stream;
  private @Nullable TextRow row;
  private @Nullable NvmlSession session;
  private long tick;
  private long tsMicros;
  private long monoNanos;

  Frame() {
    this(2048);
  }

  private Frame(int capacity) {
    bytes = new byte[capacity];
  }

  /** Empties the buffer for a payload of that type. */
  Frame begin(byte type, boolean startsSegment) {
    end = HEAD_BYTES;
    this.startsSegment = startsSegment;
    putByte(type);
    stream = null;
    row = null;
    session = null;
    if (hasSync(type)) {
      putInt(SYNC);
    }
    return this;
  }

  static boolean hasSync(byte type) {
    return type != DELTA && type != LANE_DELTA;
  }

  /** Whether the writer has to start a new segment with this frame. */
  boolean startsSegment() {
    return startsSegment;
  }

  /** The segment is there. */
  void segmentStarted() {
    startsSegment = false;
  }

  byte type() {
    return bytes[HEAD_BYTES];
  }

  /** Whether it means nothing without the frames before it. */
  boolean isDelta() {
    return type() == DELTA || type() == LANE_DELTA;
  }

  /** Whose tick is inside; null where there is none. Not part of the frame's bytes, as {@link #tsMicros}. */
  @Nullable
  TickStream stream() {
    return stream;
  }

  /** Wall time of the tick inside, for the gap row should it be lost. */
  long tsMicros() {
    return tsMicros;
  }

  /** Number of the tick inside. */
  long tick() {
    return tick;
  }

  void holds(TickStream stream, long tick, long tsMicros) {
    this.stream = stream;
    this.tick = tick;
    this.tsMicros = tsMicros;
  }

  void holds(TextRow row, long tsMicros) {
    this.row = row;
    this.tsMicros = tsMicros;
  }

  void holds(NvmlSession session) {
    this.session = session;
  }

  /** Null where there is none. */
  @Nullable
  TextRow row() {
    return row;
  }

  /** Null where there is none. */
  @Nullable
  NvmlSession session() {
    return session;
  }

  /** Says in a later segment what this frame, a session or a row, says; at the time of this one. */
  Frame repeated() {
    int payload = HEAD_BYTES + 1 + Integer.BYTES;
    Frame again = new Frame(end + 1);
    again.begin(STANDING, false);
    again.putByte(type());
    again.putBytes(Arrays.copyOfRange(bytes, payload, end));
    again.finish(monoNanos);
    return again;
  }

  long monoNanos() {
    return monoNanos;
  }

  /** Fills in length, time and CRC. */
  void finish(long monoNanos) {
    this.monoNanos = monoNanos;
    littleEndian(0, end - HEAD_BYTES, 4);
    littleEndian(8, monoNanos, 8);
    crc.reset();
    crc.update(bytes, 0, 4);
    crc.update(bytes, 8, end - 8);
    littleEndian(4, crc.getValue(), 4);
  }

  /** The same bytes, of nobody. */
  Frame copy() {
    Frame same = new Frame(end);
    System.arraycopy(bytes, 0, same.bytes, 0, end);
    same.end = end;
    same.row = row;
    same.session = session;
    same.monoNanos = monoNanos;
    return same;
  }

  byte[] array() {
    return bytes;
  }

  /** Bytes of the whole frame. */
  int size() {
    return end;
  }

  void putByte(int value) {
    ensure(1);
    bytes[end++] = (byte) value;
  }

  void putInt(int value) {
    ensure(4);
    littleEndian(end, value, 4);
    end += 4;
  }

  void putLong(long value) {
    ensure(8);
    littleEndian(end, value, 8);
    end += 8;
  }

  /** Unsigned LEB128: seven bits a byte, low bits first. */
  void putVarint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[end++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[end++] = (byte) rest;
  }

  /** Small magnitudes of either sign become small varints. */
  void putZigzag(long value) {
    putVarint((value << 1) ^ (value >> 63));
  }

  void putBytes(byte[] value) {
    ensure(value.length);
    System.arraycopy(value, 0, bytes, end, value.length);
    end += value.length;
  }

  private void ensure(int more) {
    if (end + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(end + more, bytes.length * 2));
    }
  }

  private void littleEndian(int at, long value, int size) {
    for (int i = 0; i < size; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }
}
