package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BackOffTest {
  private static final long INTERVAL = 1_000;

  private final BackOff backOff = new BackOff();

  private int changes(int ticks, long nanos) {
    int changes = 0;
    for (int i = 0; i < ticks; i++) {
      changes += backOff.add(nanos, INTERVAL) ? 1 : 0;
    }
    return changes;
  }

  @Test
  void fastNvmlIsAskedEveryTick() {
    assertThat(changes(1_000, 100)).isZero();
    assertThat(backOff.stride()).isEqualTo(1);
  }

  @Test
  void slowNvmlIsHalvedDownToAnEighth() {
    assertThat(changes(200, 501)).isEqualTo(3);
    assertThat(backOff.stride()).isEqualTo(8);
    assertThat(backOff.isDue(8)).isTrue();
    assertThat(backOff.isDue(4)).isFalse();
  }

  @Test
  void onePercentileIsNotEnough() {
    for (int i = 0; i < 600; i++) {
      assertThat(backOff.add(i % 60 == 0 ? 900 : 100, INTERVAL)).isFalse();
    }
  }

  @Test
  void calmNvmlGoesBackStepByStep() {
    changes(200, 501);

    assertThat(changes(200, 100)).isEqualTo(3);
    assertThat(backOff.stride()).isEqualTo(1);
  }

  @Test
  void betweenCalmAndSlowNothingChanges() {
    changes(20, 501);

    assertThat(changes(500, 300)).isZero();
    assertThat(backOff.stride()).isEqualTo(2);
  }
}
