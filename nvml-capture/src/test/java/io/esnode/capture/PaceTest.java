package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
  private static final long START = 5_000_000_000_123L;
  private static final long SECOND = 1_000_000_000;

  private final Pace ticks = Pace.ofTicks(START, SECOND);

  @ParameterizedTest
  @CsvSource({"100000000, 10", "300000000, 3", "333333333, 3", "142857143, 7", "600000000, 2"})
  void everyTickIsATurnAndTheTurnsBetweenAreEquallyFarApart(long nanos, int parts) {
    Pace pace = ticks.every(nanos, 1);

    assertThat(pace.parts()).isEqualTo(parts);
    for (long turn = 86_400L * parts; turn < 86_403L * parts; turn++) {
      long due = pace.dueNanos(turn);
      assertThat(pace.turn(due)).isEqualTo(turn);
      assertThat(pace.turn(due - 1)).isEqualTo(turn - 1);
      assertThat(pace.tick(turn)).isEqualTo(turn / parts);
      assertThat(pace.dueNanos(turn + 1) - due).isBetween(SECOND / parts, SECOND / parts + 1);
      if (turn % parts == 0) {
        assertThat(due).isEqualTo(START + turn / parts * SECOND);
      }
    }
  }

  @Test
  void paceCloseToTheTicksIsThatOfTheTicks() {
    assertThat(ticks.every(700_000_000, 1).parts()).isEqualTo(1);
    assertThat(ticks.every(SECOND, 1).spanNanos()).isEqualTo(SECOND);
  }

  @Test
  void slowerPaceHasEveryTurnInATick() {
    Pace pace = ticks.every(2 * SECOND, 1);

    assertThat(pace.parts()).isEqualTo(1);
    assertThat(pace.turn(START + 5 * SECOND)).isEqualTo(2);
    assertThat(pace.tick(2)).isEqualTo(4);
    assertThat(pace.turn(START - 1)).isEqualTo(-1);
  }

  @Test
  void noPaceIsTooFastForItsArithmetic() {
    Pace pace = Pace.ofTicks(START, 86_400 * SECOND).every(1, 1);

    assertThat(pace.turn(pace.dueNanos(99_999))).isEqualTo(99_999);
    assertThat(pace.turn(pace.dueNanos(99_999) - 1)).isEqualTo(99_998);
    assertThat(pace.dueNanos(100_000)).isEqualTo(START + 86_400 * SECOND);
  }
}
