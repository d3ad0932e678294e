package io.esnode.kernel;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Something does not go on: a task in uninterruptible sleep ({@code hung_task}), a processor that does not schedule ({@code cpu_stall}). */
final class StallShape implements Shape {
  private static final Pattern HUNG =
      Pattern.compile("INFO: task (.{1,64}):(\\d{1,10}) blocked for more than (\\d{1,9}) seconds");
  private static final Pattern SOFT = Pattern.compile(
      "BUG: soft lockup - CPU#(\\d{1,5}) stuck for (\\d{1,9})s! \\[(.{1,64}):(\\d{1,10})\\]");
  private static final Pattern HARD =
      Pattern.compile("atchdog detected hard LOCKUP on cpu (\\d{1,5})");
  private static final Pattern RCU = Pattern.compile(
      "INFO: (rcu_[a-z_]{1,32}) (?:self-detected stall on CPU|detected (?:expedited )?stalls? on CPUs/tasks)");

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    Matcher hung = HUNG.matcher(text);
    if (text.contains("blocked for more than") && hung.find()) {
      return KernelEvent.of("hung_task")
          .text("process_name", hung.group(1))
          .number("pid", hung.group(2))
          .number("blocked_s", hung.group(3))
          .build();
    }
    if (text.contains("soft lockup")) {
      return soft(text);
    }
    if (text.contains("hard LOCKUP")) {
      Matcher hard = HARD.matcher(text);
      return hard.find() ? stall("hard lockup", hard.group(1)).build() : null;
    }
    if (text.contains("INFO: rcu_")) {
      Matcher rcu = RCU.matcher(text);
      return rcu.find()
          ? KernelEvent.of("cpu_stall").text("reason", "rcu stall").build()
          : null;
    }
    return null;
  }

  private static @Nullable KernelEvent soft(String text) {
    Matcher soft = SOFT.matcher(text);
    return soft.find()
        ? stall("soft lockup", soft.group(1))
            .number("blocked_s", soft.group(2))
            .text("process_name", soft.group(3))
            .number("pid", soft.group(4))
            .build()
        : null;
  }

  private static KernelEvent.Builder stall(String reason, String cpu) {
    return KernelEvent.of("cpu_stall")
        .entity("cpu:" + cpu)
        .number("cpu", cpu)
        .text("reason", reason);
  }
}
