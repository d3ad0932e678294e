package io.esnode.kernel;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code NVRM: Xid (PCI:dddd:bb:dd[ GPU-I:ii[ GPU-CI:ii]]): N, [pid=P, name=S, ]text}; drivers before R300 omit {@code PCI:}.
 * Format strings of the open kernel modules 595.45.04 and of published logs.
 */
final class XidShape implements Shape {
  private static final Pattern XID = Pattern.compile("NVRM: Xid \\((?:PCI:)?(" + PciAddress.SHAPE
      + ")(?: GPU-I:(\\d{1,3}))?(?: GPU-CI:(\\d{1,3}))?\\): (\\d{1,6})(?=,|\\s|$)(?:, ?(.*))?");

  /** A name may hold anything but a comma; MIG lines have a pid and no name. */
  private static final Pattern WHO =
      Pattern.compile("^pid='?(\\d{1,10}|<unknown>)'?(?:, name=([^,]{0,64}))?(?:, |$)");

  /** NVLink 5, Xid 144 to 150. Units have digits and slashes: {@code TLW_RX/TLW_RX_PIPE0}. */
  private static final Pattern NVLINK5 = Pattern.compile(
      "\\b([A-Z][A-Z0-9_/]{1,63})\\s{1,8}(Nonfatal|Non-fatal|Fatal|Link Fatal)\\s{1,8}XC\\d{1,3}\\s{1,8}i\\d{1,3}\\s{1,8}Link\\s{1,8}(-?\\d{1,4})\\s{1,8}\\((0x\\p{XDigit}{1,16})(?:\\s{1,8}(0x\\p{XDigit}{1,16}))?");

  private static final Pattern CAUSED_BY = Pattern.compile("caused by previous Xid (\\d{1,6})");
  private static final Pattern RECOVERY = Pattern.compile(
      "GPU recovery action changed from 0x(\\p{XDigit}{1,8}) \\([^)]{0,64}\\) to 0x(\\p{XDigit}{1,8}) \\(([^)]{0,64})\\)");

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (!text.contains("NVRM: Xid (")) {
      return null;
    }
    Matcher xid = XID.matcher(text);
    if (!xid.find()) {
      return null;
    }
    KernelEvent.Builder event = KernelEvent.of("xid")
        .gpu(xid.group(1))
        .number("gpu_instance", xid.group(2))
        .number("compute_instance", xid.group(3))
        .number("code", xid.group(4));
    String rest = xid.group(5) == null ? "" : xid.group(5);
    Matcher who = WHO.matcher(rest);
    if (who.find()) {
      event.number("pid", who.group(1));
      String name = who.group(2);
      event.text(
          "process_name", "<unknown>".equals(name) || "'<unknown>'".equals(name) ? null : name);
      rest = rest.substring(who.end());
    }
    nvlink(rest, event);
    Matcher cause = CAUSED_BY.matcher(rest);
    if (cause.find()) {
      event.number("cause_xid", cause.group(1));
    }
    Matcher recovery = RECOVERY.matcher(rest);
    if (recovery.find()) {
      event
          .hex("recovery_action_from", recovery.group(1))
          .hex("recovery_action_to", recovery.group(2))
          .text("reason", recovery.group(3));
    }
    return event.build();
  }

  private static void nvlink(String rest, KernelEvent.Builder event) {
    Matcher nvlink = NVLINK5.matcher(rest);
    if (nvlink.find()) {
      event
          .text("unit", nvlink.group(1))
          .text("severity", nvlink.group(2))
          .number("link", nvlink.group(3))
          .hex("intrinfo", nvlink.group(4))
          .hex("error_status", nvlink.group(5));
    }
  }
}
