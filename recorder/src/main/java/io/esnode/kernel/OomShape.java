package io.esnode.kernel;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The kernel ran out of memory and killed a process. One kill gives several lines; {@code reason} says which: {@code invoked},
 * {@code oom-kill} (with the memory cgroup), {@code killed}, {@code reaped}. Count {@code killed}.
 */
final class OomShape implements Shape {
  private static final Pattern INVOKED = Pattern.compile("^(.{1,32}) invoked oom-killer: ");
  private static final Pattern CHOSEN = Pattern.compile("^oom-kill:constraint=([A-Z_]{1,64})");
  private static final Pattern CGROUP = Pattern.compile("[,:]task_memcg=([^,]{1,4096})");
  private static final Pattern TASK = Pattern.compile(",task=([^,]{1,32}),pid=(\\d{1,10})(?:,|$)");
  private static final Pattern KILLED = Pattern.compile(
      "^(Memory cgroup out of memory|Out of memory(?: \\([^)]{1,32}\\))?): Kill(?:ed)? process (\\d{1,10})(?:, UID \\d{1,10},)? \\(([^)]{1,32})\\)");
  private static final Pattern RSS = Pattern.compile("\\banon-rss:(\\d{1,15})kB");
  private static final Pattern REAPED =
      Pattern.compile("^oom_reaper: reaped process (\\d{1,10}) \\(([^)]{1,32})\\)");

  @Override
  public @Nullable KernelEvent read(String text, Map<String, String> keys) {
    if (!text.contains("oom") && !text.contains("ut of memory")) {
      return null;
    }
    Matcher killed = KILLED.matcher(text);
    if (killed.find()) {
      KernelEvent.Builder event = oom("killed")
          .text("severity", killed.group(1).startsWith("Memory cgroup") ? "cgroup" : "node")
          .number("pid", killed.group(2))
          .text("process_name", killed.group(3));
      Matcher rss = RSS.matcher(text);
      return (rss.find() ? event.number("rss_bytes", Long.parseLong(rss.group(1)) * 1024) : event)
          .build();
    }
    Matcher chosen = CHOSEN.matcher(text);
    if (chosen.find()) {
      KernelEvent.Builder event = oom("oom-kill")
          .text("severity", chosen.group(1).equals("CONSTRAINT_MEMCG") ? "cgroup" : "node");
      Matcher cgroup = CGROUP.matcher(text);
      Matcher task = TASK.matcher(text);
      event = cgroup.find() ? event.text("cgroup", cgroup.group(1)) : event;
      return (task.find()
              ? event.text("process_name", task.group(1)).number("pid", task.group(2))
              : event)
          .build();
    }
    Matcher reaped = REAPED.matcher(text);
    if (reaped.find()) {
      return oom("reaped")
          .number("pid", reaped.group(1))
          .text("process_name", reaped.group(2))
          .build();
    }
    Matcher invoked = INVOKED.matcher(text);
    return invoked.find()
        ? oom("invoked").text("process_name", invoked.group(1)).build()
        : null;
  }

  private static KernelEvent.Builder oom(String reason) {
    return KernelEvent.of("oom_kill").text("reason", reason);
  }
}
