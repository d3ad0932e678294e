package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the kernel and a command line may hold. */
class CaptureFuzzTest {
  @FuzzTest
  void kernelTexts(byte[] data) {
    String text = new String(data, StandardCharsets.ISO_8859_1);

    assertThat(ProcessStart.parse(text)).isNotNull();
    assertThat(PciDevices.driverVersion(text)).isNotNull();
    assertThat(PciDevices.libraryVersion(text)).isNotNull();
    assertThat(PciDevices.uuid(text)).isNotNull();
    assertThat(PciAddress.of(text)).isNotNull();
    assertThat(ProcessList.stride(data, data.length)).isPositive();
  }

  @FuzzTest
  void commandLine(byte[] data) {
    String[] arguments = new String(data, StandardCharsets.UTF_8).split(" ", -1);

    try {
      Map<String, String> given = CaptureProcess.given(arguments);
      assertThat(CaptureProcess.options(given)).isNotNull();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageNotContaining("\0");
    }
  }
}
