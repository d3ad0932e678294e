package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class AuxiliaryVectorTest {
  private static byte[] words(ByteOrder order, long... values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length * Long.BYTES).order(order);
    for (long value : values) {
      buffer.putLong(value);
    }
    return buffer.array();
  }

  @Test
  void pageSizeIsFoundInEitherByteOrder() {
    byte[] little = words(ByteOrder.LITTLE_ENDIAN, 33, 1, 6, 4096, 0, 0);
    byte[] big = words(ByteOrder.BIG_ENDIAN, 33, 1, 6, 65536, 0, 0);

    assertThat(AuxiliaryVector.pageBytes(little, little.length, ByteOrder.LITTLE_ENDIAN))
        .hasValue(4096);
    assertThat(AuxiliaryVector.pageBytes(big, big.length, ByteOrder.BIG_ENDIAN)).hasValue(65536);
  }

  @Test
  void nonsenseIsNoPageSize() {
    byte[] odd = words(ByteOrder.LITTLE_ENDIAN, 6, 4095, 6, 0, 6, -4096);

    assertThat(AuxiliaryVector.pageBytes(odd, odd.length, ByteOrder.LITTLE_ENDIAN))
        .isEmpty();
    assertThat(AuxiliaryVector.pageBytes(odd, 9, ByteOrder.LITTLE_ENDIAN)).isEmpty();
    assertThat(AuxiliaryVector.pageBytes(odd, 0, ByteOrder.LITTLE_ENDIAN)).isEmpty();
  }
}
