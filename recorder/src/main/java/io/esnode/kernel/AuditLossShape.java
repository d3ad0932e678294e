package io.esnode.kernel;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The kernel drops audit records (kernel/audit.c, audit_log_lost), or has lost its audit daemon. {@code error_count} is how many
 * it has dropped since the boot.
 */
final class AuditLossShape implements Shape {
  static final String CLASS = "audit_lost";

  private static final Pattern LINE = Pattern.compile(
      "^audit: (?:audit_lost=(\\d{1,10}) |(audit_backlog)=\\d{1,10} > |(backlog limit|rate limit) exceeded|(out of memory) in audit|\\*(NO) daemon\\* at audit_pid|(auditd disappeared))");

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (!text.startsWith("audit: ")) {
      return null;
    }
    Matcher line = LINE.matcher(text);
    if (!line.find()) {
      return null;
    }
    KernelEvent.Builder event = KernelEvent.of(CLASS);
    if (line.group(1) != null) {
      return event.text("reason", "lost").number("error_count", line.group(1)).build();
    }
    if (line.group(2) != null) {
      return event.text("reason", "backlog").build();
    }
    if (line.group(3) != null) {
      return event.text("reason", line.group(3)).build();
    }
    return event
        .text("reason", line.group(4) != null ? "out of memory" : "no daemon")
        .build();
  }
}
