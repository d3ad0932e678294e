package io.esnode.kernel;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the NVIDIA driver says besides Xids: which GPU is where, which driver was loaded, that it could not start or was
 * mixed with another version, that it stops repeating itself. {@code reason} says which.
 */
final class DriverShape implements Shape {
  private static final Pattern UUID = Pattern.compile("NVRM: GPU at (?:PCI:)?(" + PciAddress.SHAPE
      + "): (GPU-\\p{XDigit}{8}(?:-\\p{XDigit}{4}){3}-\\p{XDigit}{12})");
  private static final Pattern SERIAL =
      Pattern.compile("NVRM: GPU Board Serial Number: ([0-9A-Za-z-]{1,32})");
  private static final Pattern LOADING = Pattern.compile(
      "NVRM: loading NVIDIA UNIX [^\\n]{0,64}?Kernel Module(?: for \\S{1,16})? {1,4}(\\d{1,4}(?:\\.\\d{1,4}){1,3})");
  private static final Pattern MISMATCH = Pattern.compile(
      "NVRM: API mismatch: the client has the version (\\d{1,4}(?:\\.\\d{1,4}){1,3})");
  private static final Pattern INIT_FAILED = Pattern.compile(
      "NVRM: (?:GPU (" + PciAddress.SHAPE + "): )?(?:RmInitAdapter|rm_init_adapter) failed");
  private static final Pattern RATE_LIMIT = Pattern.compile(
      "NVRM: Rate limiting .{1,80}? for GPU at (?:PCI:)?(" + PciAddress.SHAPE + ")");
  private static final Pattern REMOVED =
      Pattern.compile("NVRM: Attempting to remove device (" + PciAddress.SHAPE + ")");

  /** Address of the UUID line that a serial number follows. */
  private @Nullable String named;

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (!text.contains("NVRM: ")) {
      return null;
    }
    Matcher uuid = UUID.matcher(text);
    if (uuid.find()) {
      named = uuid.group(1);
      return nvrm("gpu at address")
          .gpu(uuid.group(1))
          .text("gpu_uuid", uuid.group(2))
          .build();
    }
    Matcher serial = SERIAL.matcher(text);
    if (serial.find()) {
      KernelEvent.Builder event = nvrm("board serial").text("board_serial", serial.group(1));
      String address = named;
      named = null;
      return (address == null ? event : event.gpu(address)).build();
    }
    named = null;
    Matcher loading = LOADING.matcher(text);
    if (loading.find()) {
      return nvrm("driver loading").text("driver_version", loading.group(1)).build();
    }
    Matcher mismatch = MISMATCH.matcher(text);
    if (mismatch.find()) {
      return nvrm("api mismatch").text("driver_version", mismatch.group(1)).build();
    }
    return aboutOneGpu(text);
  }

  private static @Nullable KernelEvent aboutOneGpu(String text) {
    Matcher failed = INIT_FAILED.matcher(text);
    if (failed.find()) {
      return withAddress(nvrm("initialization failed"), failed.group(1));
    }
    Matcher limited = RATE_LIMIT.matcher(text);
    if (limited.find()) {
      return withAddress(nvrm("rate limited"), limited.group(1));
    }
    Matcher removed = REMOVED.matcher(text);
    return removed.find() ? withAddress(nvrm("device removed"), removed.group(1)) : null;
  }

  private static KernelEvent withAddress(KernelEvent.Builder event, @Nullable String address) {
    return (address == null ? event : event.gpu(address)).build();
  }

  private static KernelEvent.Builder nvrm(String reason) {
    return KernelEvent.of("nvrm").text("reason", reason);
  }
}
