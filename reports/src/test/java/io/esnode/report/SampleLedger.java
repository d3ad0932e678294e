package io.esnode.report;

import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Coverage;
import io.esnode.ledger.Diagnosis;
import io.esnode.ledger.Engine;
import io.esnode.ledger.Figure;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Query;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Series;
import io.esnode.ledger.Severity;
import io.esnode.ledger.State;
import io.esnode.signature.TrustState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A ledger with invented numbers: a data loader leaks memory until the kernel kills it, one disk stalls on the way, the
 * recorder misses 48 ticks. Every kind of row a report prints is in it.
 */
final class SampleLedger {
  private static final String START = "2026-11-20T14:00:00.000000Z";
  private static final String END = "2026-11-20T14:24:00.000000Z";
  private static final String BUNDLE =
      "9f2c4a7be01d55c3a8f0e4b2d7196c3385aa10fe62b94d7708c1f35e9ab7e1e1";
  private static final String KEY =
      "41d0a97e6b2f83c5d4e1907a8b3c6f25d7e8190a2b4c6d8e0f1a3b5c7d9e1f02";
  private static final int BUCKETS = 360;
  private static final long STEP_MS = 4_000;

  private SampleLedger() {}

  static Ledger incident() {
    return incident(TrustState.SIGNER_UNKNOWN, true);
  }

  static Ledger incident(TrustState trust, boolean simulated) {
    return new Ledger(
        "0.1.0",
        new Engine(
            "duckdb",
            "2.0.0.1",
            Map.of("threads", "1", "TimeZone", "UTC"),
            List.of(new Engine.Knowledge(
                "xid_catalog",
                "2025-10",
                "NVIDIA XID catalogue of October 2025",
                "5f0c7c3a91b86f0e24d7c1aa3b9e8d7265f4c0b1a2938475665748392a1b0c9d"))),
        END,
        trust.words(),
        simulated,
        List.of(bundle(trust, simulated)),
        coverage(),
        rules(),
        findings(),
        diagnosis(),
        figures(),
        queries(),
        series(),
        List.of(
            "GPU rules: the bundle holds no GPU tables; no NVML library was found on the host.",
            "Cause ranking with calibrated probabilities: fewer labelled cases than the method asks for."));
  }

  private static AnalyzedBundle bundle(TrustState trust, boolean simulated) {
    boolean trusted = trust == TrustState.TRUSTED_SIGNER;
    boolean signed = trust != TrustState.UNSIGNED;
    return new AnalyzedBundle(
        0,
        "n7f3a-2026-11-20T14.parquet",
        BUNDLE,
        4_318_208,
        61_744,
        "019aa1c0-7c00-7d11-8a3e-5b1f0c2d4e6f",
        "n-7f3a9c2e41d0",
        "6d0f5c1e-92b4-4a7e-8f13-2c9a7be01d55",
        simulated,
        "0.1.0",
        START,
        END,
        trust.words(),
        trusted
            ? "the signature holds and its key is in the trust directory"
            : signed
                ? "the signature holds; its key is in no trust directory and was not given with --key"
                : "there is no sidecar beside the file, and --unsigned was given",
        signed ? KEY : null,
        trusted ? "gpu-fleet-eu recorder" : null,
        "c07ad91e5f2b4c6683a1d0e9f7b5c3a1e2d4f6089b7a5c3e1d0f2b4a6c8e0d1f",
        Map.of(
            "cpu.model", "AMD EPYC 9654 96-Core Processor",
            "cpu.count", "192",
            "kernel.release", "6.8.0-49-generic",
            "memory.total_bytes", "810042179584",
            "os.name", "Ubuntu 24.04.1 LTS",
            "disk.nvme0n1.model", "SAMSUNG MZQL23T8HCLS-00A07",
            "nvml.library", "not found"));
  }

