package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SourcePaceTest {
  private static final long MS = 1_000_000;

  private final SourcePace pace = new SourcePace(Duration.ofSeconds(10).toNanos());

  @Test
  void aTenthOfItsTimeIsNotTooMuch() {
    pace.took(1_000 * MS);

    assertThat(pace.factor()).isEqualTo(1);
  }

  @Test
  void whatTakesMoreIsReadHalfAsOftenUpToAnEighth() {
    int[] factors = new int[5];
    for (int i = 0; i < factors.length; i++) {
      pace.took(60_000 * MS);
      factors[i] = pace.factor();
    }

    assertThat(factors).containsExactly(2, 4, 8, 8, 8);
  }

  @Test
  void itGoesNoFurtherThanItHasTo() {
    for (int i = 0; i < 5; i++) {
      pace.took(1_500 * MS);
    }

    assertThat(pace.factor()).isEqualTo(2);
  }

  @Test
  void itGoesBackOnlyWhereItsOwnPaceSuffices() {
    pace.took(1_500 * MS);

    pace.took(700 * MS);
    assertThat(pace.factor()).isEqualTo(2);

    pace.took(500 * MS);
    assertThat(pace.factor()).isEqualTo(1);
  }
}
