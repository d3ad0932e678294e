package io.esnode.kernel;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Machine checks, memory controllers (EDAC), firmware-reported errors (APEI), pages taken out of use. {@code reason} says which. */
final class HardwareErrorShape implements Shape {
  private static final Pattern BANK = Pattern.compile(
      "\\[Hardware Error\\]: CPU ?(\\d{1,5}): Machine Check(?: Exception|: )?:? ?(?:\\p{XDigit}{1,16}) Bank (\\d{1,3}): (\\p{XDigit}{1,16})");
  private static final Pattern EDAC =
      Pattern.compile("^EDAC \\S{1,16}(?: \\S{1,16})?: (\\d{1,9}) (CE|UE) ");
  private static final Pattern APEI_SEVERITY =
      Pattern.compile("\\[Hardware Error\\]: event severity: ([a-z]{1,16})");
  private static final Pattern PAGE =
      Pattern.compile("^Memory failure: (0x\\p{XDigit}{1,16}): (.{1,120})");

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (text.contains("[Hardware Error]")) {
      return hardwareError(text);
    }
    if (text.startsWith("EDAC ")) {
      Matcher edac = EDAC.matcher(text);
      return edac.find()
          ? mce("edac")
              .number("error_count", edac.group(1))
              .text("severity", edac.group(2).equals("CE") ? "corrected" : "uncorrected")
              .build()
          : null;
    }
    Matcher page = PAGE.matcher(text);
    return page.find() ? mce("memory failure").build() : null;
  }

  private static KernelEvent hardwareError(String text) {
    Matcher bank = BANK.matcher(text);
    if (bank.find()) {
      return mce("machine check")
          .entity("cpu:" + bank.group(1))
          .number("cpu", bank.group(1))
          .number("bank", bank.group(2))
          .hex("error_status", bank.group(3))
          .build();
    }
    Matcher severity = APEI_SEVERITY.matcher(text);
    return severity.find()
        ? mce("firmware").text("severity", severity.group(1)).build()
        : mce("hardware error").build();
  }

  private static KernelEvent.Builder mce(String reason) {
    return KernelEvent.of("mce").text("reason", reason);
  }
}