  private static Coverage coverage() {
    return new Coverage(
        1_000,
        1_440,
        1_392,
        7,
        3,
        "0.9667",
        "chrony",
        1,
        "0.812",
        49_610_752L,
        List.of(
            new Coverage.Gap(
                "node",
                "tick",
                "2026-11-20T14:10:04.000000Z",
                "2026-11-20T14:10:49.000000Z",
                null,
                "the recorder was not scheduled: the machine was reclaiming memory"),
            new Coverage.Gap(
                "disk:nvme1n1",
                "disk",
                "2026-11-20T14:00:00.000000Z",
                "2026-11-20T14:24:00.000000Z",
                2L,
                "/sys/block/nvme1n1/stat: no such file"),
            new Coverage.Gap("node", "gpu", null, null, null, "no NVML library on this host")));
  }

  private static List<RuleResult> rules() {
    return List.of(
        rule(
            "oom-kill",
            "Kernel killed a process for lack of memory",
            Severity.CRITICAL,
            State.PRESENT,
            "",
            List.of("event.kind"),
            List.of()),
        rule(
            "memory-exhausted",
            "Memory available fell below the floor",
            Severity.ERROR,
            State.PRESENT,
            "",
            List.of("host.mem_available_bytes"),
            List.of(
                new RuleResult.Param("floor_pct", "2.0", "of usable memory"),
                new RuleResult.Param("min_duration_s", "5", "shorter dips are ignored"))),
        rule(
            "disk-latency",
            "Disk answered slowly",
            Severity.WARNING,
            State.PRESENT,
            "",
            List.of("disk.read_ms", "disk.reads_count"),
            List.of(new RuleResult.Param("limit_ms", "50", "mean of one tick"))),
        rule(
            "memory-stall",
            "Tasks stalled for memory",
            Severity.WARNING,
            State.PRESENT,
            "",
            List.of("psi.memory_full_us"),
            List.of(new RuleResult.Param("limit_pct", "10.0", "of one tick"))),
        rule(
            "clock-step",
            "Wall clock stepped",
            Severity.INFO,
            State.PRESENT,
            "",
            List.of(),
            List.of()),
        rule(
            "swap-full",
            "Swap space exhausted",
            Severity.ERROR,
            State.ABSENT,
            "",
            List.of("host.swap_free_bytes"),
            List.of()),
        rule(
            "disk-full",
            "File system full",
            Severity.ERROR,
            State.ABSENT,
            "",
            List.of("disk.free_bytes"),
            List.of()),
        rule(
            "gpu-xid",
            "GPU reported an XID error",
            Severity.CRITICAL,
            State.NOT_OBSERVED,
            "the bundle has no column gpu.xid_code: no NVML library was found on the host",
            List.of("gpu.xid_code"),
            List.of()),
        rule(
            "thermal-slowdown",
            "Clocks cut by hardware thermal slowdown",
            Severity.WARNING,
            State.NOT_OBSERVED,
            "the bundle has no column gpu.temp_core_c: no NVML library was found on the host",
            List.of("gpu.temp_core_c", "gpu.clock_sm_mhz", "gpu.throttle_reasons"),
            List.of()));
  }

  private static RuleResult rule(
      String id,
      String title,
      Severity severity,
      State state,
      String reason,
      List<String> requires,
      List<RuleResult.Param> params) {
    return new RuleResult(
        id,
        title,
        severity,
        "esnode host",
        state,
        reason,
        requires,
        params,
        id.equals("oom-kill")
            ? "kernel log: Out of memory: Killed process"
            : "Documentation/accounting/psi.rst",
        "rule:" + id);
  }

