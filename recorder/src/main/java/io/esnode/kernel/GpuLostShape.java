package io.esnode.kernel;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A GPU that fell off the bus, said without an Xid: in one line, or at probe time over several lines of which the first names
 * the GPU and a later one says that it is gone.
 */
final class GpuLostShape implements Shape {
  /** Lines of the driver between the first and the one that says it; the message has three. */
  private static final int MEMORY_LINES = 5;

  private static final Pattern AT_ONCE =
      Pattern.compile("NVRM: GPU (" + PciAddress.SHAPE + "): GPU has fallen off the bus");
  private static final Pattern FIRST =
      Pattern.compile("NVRM: The NVIDIA GPU (" + PciAddress.SHAPE + ")");
  private static final String LAST = "fallen off the bus and is not responding to commands";

  private @Nullable String named;
  private int age;

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (!text.contains("NVRM:")) {
      return null;
    }
    Matcher once = AT_ONCE.matcher(text);
    if (once.find()) {
      return lost(once.group(1));
    }
    Matcher first = FIRST.matcher(text);
    if (first.find()) {
      // A record may hold all lines of the message.
      if (text.contains(LAST)) {
        return lost(first.group(1));
      }
      named = first.group(1);
      age = 0;
      return null;
    }
    String address = named;
    if (address == null) {
      return null;
    }
    if (text.contains(LAST)) {
      named = null;
      return lost(address);
    }
    if (++age >= MEMORY_LINES) {
      named = null;
    }
    return null;
  }

  private static KernelEvent lost(String address) {
    return KernelEvent.of("gpu_lost").gpu(address).build();
  }
}
