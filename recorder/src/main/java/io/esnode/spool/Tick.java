package io.esnode.spool;

/**
 * One tick as it was read back. A view of the decoder's state: valid until the next frame is decoded, not thread-safe.
 */
public final class Tick {
  /**
   * Names of one row.
   *
   * @param columns how many values the row has, in the order of the segment header
   */
  record Name(String table, String entity, String source, int columns) {}

  long sequence;
  long number;
  long tsMicros;
  long monoNanos;
  Name[] names = new Name[0];
  int[] offsets = new int[0];
  long[] values = new long[0];
  boolean[] present = new boolean[0];

  Tick() {}

  public long number() {
    return number;
  }

  /** Counts the frames of the stream from 0: where one is missing, a frame was lost. */
  public long sequence() {
    return sequence;
  }

  /** Wall clock, µs since 1970 UTC. */
  public long tsMicros() {
    return tsMicros;
  }

  /** CLOCK_MONOTONIC, ns. */
  public long monoNanos() {
    return monoNanos;
  }

  public int rows() {
    return names.length;
  }

  public String table(int row) {
    return names[row].table();
  }

  public String entity(int row) {
    return names[row].entity();
  }

  public String source(int row) {
    return names[row].source();
  }

  public int columns(int row) {
    return names[row].columns();
  }

  public boolean present(int row, int column) {
    return present[offsets[row] + column];
  }

  public long value(int row, int column) {
    return values[offsets[row] + column];
  }
}
