package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.NvmlSession;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import io.esnode.signature.Signer;
import io.esnode.source.Failure;
import io.esnode.source.Moment;
import io.esnode.source.Row;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import io.esnode.spool.ScriptedGpu;
import io.esnode.spool.ScriptedSource;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolLane;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealerTest {
  @TempDir
  Path dir;

  @Test
  void sameSpoolGivesSameBytes() throws IOException {
    Path a = Files.createDirectory(dir.resolve("a"));
    Path b = Files.createDirectory(dir.resolve("b"));
    record(a, 0, 90);
    copySpool(a, b);

    assertThat(seal(a).sha256()).isEqualTo(seal(b).sha256());
  }

  @Test
  void sealedSpoolIsGoneAndBundleAndSidecarAreThere() throws IOException {
    record(dir, 0, 10);

    Sealer.Sealed sealed = seal(dir);

    assertThat(names(dir)).containsExactly("t.parquet", "t.parquet.sigstore.json");
    assertThat(Sha256.hex(Files.readAllBytes(dir.resolve("t.parquet")))).isEqualTo(sealed.sha256());
    assertThat(manifest(dir)).isEqualTo(sealed.manifest());
    assertThat(sealed.manifest().ticks()).isEqualTo(new Manifest.Ticks(10, 10, 0, 0));
    assertThat(sealed.manifest().spool().recovered()).isFalse();
  }

  @Test
  void killedRecorderLosesNoCompleteTickAndTheManifestSaysRecovered() throws IOException {
    record(dir, 0, 90);
    Path last = lastSegment();
    byte[] bytes = Files.readAllBytes(last);
    Files.write(last, java.util.Arrays.copyOf(bytes, bytes.length - 1));

    Manifest manifest = seal(dir).manifest();

    assertThat(manifest.ticks().captured()).isEqualTo(90);
    assertThat(manifest.spool().recovered()).isTrue();
    assertThat(manifest.spool().damagedBytes()).isPositive();
  }

  @Test
  void ticksThatAGapRowLeavesOutBecomeAGapOfTheirOwn() throws IOException {
    SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        SpoolWriter.Options.DEFAULT);
    ScriptedSource source = new ScriptedSource(1, "disk:sda");
    for (long tick : new long[] {0, 1}) {
      source.sample();
      writer.tick(tick, Spools.moment(tick), List.<Source>of(source));
    }
    writer.row(
        new TextRow(
            "gap",
            "node",
            "esnode.spool",
            "live",
            null,
            Spools.moment(2).tsMicros(),
            Map.of("metric", "tick", "reason", "No space left on device"),
            Map.of(
                "from_ts", Spools.moment(2).tsMicros(),
                "to_ts", Spools.moment(3).tsMicros(),
                "ticks_count", 2L)),
        Spools.moment(5).monoNanos());
    source.sample();
    writer.tick(5, Spools.moment(5), List.<Source>of(source));
    writer.end("test over", Spools.moment(6).monoNanos());
    writer.close();

    Manifest manifest = seal(dir).manifest();

    assertThat(manifest.ticks()).isEqualTo(new Manifest.Ticks(6, 3, 0, 2));
    assertThat(manifest.gaps()).isEqualTo(2);
  }

  @Test
  void ticksThatNobodyExplainsBecomeAGap() throws IOException {
    SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        SpoolWriter.Options.DEFAULT);
    ScriptedSource source = new ScriptedSource(1, "disk:sda");
    for (long tick : new long[] {0, 1, 2, 7, 8}) {
      source.sample();
      writer.tick(tick, Spools.moment(tick), List.<Source>of(source));
    }
    writer.end("test over", Spools.moment(9).monoNanos());
    writer.close();

    Manifest manifest = seal(dir).manifest();

    assertThat(manifest.ticks()).isEqualTo(new Manifest.Ticks(9, 5, 0, 0));
    assertThat(manifest.gaps()).isEqualTo(1);
    assertThat(manifest.rowGroups()).extracting(Manifest.RowGroup::kind).contains("gap");
  }

  @Test
  void clockThatWasSetIsAStepInTheManifest() throws IOException {
    SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        SpoolWriter.Options.DEFAULT);
    ScriptedSource source = new ScriptedSource(1, "disk:sda");
    for (long tick = 0; tick < 5; tick++) {
      Moment moment = Spools.moment(tick);
      long stepUs = tick >= 3 ? -2_000_000 : 0;
      source.sample();
      writer.tick(
          tick,
          new Moment(moment.tsMicros() + stepUs, moment.monoNanos(), 0),
          List.<Source>of(source));
    }
    writer.end("test over", Spools.moment(9).monoNanos());
    writer.close();

    assertThat(seal(dir).manifest().clock().steps()).singleElement().satisfies(step -> {
      assertThat(step.tick()).isEqualTo(3);
      assertThat(step.stepUs()).isBetween(-2_000_010L, -1_999_990L);
    });
  }

  @Test
  void spoolWithoutATickIsNotSealed() throws IOException {
    SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        SpoolWriter.Options.DEFAULT);
    writer.end("test over", 0);
    writer.close();

    assertThatThrownBy(() -> seal(dir))
        .isInstanceOf(EmptySpoolException.class)
        .hasMessageContaining("no complete tick in 1 segments");
    assertThat(names(dir)).containsExactly("t.parquet.spool");
  }

  @Test
  void otherEvidenceUnderThatNameIsNotOverwritten() throws IOException {
    record(dir, 0, 5);
    Files.writeString(dir.resolve("t.parquet"), "somebody's evidence");

    assertThatThrownBy(() -> seal(dir)).hasMessageContaining("evidence is never overwritten");
    assertThat(names(dir)).containsExactly("t.parquet", "t.parquet.spool");
    assertThat(dir.resolve("t.parquet")).hasContent("somebody's evidence");
  }

  @Test
  void otherEvidenceOfAnySizeIsNotOverwritten() throws IOException {
    record(dir, 0, 5);
    try (RandomAccessFile sparse = new RandomAccessFile(dir.resolve("t.parquet").toFile(), "rw")) {
      sparse.setLength(3L << 30);
    }

    assertThatThrownBy(() -> seal(dir)).hasMessageContaining("evidence is never overwritten");
  }

  @Test
  void signerThatFailsLeavesTheSpool() throws IOException {
    record(dir, 0, 5);
    Signer broken = new PlainSigner() {
      @Override
      public byte[] sign(
          String subjectName, String subjectSha256, String predicateType, Json.Obj predicate)
          throws IOException {
        throw new IOException("no token in the reader");
      }
    };

    assertThatThrownBy(() -> seal(dir, broken)).hasMessage("no token in the reader");
    assertThat(names(dir)).containsExactly("t.parquet.spool");
  }

  /** A failure is written when it begins, without an end, and again when it is over. */
  @Test
  void sourceThatFailsForAWhileGivesAGapWithItsEnd() throws IOException {
    ScriptedSource source = new ScriptedSource(1, "disk:sda");
    List<Failure> none = source.failures();
    SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        SpoolWriter.Options.DEFAULT);
    long[] now = {0};
    Recorder recorder = new Recorder(
        () -> {
          long tick = now[0]++ / 4;
          source.fail(
              tick >= 2 && tick < 4
                  ? new Failure[] {new Failure("disk:sda", "disk", "EIO")}
                  : new Failure[0]);
          return new Moment(
              Spools.START_US + now[0] * 250_000, Spools.START_MONO + now[0] * 250_000_000, 0);
        },
        new Sources(List.of(source), List.of(), List.of()),
        writer,
        Spools.START_MONO,
        Duration.ofSeconds(1));
    recorder.run(Duration.ofSeconds(8), () -> {});
    writer.close();

    Manifest manifest = seal(dir).manifest();

    assertThat(none).isEmpty();
    assertThat(manifest.gaps()).isEqualTo(2);
  }

  @Test
  void lanesAndSessionsStandInTheManifestAndTheirRowsInTheBundle() throws IOException {
    recordGpus("live", 20, tick -> true);

    Manifest manifest = seal(dir).manifest();

    assertThat(manifest.simulated()).isFalse();
    assertThat(manifest(dir)).isEqualTo(manifest);
    assertThat(manifest.ticks()).isEqualTo(new Manifest.Ticks(20, 20, 0, 0));
    Manifest.Nvml nvml = Objects.requireNonNull(manifest.nvml());
    assertThat(nvml.sessions()).containsExactly(session(0, "R535"), session(1, "R580"));
    assertThat(nvml.lanes())
        .containsExactly(
            new Manifest.Lane("gpu:A", "gpu", "live", 0, 19, 20, 20),
            new Manifest.Lane("gpu:B", "gpu", "live", 0, 19, 20, 20));
    assertThat(manifest.rowGroups())
        .filteredOn(group -> group.kind().equals("gpu"))
        .extracting(Manifest.RowGroup::rows)
        .containsExactly(40L);
  }

  @Test
  void columnsThatNeverHeldAValueAreNotInTheBundle() throws IOException {
    recordGpus("live", 20, tick -> true);

    seal(dir);

    Map<String, List<String>> columns = bundle(dir).columns();
    assertThat(columns.keySet()).containsExactly("gpu", "disk", "inventory");
    assertThat(columns.get("gpu"))
        .isEqualTo(
            ScriptedGpu.TABLE.columns().stream().limit(12).map(Metric::column).toList());
    assertThat(columns.get("disk"))
        .hasSize(Registry.get().table("disk").columns().size());
  }

  /** Rows without any value say when nothing was known: their table keeps a column. */
  @Test
  void tableWhoseRowsHoldNothingKeepsItsFirstColumn() throws IOException {
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        SpoolWriter.Options.DEFAULT)) {
      Table clock = Registry.get().table("clock");
      SpoolLane lane = writer.lane(clock, "node", "adjtimex", "live");
      writer.tick(0, Spools.moment(0), List.of());
      lane.tick(0, Spools.START_US, Spools.START_MONO, List.of(new Row(clock, "node")));
      writer.end("test over", Spools.moment(1).monoNanos());
    }

    seal(dir);

    assertThat(bundle(dir).columns().get("clock")).containsExactly("discipline");
  }

  @Test
  void oneSimulatedLaneMakesTheWholeRecordingSimulated() throws IOException {
    recordGpus("simulated", 3, tick -> true);

    Manifest manifest = seal(dir).manifest();

    assertThat(manifest.simulated()).isTrue();
    assertThat(Objects.requireNonNull(manifest.nvml()).lanes())
        .extracting(Manifest.Lane::origin)
        .containsOnly("simulated");
  }

  @Test
  void laneFramesThatAreGoneBecomeAGapOfTheirGpu() throws IOException {
    recordGpus("live", 60, tick -> true);
    try (SpoolDirectory directory = SpoolDirectory.open(dir.resolve("t.parquet.spool"))) {
      Files.delete(directory.segments().get(1));
    }

    Manifest manifest = seal(dir).manifest();

    assertThat(Objects.requireNonNull(manifest.nvml()).lanes()).allSatisfy(lane -> {
      assertThat(lane.expected()).isEqualTo(60);
      assertThat(lane.captured()).isBetween(1L, 59L);
    });
    // One of the host's ticks, one for each GPU.
    assertThat(manifest.gaps()).isEqualTo(3);
  }

  /** A GPU that answers every fifth tick only, as back-off may have it, loses nothing. */
  @Test
  void ticksThatALaneDidNotTakeAreNoLoss() throws IOException {
    recordGpus("live", 20, tick -> tick % 5 == 0);

    Manifest manifest = seal(dir).manifest();

    assertThat(manifest.gaps()).isZero();
    assertThat(Objects.requireNonNull(manifest.nvml()).lanes())
        .allSatisfy(lane -> assertThat(lane.expected()).isEqualTo(4));
  }

  private void recordGpus(String origin, int ticks, LongPredicate answers) throws IOException {
    ScriptedSource source = new ScriptedSource(42, "disk:sda");
    ScriptedGpu a = new ScriptedGpu(1, "gpu:A");
    ScriptedGpu b = new ScriptedGpu(2, "gpu:B");
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        new SpoolWriter.Options(
            2_000, Duration.ofMinutes(10), Duration.ofSeconds(1), 8, 256, true))) {
      writer.session(session(0, "R535"), Spools.START_MONO);
      SpoolLane first = writer.lane(ScriptedGpu.TABLE, "gpu:A", "nvml", origin);
      SpoolLane second = writer.lane(ScriptedGpu.TABLE, "gpu:B", "nvml", origin);
      for (long tick = 0; tick < ticks; tick++) {
        Moment moment = Spools.moment(tick);
        source.sample();
        writer.tick(tick, moment, List.<Source>of(source));
        if (answers.test(tick)) {
          first.tick(tick, moment.tsMicros() + 1, moment.monoNanos() + 1_000, a.sample());
          second.tick(tick, moment.tsMicros() + 2, moment.monoNanos() + 2_000, b.sample());
        }
      }
      writer.session(session(1, "R580"), Spools.moment(ticks).monoNanos());
      writer.end("test over", Spools.moment(ticks).monoNanos());
    }
  }

  private static NvmlSession session(long number, String driver) {
    return new NvmlSession(
        number,
        0,
        false,
        Spools.START_US,
        Map.of("driver.version", driver),
        Map.of("gpu", Map.of("power_instant_mw", "nvmlDeviceGetFieldValues 186")));
  }

  static class PlainSigner implements Signer {
    @Override
    public String keyId() {
      return Sha256.hex("key");
    }

    @Override
    public byte[] sign(
        String subjectName, String subjectSha256, String predicateType, Json.Obj predicate)
        throws IOException {
      return predicate.canonical().getBytes(StandardCharsets.UTF_8);
    }
  }

  private static void record(Path dir, int from, int to) throws IOException {
    ScriptedSource source = new ScriptedSource(42, "disk:sda", "disk:sdb");
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        Spools.header(),
        new SpoolWriter.Options(
            4_000, Duration.ofMinutes(10), Duration.ofSeconds(1), 8, 256, false))) {
      writer.row(Spools.audit("recorder.started"), Spools.START_MONO);
      for (long tick = from; tick < to; tick++) {
        source.sample();
        writer.tick(tick, Spools.moment(tick), List.<Source>of(source));
      }
      writer.end("test over", Spools.moment(to).monoNanos());
    }
  }

  private Path lastSegment() throws IOException {
    try (SpoolDirectory directory = SpoolDirectory.open(dir.resolve("t.parquet.spool"))) {
      List<Path> segments = directory.segments();
      return segments.get(segments.size() - 1);
    }
  }

  private static void copySpool(Path from, Path to) throws IOException {
    Path target = Files.createDirectory(to.resolve("t.parquet.spool"));
    try (Stream<Path> files = Files.list(from.resolve("t.parquet.spool"))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
  }

  static Sealer.Sealed seal(Path dir) throws IOException {
    return seal(dir, new PlainSigner());
  }

  private static Sealer.Sealed seal(Path dir, Signer signer) throws IOException {
    try (SpoolDirectory spool = SpoolDirectory.open(dir.resolve("t.parquet.spool"))) {
      return new Sealer(spool, dir.resolve("t.parquet"), signer).seal();
    }
  }

  private static Manifest manifest(Path dir) throws IOException {
    return bundle(dir).manifest();
  }

  private static BundleFile bundle(Path dir) throws IOException {
    try (FileChannel channel = FileChannel.open(dir.resolve("t.parquet"))) {
      return BundleFile.read("t.parquet", channel);
    }
  }

  private static List<String> names(Path dir) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(dir)) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    }
    names.sort(null);
    return names;
  }
}
