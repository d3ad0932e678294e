package io.esnode.nvml;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** What a library says about itself, and what the kernel says about the process, is read without an exception. */
class NvmlTextFuzzTest {
  @FuzzTest
  void versionsAreReadOrNot(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);

    NvmlHeader.of(text, text).ifPresent(header -> FieldCatalog.number("POWER_INSTANT", header));
  }

  @FuzzTest
  void mapsAreReadOrNot(byte[] data) {
    MappedFiles.fileAt(new String(data, StandardCharsets.UTF_8), data.length);
  }
}
