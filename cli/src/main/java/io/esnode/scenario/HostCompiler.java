package io.esnode.scenario;

import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the kernel of the simulated machine would say in /proc. Gauges step, counters run on. */
final class HostCompiler {
  /** Of each CPU and second, in thousandths of a ms. */
  private static final long MS_PER_S = 1_000_000;

  private static final long SECTOR_WRITES_PER_MIB = 4;

  private final Scenario scenario;
  private final Scenario.Host host;
  private final Statements out;
  private final Map<String, Long> now = new HashMap<>();

  private HostCompiler(Scenario scenario, Statements out) {
    this.scenario = scenario;
    this.host = scenario.host();
    this.out = out;
  }

  static void compile(Scenario scenario, Statements out) {
    new HostCompiler(scenario, out).compile();
  }

  private void compile() {
    long start = -scenario.historyMs();
    long end = scenario.durationMs() + 1;
    quiet(start, "host", "node");
    quiet(start, "psi", "node");
    for (int cpu = 0; cpu < host.cpus(); cpu++) {
      quiet(start, "cpu", "cpu:" + cpu);
    }
    for (String disk : host.disks()) {
      quiet(start, "disk", "disk:" + disk);
    }
    for (String net : host.nets()) {
      quiet(start, "net", "net:" + net);
      gauge(start, "net", "net:" + net, "carrier_changes_count", 2);
    }
    gauge(start, "host", "node", "mem_total_bytes", host.memoryBytes());
    gauge(
        start,
        "host",
        "node",
        "boot_time_s",
        (scenario.epochUs() / 1000 - scenario.bootMs()) / 1000);
    List<Scenario.HostLoad> phases = new ArrayList<>();
    phases.add(new Scenario.HostLoad(
        start, Map.of("cpu", 12L, "memory", 30L, "load_average", (long) host.cpus() / 8)));
    host.load().stream().sorted((a, b) -> Long.compare(a.atMs(), b.atMs())).forEach(phases::add);
    for (int i = 0; i < phases.size(); i++) {
      long from = Math.max(start, phases.get(i).atMs());
      long to = i + 1 < phases.size() ? phases.get(i + 1).atMs() : end;
      now.putAll(phases.get(i).values());
      if (to > from) {
        phase(from, to);
      }
      happened(from, phases.get(i).values());
    }
  }

  /** A machine of a scenario has every column; what the scenario is silent about stays at 0. */
  private void quiet(long start, String table, String entity) {
    for (Metric metric : Registry.get().table(table).columns()) {
      gauge(start, table, entity, metric.column(), 0);
    }
  }

  private void phase(long from, long to) {
    long used = host.memoryBytes() / 100 * of("memory");
    long free = host.memoryBytes() - used;
    gauge(from, "host", "node", "mem_available_bytes", free);
    gauge(from, "host", "node", "mem_free_bytes", free / 2);
    gauge(from, "host", "node", "cached_bytes", free / 2);
    gauge(from, "host", "node", "load_1min", of("load_average") * 100);
    gauge(from, "host", "node", "load_5min", of("load_average") * 100);
    gauge(from, "host", "node", "load_15min", of("load_average") * 100);
    long busy = Math.min(100, of("cpu"));
    long waits = Math.min(100 - busy, of("iowait"));
    gauge(from, "host", "node", "procs_running_count", Math.max(1, host.cpus() * busy / 100));
    gauge(from, "host", "node", "procs_blocked_count", host.cpus() * waits / 100);
    for (int cpu = 0; cpu < host.cpus(); cpu++) {
      String entity = "cpu:" + cpu;
      rate(from, to, "cpu", entity, "user_ms", MS_PER_S * busy / 100 * 8 / 10);
      rate(from, to, "cpu", entity, "system_ms", MS_PER_S * busy / 100 * 2 / 10);
      rate(from, to, "cpu", entity, "iowait_ms", MS_PER_S * waits / 100);
      rate(from, to, "cpu", entity, "idle_ms", MS_PER_S * (100 - busy - waits) / 100);
    }
    rate(from, to, "host", "node", "ctxt_count", 20_000_000L * Math.max(1, busy));
    for (String resource : List.of("cpu", "memory", "io")) {
      long share = Math.min(100, of(resource + "_pressure"));
      gauge(from, "psi", "node", resource + "_some_avg10_pct", share * 100);
      gauge(from, "psi", "node", resource + "_full_avg10_pct", share * 50);
      rate(from, to, "psi", "node", resource + "_some_total_us", share * 10_000_000);
      rate(from, to, "psi", "node", resource + "_full_total_us", share * 5_000_000);
    }
    disk(from, to);
    net(from, to);
  }

  private void disk(long from, long to) {
    if (host.disks().isEmpty()) {
      return;
    }
    String entity = "disk:" + host.disks().get(0);
    bytes(from, to, "disk", entity, "read_bytes", "reads_count", of("disk_read"));
    bytes(from, to, "disk", entity, "write_bytes", "writes_count", of("disk_write"));
    boolean works = of("disk_read") + of("disk_write") > 0;
    rate(from, to, "disk", entity, "io_time_ms", works ? MS_PER_S / 5 : 0);
  }

  private void net(long from, long to) {
    if (host.nets().isEmpty()) {
      return;
    }
    String entity = "net:" + host.nets().get(0);
    bytes(from, to, "net", entity, "rx_bytes", "rx_packets", of("net_receive"));
    bytes(from, to, "net", entity, "tx_bytes", "tx_packets", of("net_send"));
  }

  private void bytes(
      long from, long to, String table, String entity, String bytes, String pieces, long perS) {
    rate(from, to, table, entity, bytes, perS * 1000);
    rate(from, to, table, entity, pieces, (perS * SECTOR_WRITES_PER_MIB * 1000) >> 20);
  }

  /** What is counted at a moment; only said by the phase that begins there. */
  private void happened(long t, Map<String, Long> values) {
    count(t, values, "oom_kills", "host", "node", "oom_kill_count", 0);
    if (!host.nets().isEmpty()) {
      String entity = "net:" + host.nets().get(0);
      count(t, values, "net_dropped", "net", entity, "rx_dropped_count", 0);
      count(t, values, "net_errors", "net", entity, "rx_errors_count", 0);
      count(t, values, "net_flaps", "net", entity, "carrier_changes_count", 2);
    }
  }

  private void count(
      long t,
      Map<String, Long> values,
      String key,
      String table,
      String entity,
      String column,
      long base) {
    Long more = values.get(key);
    if (more != null) {
      long sum = now.merge("sum of " + key, more, Long::sum);
      gauge(t, table, entity, column, base + sum);
    }
  }

  private long of(String key) {
    return now.getOrDefault(key, 0L);
  }

  private void gauge(long t, String table, String entity, String column, long value) {
    out.line("host %d %s %s %s %d".formatted(t, table, entity, column, value));
  }

  private void rate(
      long from, long to, String table, String entity, String column, long thousandths) {
    if (thousandths > 0) {
      out.line(
          "host-rate %d %d %s %s %s %d".formatted(from, to, table, entity, column, thousandths));
    }
  }
}
