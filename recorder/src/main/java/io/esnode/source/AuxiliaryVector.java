package io.esnode.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * /proc/self/auxv, what the kernel told the process when it started it: pairs of native 64-bit words, see getauxval(3).
 */
final class AuxiliaryVector {
  /** {@code AT_PAGESZ} in include/uapi/linux/auxvec.h. */
  private static final long PAGE_SIZE = 6;

  private static final int PAIR_BYTES = 16;

  private AuxiliaryVector() {}

  /** The size of a page of this host; empty if it cannot be told. */
  static OptionalLong pageBytes(Path proc) {
    try {
      byte[] auxv = Files.readAllBytes(proc.resolve("self").resolve("auxv"));
      return pageBytes(auxv, auxv.length, ByteOrder.nativeOrder());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** The size of a page: 4 KiB on most machines, 16 or 64 KiB on some with ARM. Empty if it is not there. */
  static OptionalLong pageBytes(byte[] auxv, int length, ByteOrder order) {
    ByteBuffer words = ByteBuffer.wrap(auxv, 0, length).order(order);
    while (words.remaining() >= PAIR_BYTES) {
      long type = words.getLong();
      long value = words.getLong();
      if (type == PAGE_SIZE && value >= 4096 && value <= 1 << 20 && Long.bitCount(value) == 1) {
        return OptionalLong.of(value);
      }
    }
    return OptionalLong.empty();
  }
}
