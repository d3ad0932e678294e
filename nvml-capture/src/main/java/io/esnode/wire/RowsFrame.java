package io.esnode.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * One tick of one table of one GPU on its way to the pipe, refilled at every tick. Not thread-safe; allocates only when it
 * must grow. Begin, then for each row {@link #row} and {@link #set}.
 *
 * <pre>
 * gpu i32 | table i32 | tick i64 | ts i64, µs | mono i64, ns | columns i32 | rows i32
 * per row: | entity text | presence bits, column i is bit i mod 8 of byte i div 8 | i64 for every column, 0 where absent |
 * </pre>
 */
public final class RowsFrame {
  private static final int ROW_COUNT_AT = WireWriter.HEAD_BYTES + 4 + 4 + 8 + 8 + 8 + 4;

  private final int gpu;
  private final int table;
  private final int columns;
  private ByteBuffer bytes = ByteBuffer.allocateDirect(4096).order(ByteOrder.LITTLE_ENDIAN);
  private int rows;
  private int bitsAt;
  private int valuesAt;

  public RowsFrame(int gpu, int table, int columns) {
    this.gpu = gpu;
    this.table = table;
    this.columns = columns;
  }

  /**
   * Empties the frame for the next tick.
   *
   * @param tick its number, or {@link Message.Rows#NO_TICK}
   */
  public void begin(long tick, long tsMicros, long monoNanos) {
    rows = 0;
    bytes.clear();
    bytes
        .putInt(0)
        .put(WireWriter.ROWS)
        .putInt(gpu)
        .putInt(table)
        .putLong(tick)
        .putLong(tsMicros)
        .putLong(monoNanos)
        .putInt(columns)
        .putInt(0);
  }

  /** Starts a row in which every column is absent. */
  public void row(byte[] entityUtf8) {
    int bits = (columns + 7) / 8;
    room(4 + entityUtf8.length + bits + 8 * columns);
    bytes.putInt(entityUtf8.length).put(entityUtf8);
    bitsAt = bytes.position();
    valuesAt = bitsAt + bits;
    for (int at = bitsAt; at < valuesAt; at++) {
      bytes.put(at, (byte) 0);
    }
    int end = valuesAt + 8 * columns;
    for (int at = valuesAt; at < end; at += 8) {
      bytes.putLong(at, 0);
    }
    bytes.position(end);
    rows++;
  }

  /** The bytes {@link #row} takes; make them once. */
  public static byte[] entity(String entity) {
    return entity.getBytes(StandardCharsets.UTF_8);
  }

  /** A value of the current row. */
  public void set(int column, long value) {
    int at = bitsAt + column / 8;
    bytes.put(at, (byte) (bytes.get(at) | 1 << column % 8));
    bytes.putLong(valuesAt + 8 * column, value);
  }

  /** Whether the current row has the column. */
  public boolean present(int column) {
    return (bytes.get(bitsAt + column / 8) >> column % 8 & 1) != 0;
  }

  public int rows() {
    return rows;
  }

  ByteBuffer finished() {
    bytes.putInt(0, bytes.position() - WireWriter.HEAD_BYTES);
    bytes.putInt(ROW_COUNT_AT, rows);
    return bytes.flip();
  }

  private void room(int more) {
    if (bytes.remaining() < more) {
      ByteBuffer larger = ByteBuffer.allocateDirect(
              Math.max(bytes.position() + more, bytes.capacity() * 2))
          .order(ByteOrder.LITTLE_ENDIAN);
      bytes = larger.put(bytes.flip());
    }
  }
}
