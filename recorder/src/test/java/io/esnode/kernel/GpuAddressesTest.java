package io.esnode.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuAddressesTest {
  private final GpuAddresses gpus = new GpuAddresses();

  @ParameterizedTest
  @CsvSource({
    "00000000:0F:00.0, 0000:0f:00",
    "0000:0f:00, 00000000:0F:00.0",
    "0f:00.0, 0000:0f:00",
    "00010000:0F:00.0, 00010000:0f:00",
  })
  void addressIsTheSameInEverySpelling(String told, String asked) {
    gpus.put(told, "GPU-1");

    assertThat(gpus.uuid(asked)).contains("GPU-1");
  }

  @Test
  void otherDomainIsAnotherGpu() {
    gpus.put("0000:01:00.0", "GPU-1");

    assertThat(gpus.uuid("0008:01:00")).isEmpty();
  }

  @Test
  void whatIsNoAddressIsNeverFound() {
    gpus.put("id=00e0", "GPU-1");

    assertThat(gpus.uuid("id=00e0")).isEmpty();
  }
}
