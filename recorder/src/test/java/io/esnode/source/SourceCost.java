package io.esnode.source;

import com.sun.management.ThreadMXBean;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Prints what a sample costs: thread CPU time in microseconds and bytes of garbage, per source, for each pace. Run by
 * {@code bench/source-cost}.
 *
 * <p>Arguments: how many ticks to measure, how many to warm up, milliseconds between two ticks (0: one after the other).
 */
final class SourceCost {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private SourceCost() {}

  public static void main(String[] arguments) {
    int ticks = Integer.parseInt(arguments[0]);
    int warmUp = Integer.parseInt(arguments[1]);
    Duration interval = Duration.ofMillis(Long.parseLong(arguments[2]));
    Sources host = Sources.host(Path.of("/proc"), Path.of("/sys"));
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    out.printf(
        Locale.ROOT,
        "%-18s %6s %10s %10s %10s%n",
        "source",
        "rows",
        "median us",
        "p99 us",
        "B/sample");
    measure(out, "every tick", host.sources(), ticks, warmUp, interval);
    for (Sources.Tier tier : host.tiers()) {
      measure(
          out, "every " + tier.every().toSeconds() + " s", tier.sources(), ticks, warmUp, interval);
    }
    host.missing().forEach(missing -> out.println(missing.metric() + ": " + missing.reason()));
  }

  private static void measure(
      PrintWriter out,
      String pace,
      List<Source> sources,
      int ticks,
      int warmUp,
      Duration interval) {
    int count = sources.size();
    long[][] cpu = new long[count + 1][ticks];
    long[] garbage = new long[count];
    for (int tick = -warmUp; tick < ticks; tick++) {
      long first = THREADS.getCurrentThreadCpuTime();
      long before = first;
      for (int i = 0; i < count; i++) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        sources.get(i).sample();
        allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        long after = THREADS.getCurrentThreadCpuTime();
        if (tick >= 0) {
          cpu[i][tick] = after - before;
          garbage[i] += allocated;
        }
        before = after;
      }
      if (tick >= 0) {
        cpu[count][tick] = before - first;
      }
      if (interval.toNanos() > 0) {
        LockSupport.parkNanos(interval.toNanos());
      }
    }
    for (int i = 0; i < count; i++) {
      Source source = sources.get(i);
      print(out, source.name(), source.rows().size(), cpu[i], garbage[i] / (double) ticks);
    }
    print(out, pace, 0, cpu[count], Arrays.stream(garbage).sum() / (double) ticks);
    sources.forEach(Source::close);
  }

  private static void print(PrintWriter out, String name, int rows, long[] nanos, double garbage) {
    Arrays.sort(nanos);
    double median = nanos[nanos.length / 2] / 1e3;
    double p99 = nanos[nanos.length * 99 / 100] / 1e3;
    out.printf(Locale.ROOT, "%-18s %6d %10.1f %10.1f %10.1f%n", name, rows, median, p99, garbage);
  }
}
