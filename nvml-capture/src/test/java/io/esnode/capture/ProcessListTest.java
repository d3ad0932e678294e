package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessListTest {
  private static byte[] filled() {
    byte[] bytes = new byte[400];
    Arrays.fill(bytes, (byte) 0xA5);
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({"16, 1", "16, 3", "24, 1", "24, 2", "24, 7", "32, 1", "32, 3", "32, 5"})
  void strideIsWhatWasOverwritten(int stride, int count) {
    byte[] bytes = filled();
    for (int i = 0; i < count; i++) {
      bytes[i * stride] = 1;
      bytes[(i + 1) * stride - 1] = 0;
    }

    assertThat(ProcessList.stride(bytes, count)).isEqualTo(stride);
  }

  @Test
  void listOfNothingHasSomeStride() {
    assertThat(ProcessList.stride(filled(), 0)).isPositive();
  }

  @Test
  void listThatWasOverrunHasTheLargest() {
    assertThat(ProcessList.stride(new byte[400], 1)).isEqualTo(40);
  }
}
