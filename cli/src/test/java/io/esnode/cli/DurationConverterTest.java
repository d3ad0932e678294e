package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class DurationConverterTest {
  @Test
  void partsAddUp() {
    assertThat(new DurationConverter().convert("1h30m5s")).isEqualTo(Duration.ofSeconds(5_405));
  }

  @Test
  void whatDoesNotFitNanosecondsIsRefused() {
    assertThatThrownBy(() -> new DurationConverter().convert("999999999d"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("found \"999999999d\", expected at most 36525 days");
  }
}
