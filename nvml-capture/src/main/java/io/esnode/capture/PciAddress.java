package io.esnode.capture;

import java.util.Locale;

/** PCI addresses as the kernel writes them: {@code 0000:0f:00.0}. */
final class PciAddress {
  private static final int DOMAIN_DIGITS = 4;

  private PciAddress() {}

  /** As NVML writes it, from how the kernel does. */
  static String toNvml(String kernel) {
    boolean isShort = kernel.indexOf(':') == DOMAIN_DIGITS;
    return (isShort ? "0000" : "") + kernel.toUpperCase(Locale.ROOT);
  }

  /** NVML writes the domain with eight digits and in capitals, {@code 00000000:0F:00.0}. */
  static String of(String nvml) {
    String lower = nvml.toLowerCase(Locale.ROOT);
    int colon = lower.indexOf(':');
    return colon == 2 * DOMAIN_DIGITS && lower.startsWith("0000")
        ? lower.substring(DOMAIN_DIGITS)
        : lower;
  }
}
