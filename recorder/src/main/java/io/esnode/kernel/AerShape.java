package io.esnode.kernel;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PCIe advanced error reporting: the line of the root port that received the message, the line about the device with layer and
 * severity, its status word, and whether recovery worked (drivers/pci/pcie/aer.c of Linux 4.x to 6.x).
 */
final class AerShape implements Shape {
  private static final String ADDRESS =
      "\\p{XDigit}{4,8}:\\p{XDigit}{2}:\\p{XDigit}{2}\\.\\p{XDigit}";
  private static final String SEVERITY =
      "(Correctable|Corrected|Uncorrectable \\((?:Non-)?Fatal\\)|Uncorrected \\((?:Non-)?Fatal\\))";

  private static final Pattern RECEIVED =
      Pattern.compile("(?:(" + ADDRESS + "): )?AER: (?:Multiple )?" + SEVERITY
          + " error(?: message)? received(?: from|:) ?(" + ADDRESS + "|id=\\p{XDigit}{4})");
  private static final Pattern DEVICE = Pattern.compile(
      "(" + ADDRESS + "): (?:AER: )?PCIe Bus Error: severity=" + SEVERITY + ", type=([^,]{1,32}),");
  private static final Pattern STATUS = Pattern.compile(
      "(" + ADDRESS
          + "): (?:AER: )? {0,4}device \\[\\p{XDigit}{4}:\\p{XDigit}{4}\\] error status/mask=(\\p{XDigit}{8})/");
  private static final Pattern RECOVERY =
      Pattern.compile("(" + ADDRESS + "): AER: device recovery (successful|failed)");

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (!text.contains("AER: ")
        && !text.contains("PCIe Bus Error")
        && !text.contains("error status/mask=")) {
      return null;
    }
    Matcher received = RECEIVED.matcher(text);
    if (received.find()) {
      String port = received.group(1) == null ? device(keys) : received.group(1);
      return aer("received")
          .device(received.group(3))
          .text("severity", severity(received.group(2)))
          .text("reporter_pci_address", port == null ? null : PciAddress.of(port))
          .build();
    }
    Matcher device = DEVICE.matcher(text);
    if (device.find()) {
      return aer(device.group(3))
          .device(device.group(1))
          .text("severity", severity(device.group(2)))
          .build();
    }
    Matcher status = STATUS.matcher(text);
    if (status.find()) {
      return aer("error status")
          .device(status.group(1))
          .hex("error_status", status.group(2))
          .build();
    }
    Matcher recovery = RECOVERY.matcher(text);
    return recovery.find()
        ? aer("device recovery " + recovery.group(2)).device(recovery.group(1)).build()
        : null;
  }

  private static KernelEvent.Builder aer(String reason) {
    return KernelEvent.of("aer").text("reason", reason);
  }

  /** One word for what kernels before and after 6.9 spell differently. */
  private static String severity(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.startsWith("correct")) {
      return "corrected";
    }
    return lower.contains("non-fatal") ? "nonfatal" : "fatal";
  }

  private static @Nullable String device(Map<String, String> keys) {
    String device = keys.get("DEVICE");
    return device != null && device.startsWith("+pci:") ? device.substring(5) : null;
  }
}
