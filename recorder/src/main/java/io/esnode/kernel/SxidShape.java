package io.esnode.kernel;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code nvidia-nvswitchN: SXid (PCI:dddd:bb:dd.f): NNNNN, text}: an NVSwitch reports. */
final class SxidShape implements Shape {
  private static final Pattern SXID = Pattern.compile(
      "\\bSXid \\((?:PCI:)?(" + PciAddress.SHAPE + ")\\): (\\d{4,6})(?=,|\\s|$)(?:, ?(.*))?");
  private static final Pattern SEVERITY =
      Pattern.compile("^(Non-fatal|Fatal)\\b(?:, Link (\\d{1,4})\\b)?");

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (!text.contains("SXid (")) {
      return null;
    }
    Matcher sxid = SXID.matcher(text);
    if (!sxid.find()) {
      return null;
    }
    KernelEvent.Builder event =
        KernelEvent.of("sxid").device(sxid.group(1)).number("code", sxid.group(2));
    Matcher severity = SEVERITY.matcher(sxid.group(3) == null ? "" : sxid.group(3));
    if (severity.find()) {
      event.text("severity", severity.group(1)).number("link", severity.group(2));
    }
    return event.build();
  }
}
