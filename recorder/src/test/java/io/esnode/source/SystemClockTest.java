package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SystemClockTest {
  @Test
  void wallClockIsKeptInMicroseconds() {
    Moment moment = new SystemClock(() -> Instant.parse("2026-11-21T10:00:00.123456789Z")).now();

    assertThat(moment.tsMicros()).isEqualTo(1_795_255_200_123_456L);
  }

  @Test
  void timeBefore1970IsNegative() {
    Moment moment = new SystemClock(() -> Instant.parse("1969-12-31T23:59:59.999999Z")).now();

    assertThat(moment.tsMicros()).isEqualTo(-1);
  }

  @Test
  void monotonicTimeLiesInItsBracket() {
    long before = System.nanoTime();
    Moment moment = Clock.system().now();
    long after = System.nanoTime();

    assertThat(moment.monoNanos() - before).isBetween(0L, after - before);
    assertThat(moment.widthNanos()).isBetween(0L, after - before);
  }
}