  private static List<Finding> findings() {
    return List.of(
        present(
            "4c1e9a7b20d3",
            "memory-stall",
            "node",
            Severity.WARNING,
            "14:07:40",
            "14:12:16",
            "Tasks stalled for memory",
            "For 276 s some tasks, and at the peak 71.40 % of the time all of them, waited for memory.",
            List.of("F-3b8d20c1a4e7", "F-3b8d20c1a4e8"),
            231),
        present(
            "a07f3d5512be",
            "oom-kill",
            "pid:48213@1763646881",
            Severity.CRITICAL,
            "14:12:16.418",
            "14:12:16.418",
            "Kernel killed a process for lack of memory",
            "The kernel killed python3 (pid 48213), which held 731.20 GiB, 4 min 36 s after tasks began to stall.",
            List.of("F-91c0de44b7a2", "F-91c0de44b7a3"),
            2),
        present(
            "5be81f0c99d4",
            "memory-exhausted",
            "node",
            Severity.ERROR,
            "14:08:22",
            "14:12:16",
            "Memory available fell below the floor",
            "Memory available stayed below 2.0 % of usable memory for 234 s; the least was 1.24 GiB.",
            List.of("F-e2740b1fd6c5", "F-e2740b1fd6c6"),
            196),
        present(
            "77d2e6a1040f",
            "disk-latency",
            "disk:nvme0n1",
            Severity.WARNING,
            "14:09:12",
            "14:11:58",
            "Disk answered slowly",
            "Reads from nvme0n1 took up to 412.6 ms on average within one second, the limit is 50 ms.",
            List.of("F-0d95ac37e811"),
            118),
        present(
            "c3029b4e8f6a",
            "clock-step",
            "node",
            Severity.INFO,
            "14:10:50",
            "14:10:50",
            "Wall clock stepped",
            "The wall clock moved by -184 ms against the monotonic clock.",
            List.of("F-68f1b2d0937c"),
            1),
        other("d1", "swap-full", State.ABSENT, "At least 6.10 GiB of swap stayed free."),
        other("d2", "disk-full", State.ABSENT, ""),
        other("d3", "gpu-xid", State.NOT_OBSERVED, ""));
  }

  private static Finding present(
      String id,
      String rule,
      String entity,
      Severity severity,
      String first,
      String last,
      String title,
      String explanation,
      List<String> figures,
      long rows) {
    return new Finding(
        id,
        rule,
        "esnode host",
        entity,
        State.PRESENT,
        severity,
        "2026-11-20T" + first + "Z",
        "2026-11-20T" + last + "Z",
        title,
        explanation,
        figures,
        new Finding.Evidence(rows, digest("locator " + id), List.of(1L, 2L)));
  }

  private static Finding other(String id, String rule, State state, String explanation) {
    return new Finding(
        id,
        rule,
        "esnode host",
        "node",
        state,
        Severity.INFO,
        null,
        null,
        rule,
        explanation,
        List.of(),
        new Finding.Evidence(0, digest(""), List.of()));
  }

  private static Diagnosis diagnosis() {
    return new Diagnosis(
        Diagnosis.Verdict.POSSIBLE,
        "Process python3 (pid 48213) took all memory of the node within 12 minutes; the kernel reclaimed, tasks stalled,"
            + " and at 14:12:16 it killed the process. Why the process grew is not in this recording.",
        List.of(
            new Diagnosis.Hypothesis(
                "Memory exhausted by one process",
                "pid:48213@1763646881",
                "likely (uncalibrated)",
                "14.2",
                List.of("a07f3d5512be", "5be81f0c99d4", "4c1e9a7b20d3"),
                List.of("d1"),
                List.of("a heap profile of the process, or its allocation log")),
            new Diagnosis.Hypothesis(
                "Disk stall blocked writeback",
                "disk:nvme0n1",
                "unlikely (uncalibrated)",
                "-14.2",
                List.of("77d2e6a1040f"),
                List.of("5be81f0c99d4"),
                List.of("the drive's own error log"))));
  }

  private static List<Figure> figures() {
    return List.of(
        figure(
            "F-3b8d20c1a4e7",
            "Longest share of a tick in which all tasks waited for memory",
            "71.40",
            "%",
            "rule:memory-stall",
            "peak_full_pct",
            "entity = node",
            231),
        figure(
            "F-3b8d20c1a4e8",
            "Time with tasks waiting for memory",
            "276",
            "s",
            "rule:memory-stall",
            "duration_s",
            "entity = node",
            231),
        figure(
            "F-91c0de44b7a2",
            "Resident memory of the killed process",
            "785120788480",
            "B",
            "rule:oom-kill",
            "rss_bytes",
            "entity = pid:48213@1763646881",
            2),
        figure(
            "F-91c0de44b7a3", "Processes killed", "1", "1", "rule:oom-kill", "killed_count", "", 2),
        figure(
            "F-e2740b1fd6c5",
            "Least memory available",
            "1331691520",
            "B",
            "rule:memory-exhausted",
            "least_available_bytes",
            "entity = node",
            196),
        figure(
            "F-e2740b1fd6c6",
            "Time below the floor",
            "234",
            "s",
            "rule:memory-exhausted",
            "duration_s",
            "entity = node",
            196),
        figure(
            "F-0d95ac37e811",
            "Largest mean read latency within one tick",
            "412.6",
            "ms",
            "rule:disk-latency",
            "peak_ms",
            "entity = disk:nvme0n1",
            118),
        figure(
            "F-68f1b2d0937c",
            "Step of the wall clock",
            "-184000",
            "us",
            "rule:clock-step",
            "step_us",
            "tick = 651",
            1));
  }

