package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OverloadTest {
  private final Overload overload = new Overload(1_000);

  private boolean[] ticks(int count, long tookNanos) {
    boolean[] changed = new boolean[count];
    for (int i = 0; i < count; i++) {
      changed[i] = overload.tick(tookNanos);
    }
    return changed;
  }

  @Test
  void fiveSlowTicksInARowAreOne() {
    assertThat(ticks(Overload.SLOW_TICKS, 501)).containsExactly(false, false, false, false, true);
    assertThat(overload.lasts()).isTrue();
  }

  @Test
  void oneQuickTickBetweenThemCountsAnew() {
    ticks(Overload.SLOW_TICKS - 1, 501);
    ticks(1, 500);

    assertThat(ticks(Overload.SLOW_TICKS - 1, 501)).doesNotContain(true);
    assertThat(overload.lasts()).isFalse();
  }

  @Test
  void itIsOverAfterTenTicksThatTookLessThanAQuarter() {
    ticks(Overload.SLOW_TICKS, 501);

    assertThat(ticks(100, 250)).doesNotContain(true);
    assertThat(ticks(Overload.QUICK_TICKS, 249)).endsWith(true);
    assertThat(overload.lasts()).isFalse();
  }
}
