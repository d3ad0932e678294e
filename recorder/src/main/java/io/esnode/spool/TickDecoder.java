package io.esnode.spool;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Reads what {@link TickEncoder} wrote. Not thread-safe. Whatever the bytes, only {@link SpoolException} escapes. */
final class TickDecoder {
  private static final int MAX_ROWS = 1 << 17;
  private static final int MAX_COLUMNS = 1 << 12;
  private static final int MAX_VALUES = 1 << 22;
  private static final int MAX_NAME = 1 << 12;

  private final Map<String, List<String>> columns;
  private final Tick tick = new Tick();
  private long keyTs;
  private long keyMono;
  private boolean inStep;

  /** @param columns of every table that can have rows, as the segment header lists them */
  TickDecoder(Map<String, List<String>> columns) {
    this.columns = columns;
  }

  /** Gives its memory back. */
  void clear() {
    lose();
    tick.values = new long[0];
    tick.present = new boolean[0];
    tick.names = new Tick.Name[0];
    tick.offsets = new int[0];
  }

  /** Values it holds room for. */
  int capacity() {
    return tick.values.length;
  }

  boolean inStep() {
    return inStep;
  }

  /** Forgets the last tick: nothing is known until the next keyframe. */
  void lose() {
    inStep = false;
  }

  /** Decodes a keyframe's payload after type and sync. */
  Tick keyframe(ByteBuffer in, long mono) throws SpoolException {
    inStep = false;
    try {
      long read = varint(in);
      long number = read + varint(in);
      long ts = in.getLong();
      varint(in);
      int rows = bounded(varint(in), MAX_ROWS, "rows");
      Tick.Name[] names = new Tick.Name[rows];
      int[] offsets = new int[rows];
      long[] values = tick.values;
      boolean[] present = tick.present;
      int used = 0;
      for (int i = 0; i < rows; i++) {
        String table = text(in);
        String entity = text(in);
        String source = text(in);
        int width = bounded(varint(in), MAX_COLUMNS, "columns");
        requireListed(table, width);
        names[i] = new Tick.Name(table, entity, source, width);
        offsets[i] = used;
        used = bounded((long) used + width, MAX_VALUES, "values");
        if (used > values.length) {
          values = Arrays.copyOf(values, Math.max(used, values.length * 2));
          present = Arrays.copyOf(present, values.length);
        }
        int bitmap = in.position();
        in.position(Math.addExact(bitmap, (width + 7) / 8));
        for (int column = 0; column < width; column++) {
          boolean there = (in.get(bitmap + column / 8) >> (column % 8) & 1) != 0;
          present[offsets[i] + column] = there;
          values[offsets[i] + column] = there ? zigzag(in) : 0;
        }
      }
      nothingLeft(in);
      tick.number = number;
      tick.tsMicros = ts;
      tick.monoNanos = mono;
      tick.names = names;
      tick.offsets = offsets;
      tick.values = values;
      tick.present = present;
      tick.sequence = read;
    } catch (BufferUnderflowException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | ArithmeticException e) {
      throw new SpoolException("keyframe ends early", e);
    }
    keyTs = tick.tsMicros;
    keyMono = mono;
    inStep = true;
    return tick;
  }

  /** Decodes a delta's payload after the type; the caller has made sure that {@link #inStep()}. */
  Tick delta(ByteBuffer in, long mono) throws SpoolException {
    boolean complete = false;
    inStep = false;
    try {
      long read = varint(in);
      if (read != tick.sequence + 1) {
        throw new SpoolException(
            "tick frame %d after %d: a frame is missing".formatted(read, tick.sequence));
      }
      long number = read + varint(in);
      long drift = zigzag(in);
      varint(in);
      int at = -1;
      int used = tick.names.length == 0
          ? 0
          : tick.offsets[tick.names.length - 1] + tick.names[tick.names.length - 1].columns();
      while (in.hasRemaining()) {
        long change = varint(in);
        long next = at + 1L + (change >>> 1);
        if (next < 0 || next >= used) {
          throw new SpoolException("delta changes value %d of %d".formatted(next, used));
        }
        at = (int) next;
        if ((change & 1) != 0) {
          tick.present[at] = false;
          tick.values[at] = 0;
        } else {
          tick.present[at] = true;
          tick.values[at] += zigzag(in);
        }
      }
      tick.number = number;
      tick.monoNanos = mono;
      tick.tsMicros = keyTs + drift + (mono - keyMono) / 1000;
      tick.sequence = read;
      complete = true;
      return tick;
    } catch (BufferUnderflowException e) {
      throw new SpoolException("delta ends early", e);
    } finally {
      inStep = complete;
    }
  }

  private void requireListed(String table, int width) throws SpoolException {
    List<String> listed = columns.get(table);
    if (listed == null || width > listed.size()) {
      throw new SpoolException("row of %s with %d columns, of which the segment header lists %d"
          .formatted(table, width, listed == null ? 0 : listed.size()));
    }
  }

  private static void nothingLeft(ByteBuffer in) throws SpoolException {
    if (in.hasRemaining()) {
      throw new SpoolException("%d bytes after the end of a keyframe".formatted(in.remaining()));
    }
  }

  private static int bounded(long value, int max, String what) throws SpoolException {
    if (value < 0 || value > max) {
      throw new SpoolException("%d %s, at most %d are read".formatted(value, what, max));
    }
    return (int) value;
  }

  static String text(ByteBuffer in) throws SpoolException {
    int length = bounded(varint(in), MAX_NAME, "bytes of a name");
    ByteBuffer utf8 = in.slice(in.position(), length);
    in.position(in.position() + length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw new SpoolException("a name is not UTF-8", e);
    }
  }

  static long varint(ByteBuffer in) throws SpoolException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = in.get();
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new SpoolException("a varint of more than ten bytes");
  }

  private static long zigzag(ByteBuffer in) throws SpoolException {
    long value = varint(in);
    return (value >>> 1) ^ -(value & 1);
  }
}
