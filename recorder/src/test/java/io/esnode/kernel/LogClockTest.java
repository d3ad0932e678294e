package io.esnode.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LogClockTest {
  private static final long SECOND = 1_000_000_000L;

  private final LogClock clock = new LogClock();

  @Test
  void withoutOtherKnowledgeTheLogsClockIsTaken() {
    assertThat(clock.monoNanos(7_000_000, 100 * SECOND, 100 * SECOND + 1_000))
        .isEqualTo(7 * SECOND);
    assertThat(clock.offsetNanos()).isZero();
  }

  @Test
  void noRecordIsYoungerThanItsReading() {
    assertThat(clock.monoNanos(103_000_000, 100 * SECOND, 100 * SECOND + 1_000))
        .isEqualTo(100 * SECOND + 1_000);
    assertThat(clock.offsetNanos()).isNegative();
  }

  @Test
  void recordForWhichAReaderWaitedWasMadeThen() {
    // Uptime of a month, 20 s apart.
    assertThat(clock.monoNanos(80_000_000, 90 * SECOND, 100 * SECOND)).isEqualTo(100 * SECOND);

    assertThat(clock.monoNanos(81_000_000, 100 * SECOND, 101 * SECOND)).isEqualTo(101 * SECOND);
    assertThat(clock.offsetNanos()).isEqualTo(20 * SECOND);
  }

  @Test
  void clocksThatAgreeAreLeftAlone() {
    assertThat(clock.monoNanos(99_999_000, 90 * SECOND, 100 * SECOND)).isEqualTo(99_999_000_000L);
    assertThat(clock.offsetNanos()).isZero();
  }
}
