package io.esnode.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SerialsTest {
  private final Serials serials = new Serials();

  @Test
  void numbersInDisorderAreNotMissing() {
    LongStream.of(100, 102, 101, 101, 104, 103)
        .forEach(serial -> assertThat(serials.add(serial, serial)).isEmpty());

    assertThat(serials.quiet()).isEmpty();
  }

  @Test
  void numberIsMissingOnceMoreThanAWindowHasCome() {
    serials.add(1, 1);
    LongStream.rangeClosed(5, 68).forEach(n -> assertThat(serials.add(n, n)).isEmpty());

    assertThat(serials.add(69, 69)).hasValue(new Serials.Missing(2, 4, 1, 69));
  }

  @Test
  void bootBeginsAtOne() {
    serials.add(5_000_000, 1_000_000);

    assertThat(serials.add(1, 60_000_000)).isEmpty();
    assertThat(serials.add(3, 60_000_001)).isEmpty();
    assertThat(serials.quiet().orElseThrow().first()).isEqualTo(2);
  }
}
