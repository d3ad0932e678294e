package io.esnode.capture;

import java.util.Locale;

/** PCI addresses as the kernel writes them: {@code 0000:0f:00.0}. */
final class PciAddress {
  private static final int DOMAIN_DIGITS = 4;

  private PciAddress() {}

  /** NVML writes the domain with eight digits and in capitals, {@code 00000000:0F:00.0}. */
  static String of(String nvml) {
    String lower = nvml.toLowerCase(Locale.ROOT);
    int colon = lower.indexOf(':');
    return colon == 2 * DOMAIN_DIGITS && lower.startsWith("0000")
        ? lower.substring(DOMAIN_DIGITS)
        : lower;
  }
}
