package io.esnode.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumbersTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 100, 200, 40_000, 3_000_000_000L, Long.MAX_VALUE})
  void valuesComeBackWhateverTheirDistance(long reach) {
    SplittableRandom random = new SplittableRandom(7);
    long[] expected = new long[3000];
    Numbers numbers = new Numbers();
    for (int row = 0; row < expected.length; row++) {
      expected[row] = random.nextLong(-reach, reach);
      if (row % 3 > 0) {
        numbers.set(row, expected[row], Math.max(1024, Integer.highestOneBit(row) * 2));
      }
    }

    for (int row = 0; row < expected.length; row++) {
      assertThat(numbers.present(row)).isEqualTo(row % 3 > 0);
      if (row % 3 > 0) {
        assertThat(numbers.value(row)).isEqualTo(expected[row]);
      }
    }
  }

  @Test
  void extremesBesideEachOtherComeBack() {
    Numbers numbers = new Numbers();
    numbers.set(0, Long.MIN_VALUE, 8);
    numbers.set(1, Long.MAX_VALUE, 8);
    numbers.set(2, 0, 8);

    assertThat(new long[] {numbers.value(0), numbers.value(1), numbers.value(2)})
        .containsExactly(Long.MIN_VALUE, Long.MAX_VALUE, 0);
  }

  @Test
  void columnThatNeverMovesTakesNoMemoryForValues() {
    Numbers numbers = new Numbers();
    for (int row = 0; row < 8000; row++) {
      numbers.set(row, 80_000_000_000L, 8192);
    }

    assertThat(numbers.bytes()).isEqualTo(8192 / 8);
  }
}