  private static Figure figure(
      String id,
      String label,
      String value,
      String unit,
      String query,
      String column,
      String key,
      long rows) {
    return new Figure(
        id,
        label,
        value,
        unit,
        query,
        column,
        key,
        Map.of(),
        List.of(BUNDLE),
        digest("rows of " + id),
        rows,
        "0.9667",
        "exact from integers, rounded half even to the printed scale");
  }

  private static List<Query> queries() {
    List<Query> queries = new ArrayList<>();
    for (RuleResult rule : rules()) {
      queries.add(query(rule.query(), """
                    WITH low AS (
                        SELECT
                            row_id,
                            entity,
                            ts,
                            mem_available_bytes,
                            mem_available_bytes * 100.0 / mem_total_bytes AS available_pct
                        FROM host
                        WHERE mem_available_bytes < mem_total_bytes * 2 / 100 -- rule %s
                    )
                    SELECT
                        entity,
                        min(ts)                                AS first_ts,
                        max(ts)                                AS last_ts,
                        min(mem_available_bytes)               AS least_available_bytes,
                        date_diff('second', min(ts), max(ts))  AS duration_s,
                        array_sort(array_agg(row_id))          AS evidence
                    FROM low
                    GROUP BY entity
                    HAVING date_diff('second', min(ts), max(ts)) >= 5
                    ORDER BY entity, first_ts
                    """.formatted(rule.id())));
    }
    for (String chart : List.of("memory", "stall", "throughput", "latency", "cpu", "temperature")) {
      queries.add(query("series:" + chart, """
                    SELECT
                        time_bucket(INTERVAL 4 SECONDS, ts) AS bucket,
                        min(%s)                             AS low,
                        max(%s)                             AS high
                    FROM host
                    GROUP BY bucket
                    ORDER BY bucket
                    """.formatted(chart, chart)));
    }
    return queries;
  }

  private static Query query(String id, String sql) {
    return new Query(id, digest(sql), sql);
  }

