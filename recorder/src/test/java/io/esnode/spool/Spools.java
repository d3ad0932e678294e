package io.esnode.spool;

import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Spools for tests. */
public final class Spools {
  public static final long START_US = 1_790_000_000_000_000L;
  public static final long START_MONO = 77_000_000_000L;
  public static final long SECOND = 1_000_000_000L;
  /** Several keyframes, several segments, all within a hundred ticks. */
  static final SpoolWriter.Options SMALL =
      new SpoolWriter.Options(1_500, Duration.ofMinutes(10), Duration.ofSeconds(1), 8, 256, false);

  private Spools() {}

  public static SpoolHeader header() {
    return header("01993f6e-0000-7000-8000-000000000001", columns());
  }

  static SpoolHeader header(String recordingId) {
    return header(recordingId, columns());
  }

  static SpoolHeader header(Map<String, List<String>> columns) {
    return header("01993f6e-0000-7000-8000-000000000001", columns);
  }

  private static SpoolHeader header(String recordingId, Map<String, List<String>> columns) {
    return new SpoolHeader(
        recordingId,
        0,
        null,
        "n-0123456789abcdef",
        "b0b0b0b0-0000-4000-8000-000000000000",
        "0.1.0",
        "t.parquet",
        START_US,
        START_MONO,
        SECOND,
        false,
        Map.of("interval", "PT1S"),
        Map.of("kernel.release", "6.1.0"),
        "01993f6e-0000-7000-8000-000000000001",
        0,
        null,
        "manual",
        columns,
        null);
  }

  static Map<String, List<String>> columns() {
    Map<String, List<String>> columns = new LinkedHashMap<>();
    Registry.get()
        .tables()
        .forEach(
            t -> columns.put(t.name(), t.columns().stream().map(Metric::column).toList()));
    return columns;
  }

  /** A header of a few hundred bytes, for tests that take a spool apart bit by bit. */
  static SpoolHeader smallHeader() {
    return header(fewColumns());
  }

  private static Map<String, List<String>> fewColumns() {
    Map<String, List<String>> columns = columns();
    columns.keySet().retainAll(List.of("disk", "audit", "gap"));
    return columns;
  }

  public static Moment moment(long tick) {
    return new Moment(START_US + tick * 1_000_000 + tick % 7, START_MONO + tick * SECOND, 100);
  }

  /** Writes ticks {@code from} to {@code to - 1}. */
  static void ticks(SpoolWriter writer, ScriptedSource source, long from, long to) {
    for (long tick = from; tick < to; tick++) {
      source.sample();
      writer.tick(tick, moment(tick), List.<Source>of(source));
    }
  }

  /** A spool of that many ticks which was ended properly. */
  static void write(Path path, int ticks) throws IOException {
    try (SpoolWriter writer = SpoolWriter.open(SpoolDirectory.create(path), smallHeader(), SMALL)) {
      ScriptedSource source = new ScriptedSource(42, "disk:sda", "disk:sdb");
      writer.row(audit("recorder.started"), START_MONO);
      ticks(writer, source, 0, ticks / 2);
      source.entities("disk:sda", "disk:nvme0n1", "disk:sdb");
      ticks(writer, source, ticks / 2, ticks);
      writer.row(audit("recorder.stopped"), moment(ticks).monoNanos());
      writer.end("test over", moment(ticks).monoNanos());
    }
  }

  public static TextRow audit(String action) {
    return new TextRow(
        "audit",
        "node",
        "esnode",
        "live",
        null,
        START_US,
        Map.of("action", action, "outcome", "success", "detail", "ünïcode \u202e <script>"),
        Map.of());
  }

  static Recorded read(Path path) throws IOException {
    Recorded recorded = new Recorded();
    try (SpoolDirectory directory = SpoolDirectory.open(path)) {
      SpoolReader.open(directory).read(recorded);
    }
    return recorded;
  }
}
