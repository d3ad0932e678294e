package io.esnode.scenario;

import io.esnode.kernel.GpuAddresses;
import io.esnode.kernel.KernelRecord;
import io.esnode.kernel.KernelRows;
import io.esnode.kernel.Pseudonyms;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import io.esnode.timeline.AuditRecord;
import io.esnode.timeline.KernelLoss;
import io.esnode.timeline.KubernetesRecord;
import io.esnode.timeline.Timeline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What somebody says in a scenario: the kernel, the orchestrator, whoever does something. Names in a scenario are invented, so
 * they stay as they are.
 */
final class Sayings {
  private static final int FACILITY_SHIFT = 3;
  private static final int LEVEL_MASK = 7;

  private final Timeline timeline;
  private final SpoolWriter spool;
  private final KernelRows kernel;
  private final List<Saying> all = new ArrayList<>();
  private int next;

  private record Saying(long atMs, Runnable say) {}

  Sayings(Timeline timeline, SpoolWriter spool) {
    this.timeline = timeline;
    this.spool = spool;
    GpuAddresses addresses = new GpuAddresses();
    for (int gpu = 0; gpu < timeline.gpuCount(); gpu++) {
      String pci = timeline.gpu(gpu, "pci").orElse("");
      timeline.gpu(gpu, "uuid").ifPresent(uuid -> addresses.put(pci, uuid));
    }
    this.kernel = new KernelRows(Pseudonyms.clear(), addresses);
    timeline.kernelRecords().forEach(r -> all.add(new Saying(r.atMs(), () -> said(r))));
    timeline.kernelLosses().forEach(l -> all.add(new Saying(l.atMs(), () -> lost(l))));
    timeline.kubernetesRecords().forEach(k -> all.add(new Saying(k.atMs(), () -> said(k))));
    timeline.auditRecords().forEach(a -> all.add(new Saying(a.atMs(), () -> said(a))));
    all.sort(Comparator.comparingLong(Saying::atMs));
  }

  /** Writes everything up to that moment that was not written yet. */
  void until(long ms) {
    while (next < all.size() && all.get(next).atMs() <= ms) {
      all.get(next++).say().run();
    }
  }

  private void said(io.esnode.timeline.KernelRecord line) {
    long bootMicros = (timeline.bootMillis() + line.atMs()) * 1000;
    KernelRecord record = new KernelRecord(
        line.priority() >> FACILITY_SHIFT,
        line.priority() & LEVEL_MASK,
        line.sequence(),
        bootMicros,
        line.text(),
        Map.of());
    String origin = line.atMs() < 0 ? "pre_record" : "live";
    kernel
        .event(record, origin, timeline.wallMicros(line.atMs()))
        .ifPresent(row -> spool.row(row, monoNanos(line.atMs())));
  }

  private void lost(KernelLoss loss) {
    long ts = timeline.wallMicros(loss.atMs());
    spool.row(
        new TextRow(
            "gap",
            "node",
            KernelRows.SOURCE,
            "live",
            null,
            ts,
            Map.of(
                "metric",
                "event",
                "reason",
                "/dev/kmsg: %d records were overwritten before they were read"
                    .formatted(loss.count())),
            Map.of("from_ts", ts, "to_ts", ts)),
        monoNanos(loss.atMs()));
  }

  private void said(KubernetesRecord event) {
    Map<String, String> texts =
        new TreeMap<>(Map.of("event_class", "kubernetes", "reason", event.reason()));
    texts.put("text", event.text());
    row("event", event.entity(), "kubernetes", event.atMs(), texts);
  }

  private void said(AuditRecord row) {
    row(
        "audit",
        "node",
        "scenario",
        row.atMs(),
        Map.of("action", row.action(), "outcome", row.outcome(), "detail", row.detail()));
  }

  private void row(String table, String entity, String source, long ms, Map<String, String> texts) {
    String origin = ms < 0 ? "pre_record" : "live";
    spool.row(
        new TextRow(table, entity, source, origin, null, timeline.wallMicros(ms), texts, Map.of()),
        monoNanos(ms));
  }

  private long monoNanos(long ms) {
    return (timeline.bootMillis() + ms) * 1_000_000;
  }
}
