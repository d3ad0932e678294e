package io.esnode.kernel;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** PCI addresses as evidence has them: {@code 0000:0f:00}, domain in four digits unless it needs more, lower case, no function. */
final class PciAddress {
  /** As a driver prints it: with or without domain and function, either case. */
  static final String SHAPE =
      "(?:\\p{XDigit}{4,8}:)?\\p{XDigit}{2}:\\p{XDigit}{2}(?:\\.\\p{XDigit})?";

  private static final Pattern PARTS =
      Pattern.compile("(?:(\\p{XDigit}{4,8}):)?(\\p{XDigit}{2}:\\p{XDigit}{2})(?:\\.\\p{XDigit})?");

  private PciAddress() {}

  /** Null for what is no address. */
  static @Nullable String of(String text) {
    Matcher parts = PARTS.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    String domain = parts.group(1) == null ? "0000" : parts.group(1);
    while (domain.length() > 4 && domain.charAt(0) == '0') {
      domain = domain.substring(1);
    }
    return (domain + ":" + parts.group(2)).toLowerCase(Locale.ROOT);
  }
}
