package io.esnode.bundle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;

/**
 * One column of numbers with its presence, on its way into one row group. Values are kept as distances from the first one, in as
 * many bytes as the farthest needs: most columns hardly move, and one that never does takes none. Not thread-safe.
 */
final class Numbers {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final BitSet present = new BitSet();
  private byte[] distances = new byte[0];
  /** Bytes of each: 0, 1, 2, 4 or 8. */
  private int width;

  private int capacity;
  private long first;

  /** @param capacity rows there will be at least, and more than {@code row} */
  void set(int row, long value, int capacity) {
    if (present.isEmpty()) {
      first = value;
    }
    long distance = value - first;
    int needed = width(distance);
    if (needed > width || capacity > this.capacity) {
      resize(Math.max(needed, width), Math.max(capacity, this.capacity));
    }
    put(row, distance);
    present.set(row);
  }

  boolean present(int row) {
    return present.get(row);
  }

  boolean any() {
    return !present.isEmpty();
  }

  long value(int row) {
    return first
        + switch (width) {
          case 0 -> 0;
          case 1 -> distances[row];
          case 2 -> (short) SHORTS.get(distances, row * 2);
          case 4 -> (int) INTS.get(distances, row * 4);
          default -> (long) LONGS.get(distances, row * 8);
        };
  }

  /** Memory it takes. */
  long bytes() {
    return distances.length + present.size() / 8L;
  }

  private static int width(long distance) {
    if (distance == 0) {
      return 0;
    }
    if (distance == (byte) distance) {
      return 1;
    }
    if (distance == (short) distance) {
      return 2;
    }
    return distance == (int) distance ? 4 : 8;
  }

  private void resize(int newWidth, int newCapacity) {
    if (newWidth == width) {
      distances = Arrays.copyOf(distances, Math.multiplyExact(newWidth, newCapacity));
    } else {
      Numbers wider = new Numbers();
      wider.width = newWidth;
      wider.distances = new byte[Math.multiplyExact(newWidth, newCapacity)];
      for (int row = present.nextSetBit(0); row >= 0; row = present.nextSetBit(row + 1)) {
        wider.put(row, value(row) - first);
      }
      distances = wider.distances;
      width = newWidth;
    }
    capacity = newCapacity;
  }

  private void put(int row, long distance) {
    switch (width) {
      case 0 -> {
        // The first value again.
      }
      case 1 -> distances[row] = (byte) distance;
      case 2 -> SHORTS.set(distances, row * 2, (short) distance);
      case 4 -> INTS.set(distances, row * 4, (int) distance);
      default -> LONGS.set(distances, row * 8, distance);
    }
  }
}