  private static List<Series> series() {
    double gib = 1L << 30;
    List<Series> all = new ArrayList<>();
    all.add(line(
        "memory",
        "Memory",
        "B",
        "available",
        "node",
        0,
        i -> i < 184
            ? Math.max(1.2, 640 - i * 5.2) * gib
            : (700 - 40 * Math.exp((184 - i) / 20.0)) * gib,
        0.004));
    all.add(line(
        "memory",
        "Memory",
        "B",
        "page cache",
        "node",
        0,
        i -> i < 184
            ? Math.max(3, 88 - Math.max(0, i - 80) * 1.9) * gib
            : (4 + (i - 184) * 0.12) * gib,
        0.01));
    all.add(line(
        "memory",
        "Memory",
        "B",
        "swap used",
        "node",
        0,
        i -> (i < 110 ? 0 : i < 184 ? Math.min(2, (i - 110) * 0.05) : 1.6) * gib,
        0));
    all.add(line(
        "stall",
        "Pressure stall, share of time",
        "%",
        "memory, some",
        "node",
        3,
        i -> i < 114
            ? 0.2
            : i < 184 ? Math.min(88, (i - 114) * 2.6) : Math.max(0, 40 - (i - 184) * 4),
        0.18));
    all.add(line(
        "stall",
        "Pressure stall, share of time",
        "%",
        "memory, full",
        "node",
        3,
        i ->
            i < 118 ? 0 : i < 184 ? Math.min(66, (i - 118) * 1.9) : Math.max(0, 20 - (i - 184) * 4),
        0.12));
    all.add(line(
        "stall",
        "Pressure stall, share of time",
        "%",
        "io, some",
        "node",
        5,
        i -> i > 138 && i < 180 ? 42 : 6,
        0.4));
    all.add(line(
        "throughput",
        "Disk throughput",
        "B/s",
        "nvme0n1 read",
        "disk:nvme0n1",
        2,
        i -> (i > 138 && i < 180 ? 2900 : 420) * 1048576.0,
        0.35));
    all.add(line(
        "throughput",
        "Disk throughput",
        "B/s",
        "nvme0n1 write",
        "disk:nvme0n1",
        4,
        i -> (i > 110 && i < 180 ? 610 : 90) * 1048576.0,
        0.5));
    all.add(line(
        "latency",
        "Disk latency, mean of a tick",
        "us",
        "nvme0n1 read",
        "disk:nvme0n1",
        9,
        i -> i > 138 && i < 180 ? 240_000 : 820,
        0.7));
    all.add(line(
        "latency",
        "Disk latency, mean of a tick",
        "us",
        "nvme0n1 write",
        "disk:nvme0n1",
        8,
        i -> i > 138 && i < 180 ? 90_000 : 310,
        0.6));
    all.add(line(
        "cpu",
        "Processor time, share of all cores",
        "%",
        "user",
        "node",
        1,
        i -> i < 184 ? 58 : 9,
        0.12));
    all.add(line(
        "cpu",
        "Processor time, share of all cores",
        "%",
        "system",
        "node",
        1,
        i -> i < 114 ? 6 : i < 184 ? 27 : 3,
        0.3));
    all.add(line(
        "cpu",
        "Processor time, share of all cores",
        "%",
        "iowait",
        "node",
        1,
        i -> i > 138 && i < 180 ? 11 : 0.8,
        0.5));
    all.add(line(
        "temperature",
        "Processor temperature",
        "Cel",
        "package 0",
        "cpu:0",
        1,
        i -> i < 184 ? 71 + Math.sin(i / 17.0) : 58 + 10 * Math.exp((184 - i) / 25.0),
        0.01));
    all.add(line(
        "temperature",
        "Processor temperature",
        "Cel",
        "package 1",
        "cpu:1",
        6,
        i -> i < 184 ? 69 + Math.sin(i / 23.0) : 56 + 10 * Math.exp((184 - i) / 30.0),
        0.01));
    all.add(new Series(
        "disk",
        "Throughput of nvme1n1",
        "B/s",
        "read",
        "disk:nvme1n1",
        "series:throughput",
        START,
        END,
        STEP_MS,
        List.of()));
    return all;
  }

  /** @param hole buckets missing from 300 on, for this line alone */
  private static Series line(
      String chart,
      String title,
      String unit,
      String name,
      String entity,
      int hole,
      IntToDoubleFunction level,
      double spread) {
    Random random = new Random((chart + name).hashCode());
    List<Series.Point> points = new ArrayList<>();
    for (int i = 0; i < BUCKETS; i++) {
      double value = level.applyAsDouble(i);
      double low = value * (1 - spread * random.nextDouble());
      double high = value * (1 + spread * random.nextDouble());
      if ((i >= 151 && i < 162) || (i >= 300 && i < 300 + hole)) {
        continue;
      }
      boolean whole = unit.startsWith("B") || unit.equals("us");
      points.add(new Series.Point(
          i * STEP_MS,
          decimal(low, whole),
          decimal(unit.equals("%") ? Math.min(100, high) : high, whole)));
    }
    return new Series(
        chart, title, unit, name, entity, "series:" + chart, START, END, STEP_MS, points);
  }

  private static String decimal(double value, boolean whole) {
    long hundredths = Math.round(value * 100);
    return whole
        ? Long.toString(Math.round(value))
        : hundredths / 100 + "." + (hundredths % 100 < 10 ? "0" : "") + hundredths % 100;
  }

  static String digest(@Nullable String text) {
    return Assets.sha256(String.valueOf(text).getBytes(StandardCharsets.UTF_8));
  }
}
