package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SystemClockTest {
  private final SystemClock clock = new SystemClock();

  private static long micros(Instant instant) {
    return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
  }

  @Test
  void wallClockIsTheMachines() {
    long before = micros(Instant.now());
    long read = clock.tsMicros();
    long after = micros(Instant.now());

    assertThat(read).isBetween(before, after);
  }

  @Test
  void monotonicClockIsTheOneAllProcessesShare() {
    long before = System.nanoTime();

    assertThat(clock.monoNanos()).isBetween(before, System.nanoTime());
  }

  @Test
  void cpuTimeGoesOn() {
    long before = clock.cpuNanos();

    assertThat(before).isPositive();
    assertThat(clock.cpuNanos()).isGreaterThanOrEqualTo(before);
  }
}
