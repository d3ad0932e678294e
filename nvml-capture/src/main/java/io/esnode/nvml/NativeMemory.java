package io.esnode.nvml;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Memory outside the heap that NVML reads and writes, handed out in blocks that live as long as the process. An address is
 * what C sees; reading and writing through this class checks that it lies inside. Allocation is thread-safe; a block belongs
 * to one thread at a time.
 */
public final class NativeMemory {
  private static final int ALIGNMENT = 16;

  private final ByteBuffer bytes;
  private final long base;
  private int used;

  /**
   * @param bytes direct, little-endian as every machine NVML runs on
   * @param base address of its first byte
   */
  public NativeMemory(ByteBuffer bytes, long base) {
    if (!bytes.isDirect() || bytes.order() != ByteOrder.LITTLE_ENDIAN) {
      throw new IllegalArgumentException("a direct little-endian buffer is needed");
    }
    this.bytes = bytes;
    this.base = base;
  }

  /** Address of a new block, zeroed, aligned to 16 bytes. */
  public synchronized long allocate(int size) {
    int at = used;
    int end = at + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (end > bytes.capacity()) {
      throw new IllegalStateException(
          "%d bytes wanted, %d of %d used".formatted(size, used, bytes.capacity()));
    }
    used = end;
    return base + at;
  }

  public byte getByte(long address) {
    return bytes.get(index(address));
  }

  public short getShort(long address) {
    return bytes.getShort(index(address));
  }

  public int getInt(long address) {
    return bytes.getInt(index(address));
  }

  /** An {@code unsigned int}. */
  public long getUnsignedInt(long address) {
    return Integer.toUnsignedLong(bytes.getInt(index(address)));
  }

  public long getLong(long address) {
    return bytes.getLong(index(address));
  }

  public double getDouble(long address) {
    return bytes.getDouble(index(address));
  }

  public void putByte(long address, int value) {
    bytes.put(index(address), (byte) value);
  }

  public void putShort(long address, int value) {
    bytes.putShort(index(address), (short) value);
  }

  public void putInt(long address, int value) {
    bytes.putInt(index(address), value);
  }

  public void putLong(long address, long value) {
    bytes.putLong(index(address), value);
  }

  public void putDouble(long address, double value) {
    bytes.putDouble(index(address), value);
  }

  public void fill(long address, int size, int value) {
    int at = index(address);
    for (int i = 0; i < size; i++) {
      bytes.put(at + i, (byte) value);
    }
  }

  public void get(long address, byte[] into, int size) {
    bytes.get(index(address), into, 0, size);
  }

  public void put(long address, byte[] from, int size) {
    bytes.put(index(address), from, 0, size);
  }

  /** A C string of at most {@code size} bytes; bytes that are not UTF-8 become U+FFFD. */
  public String text(long address, int size) {
    int at = index(address);
    int length = 0;
    while (length < size && bytes.get(at + length) != 0) {
      length++;
    }
    byte[] utf8 = new byte[length];
    bytes.get(at, utf8, 0, length);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** Writes a C string with its NUL. */
  public void putText(long address, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    put(address, utf8, utf8.length);
    putByte(address + utf8.length, 0);
  }

  private int index(long address) {
    return Math.toIntExact(address - base);
  }
}
