package io.esnode.analyzer;

import io.esnode.bundle.BundleWriter;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.RowBatch;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A small recording under construction: columns filled tick by tick, then written as a real bundle. */
final class Recording {
  /** 2026-09-21T14:13:20Z. */
  static final long START_US = 1_790_000_000_000_000L;

  private static final long START_NS = 1_000_000_000_000L;

  private static final Set<String> OF_TICKS = Set.of("host", "cpu", "psi", "disk", "net");

  private final long intervalUs;
  private final Map<String, Map<String, TreeMap<Integer, Map<String, Object>>>> tables =
      new TreeMap<>();
  private int lastTick;
  private Manifest.Ticks ticks = new Manifest.Ticks(0, 0, 0, 0);
  private boolean ticksSet;
  private boolean burst;
  private boolean recovered;
  private String node = "n-0123456789abcdef";
  private String bootId = "b0b0b0b0-0000-4000-8000-000000000000";

  Recording(long intervalUs) {
    this.intervalUs = intervalUs;
  }

  static Recording everySecond() {
    return new Recording(1_000_000);
  }

  /** Sets one value; {@code ts_offset_us} and {@code mono_offset_ns} shift the row's times, {@code origin} names another than live. */
  Recording set(String table, String entity, int tick, String column, Object value) {
    tables
        .computeIfAbsent(table, t -> new TreeMap<>())
        .computeIfAbsent(entity, e -> new TreeMap<>())
        .computeIfAbsent(tick, t -> new HashMap<>())
        .put(column, value);
    lastTick = Math.max(lastTick, tick);
    return this;
  }

  /** A counter that grows by the same amount each tick. */
  Recording counter(String table, String entity, String column, long from, long step, int ticks) {
    for (int tick = 0; tick < ticks; tick++) {
      set(table, entity, tick, column, from + tick * step);
    }
    return this;
  }

  Recording ticks(long expected, long captured) {
    ticks = new Manifest.Ticks(expected, captured, 0, 0);
    ticksSet = true;
    return this;
  }

  /** What is sampled at every tick of the host was sampled between the ticks as well, and was quite another. */
  Recording withBurst() {
    burst = true;
    return this;
  }

  /** The recorder ended without saying so, and the spool was sealed afterwards. */
  Recording recovered() {
    recovered = true;
    return this;
  }

  Recording bootId(String id) {
    bootId = id;
    return this;
  }

  Recording node(String name) {
    node = name;
    return this;
  }

  BundleWriter.Sealed write(Path path) throws IOException {
    List<Table> present = Registry.get().tables().stream()
        .filter(t -> tables.containsKey(t.name()))
        .toList();
    try (BundleWriter writer = BundleWriter.create(path, node, present)) {
      for (Table table : present) {
        RowBatch batch = new RowBatch(table);
        tables
            .getOrDefault(table.name(), new TreeMap<>())
            .forEach(
                (entity, rows) -> rows.forEach((tick, values) -> row(batch, entity, tick, values)));
        writer.write(batch);
      }
      BundleWriter.Sealed sealed = writer.finish(this::manifest);
      writer.publish();
      return sealed;
    }
  }

  /** Writes the recording and opens it as if a verifier had accepted it. */
  VerifiedBundle verified(Path path, TrustState trust) throws IOException {
    return opened(path, write(path).sha256(), trust);
  }

  static VerifiedBundle opened(Path path, String sha256, TrustState trust) throws IOException {
    OpenBundle open = OpenBundle.open(path);
    Verdict.Check check = trust == TrustState.UNSIGNED
        ? new Verdict.Check(ReasonCode.SIGNATURE_MISSING, false, "no sidecar")
        : new Verdict.Check(ReasonCode.SIGNATURE_VALID, true, "signature holds");
    return new VerifiedBundle(
        open,
        new Verdict(
            path.toString(),
            sha256,
            trust,
            List.of(check),
            List.of(),
            null,
            List.of(),
            null,
            Json.object().build()));
  }

  private void row(RowBatch batch, String entity, int tick, Map<String, Object> values) {
    Map<String, Object> left = new HashMap<>(values);
    long tsOffset = left.remove("ts_offset_us") instanceof Long offset ? offset : 0;
    long monoOffset = left.remove("mono_offset_ns") instanceof Long offset ? offset : 0;
    Object origin = left.remove("origin");
    if (left.isEmpty()) {
      return;
    }
    batch.startRow(entity, origin instanceof String word ? word : "live", "test");
    batch.time(
        (long) tick,
        START_US + tick * intervalUs + tsOffset,
        START_NS + tick * intervalUs * 1000 + monoOffset);
    left.forEach((column, value) -> {
      int index = batch.table().indexOf(column);
      if (batch.table().columns().get(index).type() == Metric.Type.TEXT) {
        batch.set(index, (String) value);
      } else {
        batch.set(index, (Long) value);
      }
    });
    if (burst && OF_TICKS.contains(batch.table().name())) {
      between(batch, entity, tick, left);
    }
  }

  private void between(RowBatch batch, String entity, int tick, Map<String, Object> values) {
    batch.startRow(entity, "live", "test burst");
    batch.time(
        null,
        START_US + tick * intervalUs + intervalUs / 2,
        START_NS + tick * intervalUs * 1000 + intervalUs * 500);
    values.forEach((column, value) -> batch.set(
        batch.table().indexOf(column), tick % 2 == 0 ? (Long) value + 1_000_000_000 : 0L));
  }

  private Manifest manifest(List<Manifest.RowGroup> groups) {
    return new Manifest(
        "01993f6e-0000-7000-8000-000000000001",
        node,
        bootId,
        false,
        "0.1.0",
        Map.of("interval", "PT1S"),
        Sha256.hex("{}"),
        START_US,
        START_US + lastTick * intervalUs,
        intervalUs * 1000,
        ticksSet ? ticks : new Manifest.Ticks(lastTick + 1, lastTick + 1, 0, 0),
        new Manifest.Clock("unknown", List.of()),
        new Manifest.Cost(12L, 40_000_000L),
        0,
        new TreeMap<>(Map.of("kernel.release", "6.1.0", "cpu.model", "<script>")),
        new Manifest.Spool(Sha256.hex("head"), 1, 4096, recovered, 0),
        new Manifest.Stream("01993f6e-0000-7000-8000-000000000001", 0, null, "manual"),
        List.of(),
        null,
        new ArrayList<>(groups));
  }
}
