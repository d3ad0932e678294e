package io.esnode.kernel;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** PCIe links: hot-plug slots going up and down, downstream port containment, a link narrower than the device, a device gone. */
final class PcieLinkShape implements Shape {
  private static final String ADDRESS =
      "(\\p{XDigit}{4,8}:\\p{XDigit}{2}:\\p{XDigit}{2}\\.\\p{XDigit})";

  private static final Pattern SLOT = Pattern.compile(
      ADDRESS
          + ":(?:pcie\\d{1,4}:)? pciehp: Slot\\([^)]{1,16}\\): (Link Down|Link Up|Card not present|Card present)");
  private static final Pattern CONTAINMENT =
      Pattern.compile(ADDRESS + ": DPC: (containment event|[a-z -]{4,48})");
  private static final Pattern NARROW =
      Pattern.compile(ADDRESS + ": [0-9.]{1,9} Gb/s available PCIe bandwidth, limited by ");
  private static final Pattern GONE = Pattern.compile(
      ADDRESS
          + ": (?:can't change power state|Unable to change power state) from \\S{1,8} to \\S{1,8},? ?[(]?(?:config space inaccessible|device inaccessible)");

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (text.contains("pciehp: ")) {
      return found(SLOT.matcher(text), "");
    }
    if (text.contains(": DPC: ")) {
      return found(CONTAINMENT.matcher(text), "dpc ");
    }
    if (text.contains("available PCIe bandwidth, limited by")) {
      Matcher narrow = NARROW.matcher(text);
      return narrow.find() ? link(narrow.group(1), "bandwidth limited") : null;
    }
    if (text.contains("change power state from ")) {
      Matcher gone = GONE.matcher(text);
      return gone.find() ? link(gone.group(1), "device inaccessible") : null;
    }
    return null;
  }

  private static @Nullable KernelEvent found(Matcher matcher, String prefix) {
    return matcher.find()
        ? link(
            matcher.group(1), prefix + matcher.group(2).toLowerCase(Locale.ROOT).strip())
        : null;
  }

  private static KernelEvent link(String address, String reason) {
    return KernelEvent.of("pcie_link").device(address).text("reason", reason).build();
  }
}
