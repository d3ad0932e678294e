package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.NvmlSession;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.signature.Signer;
import io.esnode.source.Clock;
import io.esnode.source.Failure;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.spool.LaneName;
import io.esnode.spool.OpenGaps;
import io.esnode.spool.ScriptedGpu;
import io.esnode.spool.ScriptedSource;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolLane;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContinuousTest {
  private static final Failure HUNG = new Failure("disk:sdb", "disk", "does not answer");

  @TempDir
  Path dir;

  /** Ticks that a sealer found in the parts it was given, by bundle. */
  private final List<List<Long>> ticks = new ArrayList<>();

  private final List<List<Long>> laneTicks = new ArrayList<>();
  private final List<List<TextRow>> gaps = new ArrayList<>();
  private final List<List<NvmlSession>> sessions = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private final ScriptedSource source = new ScriptedSource(7, "disk:sda", "disk:sdb");
  private final ScriptedGpu gpu = new ScriptedGpu(8, "gpu:GPU-1");
  private boolean diskFull;
  private long now;

  @SuppressWarnings("NullAway.Init") // start
  private SpoolWriter spoolWriter;

  @SuppressWarnings("NullAway.Init") // record
  private SpoolLane lane;

  @Test
  void neighboursShareNoTickAndMissNone() throws Exception {
    run(Continuous.Policy.rotation(Duration.ofSeconds(20)), 0, 70);

    rest();

    assertThat(ticks).containsExactly(upTo(0, 20), upTo(20, 40), upTo(40, 60), upTo(60, 70));
    assertThat(laneTicks).isEqualTo(ticks);
    assertThat(names())
        .containsExactly(
            "t-000000.parquet", "t-000001.parquet", "t-000002.parquet", "t-000003.parquet");
  }

  @Test
  void eachBundleNamesTheOneBeforeAndCountsItsOwnTicks() throws Exception {
    run(Continuous.Policy.rotation(Duration.ofSeconds(20)), 0, 50);

    rest();

    Manifest first = manifest("t-000000.parquet");
    Manifest second = manifest("t-000001.parquet");
    Manifest third = manifest("t-000002.parquet");
    assertThat(List.of(first, second, third))
        .extracting(m -> m.ticks().expected() + "/" + m.ticks().captured() + "/" + m.gaps())
        .containsExactly("20/20/1", "20/20/1", "10/10/1");
    assertThat(List.of(first, second, third)).noneMatch(m -> m.spool().recovered());
    assertThat(second.stream())
        .isEqualTo(new Manifest.Stream(first.recordingId(), 1, sha256(0), "continuous"));
    assertThat(third.stream())
        .isEqualTo(new Manifest.Stream(first.recordingId(), 2, sha256(1), "continuous"));
    assertThat(Objects.requireNonNull(second.nvml()).lanes())
        .extracting(lane -> lane.expected() + "/" + lane.captured())
        .containsExactly("20/20");
  }

  @Test
  void everyBundleKnowsWhatWasMissingAndWhatAnsweredBeforeItBegan() throws Exception {
    run(Continuous.Policy.rotation(Duration.ofSeconds(20)), 0, 50);

    rest();

    assertThat(gaps)
        .allSatisfy(rows -> assertThat(rows)
            .extracting(row -> row.entity() + ":" + row.numbers())
            .containsExactly("disk:sdb:{from_ts=" + Spools.moment(0).tsMicros() + "}"));
    assertThat(sessions).allSatisfy(each -> assertThat(each).hasSize(1));
  }

  @Test
  void whoComesFromTheSegmentBeforeHearsAGapOnce() throws Exception {
    SpoolDirectory directory = SpoolDirectory.create(spool());
    SpoolWriter writer = SpoolWriter.open(directory, Spools.header(), small());
    record(writer, 0, 60);
    writer.end("test over", Spools.moment(60).monoNanos());
    writer.close();

    Seen all = look(spool());
    Files.delete(spool().resolve("000000.seg"));
    Seen later = look(spool());

    assertThat(all.gaps).hasSize(1);
    assertThat(all.sessions).hasSize(1);
    assertThat(later.gaps).isEqualTo(all.gaps);
    assertThat(later.sessions).isEqualTo(all.sessions);
  }

  @Test
  void ringKeepsSoMuchAndASegmentMore() throws Exception {
    run(Continuous.Policy.ring(Duration.ofSeconds(60), 64 << 20), 0, 300);

    List<Long> kept = look(spool()).ticks;

    assertThat(kept.get(kept.size() - 1)).isEqualTo(299);
    assertThat(kept.size()).isBetween(60, 75);
  }

  @Test
  void ringTakesNoMoreDiskThanItMay() throws Exception {
    run(Continuous.Policy.ring(Duration.ofDays(1), 400_000), 0, 3000);

    long bytes;
    try (Stream<Path> files = Files.list(spool())) {
      bytes = files.mapToLong(f -> f.toFile().length()).sum();
    }
    assertThat(bytes).isBetween(200_000L, 460_000L);
    assertThat(look(spool()).ticks).contains(2999L).doesNotContain(0L);
  }

  @Test
  void frozenPartIsSealedWhileTheRingGoesOn() throws Exception {
    Continuous ring = start(Continuous.Policy.ring(Duration.ofSeconds(60), 64 << 20));
    record(writer(), 0, 100);
    drain();
    CompletableFuture<Frozen> answer =
        ring.freeze(Duration.ofSeconds(30), Duration.ofSeconds(5), "trigger", null);
    record(writer(), 100, 300);
    end(ring, 300);

    Frozen frozen = answer.get(1, TimeUnit.MINUTES);

    assertThat(frozen.bundle().getFileName()).hasToString("t-000000.parquet");
    assertThat(frozen.sha256()).isEqualTo(sha256(0));
    assertThat(ticks).hasSize(1);
    assertThat(ticks.get(0)).contains(70L, 99L, 104L).doesNotContain(60L, 106L);
    Manifest manifest = manifest("t-000000.parquet");
    assertThat(manifest.stream().selection()).isEqualTo("trigger");
    assertThat(manifest.ticks().expected()).isEqualTo(manifest.ticks().captured());
    assertThat(manifest.spool().recovered()).isFalse();
  }

  @Test
  void whatIsWantedIsNotDeleted() throws Exception {
    Continuous ring = start(Continuous.Policy.ring(Duration.ofSeconds(10), 64 << 20));
    record(writer(), 0, 20);
    drain();
    CompletableFuture<Frozen> answer =
        ring.freeze(Duration.ofSeconds(8), Duration.ofSeconds(60), "trigger", null);
    record(writer(), 20, 120);
    end(ring, 120);

    answer.get(1, TimeUnit.MINUTES);

    assertThat(ticks.get(0)).contains(13L, 14L, 40L, 79L);
  }

  @Test
  void partThatCannotBeSealedIsTriedAgainInOrder() throws Exception {
    diskFull = true;
    Continuous ring = start(Continuous.Policy.ring(Duration.ofSeconds(60), 64 << 20));
    record(writer(), 0, 30);
    drain();
    CompletableFuture<Frozen> first =
        ring.freeze(Duration.ofSeconds(10), Duration.ZERO, "manual", null);
    record(writer(), 30, 60);
    assertThatThrownBy(() -> first.get(1, TimeUnit.MINUTES)).hasMessageContaining("No space");

    diskFull = false;
    CompletableFuture<Frozen> second =
        ring.freeze(Duration.ofSeconds(10), Duration.ZERO, "manual", null);
    record(writer(), 60, 90);
    end(ring, 90);

    assertThat(second.get(1, TimeUnit.MINUTES).bundle().getFileName())
        .hasToString("t-000001.parquet");
    assertThat(manifest("t-000001.parquet").stream().previousSha256()).isEqualTo(sha256(0));
    assertThat(said).hasSize(1).first().asString().contains("tried again with the next one");
  }

  @Test
  void fullDiskTakesTheOldestAndSaysSo() throws Exception {
    Continuous ring = start(Continuous.Policy.ring(Duration.ofHours(1), 64 << 20));
    record(writer(), 0, 1200);
    drain();
    CompletableFuture<Frozen> wanted =
        ring.freeze(Duration.ofSeconds(500), Duration.ofDays(1), "trigger", null);

    boolean other = ring.makeRoom(new IOException("Input/output error"));
    boolean room = ring.makeRoom(new IOException("No space left on device"));
    boolean more = true;
    for (int i = 0; i < 10 && more; i++) {
      more = ring.makeRoom(new IOException("No space left on device"));
    }
    end(ring, 1200);

    Seen left = look(wanted.get(1, TimeUnit.MINUTES).bundle().resolveSibling("t.parquet.spool"));
    assertThat(List.of(other, room, more)).containsExactly(false, true, false);
    assertThat(left.ticks).contains(700L, 1199L).doesNotContain(0L);
    assertThat(left.gaps)
        .extracting(row -> row.texts().get("metric"))
        .startsWith("disk", "ring")
        .containsOnly("disk", "ring");
    assertThat(left.damage)
        .extracting(SpoolVisitor.Damage::reason)
        .allMatch(reason -> reason.contains("segments before it are missing"));
  }

  @Test
  void restOfARotationThatDiedGoesOnWhereItsBundlesEnd() throws Exception {
    Continuous rotation = start(Continuous.Policy.rotation(Duration.ofSeconds(20)));
    record(writer(), 0, 50);
    drain();
    // Killed: nothing is ended.
    writer().close();
    rotation.close();

    rest();

    assertThat(ticks).containsExactly(upTo(0, 20), upTo(20, 40), upTo(40, 50));
    assertThat(manifest("t-000002.parquet").spool().recovered()).isTrue();
    assertThat(manifest("t-000002.parquet").stream().sequence()).isEqualTo(2);
  }

  @Test
  void interruptedSealGivesTheSameBytes() throws Exception {
    diskFull = true;
    run(Continuous.Policy.rotation(Duration.ofSeconds(20)), 0, 50);
    Path copy = dir.resolve("copy");
    copy(spool(), Files.createDirectory(copy).resolve("t.parquet.spool"));
    diskFull = false;

    rest();
    new Leftover(SpoolDirectory.open(copy.resolve("t.parquet.spool")), this::seal, copy, said::add)
        .seal();

    for (String name : List.of("t-000000.parquet", "t-000001.parquet", "t-000002.parquet")) {
      assertThat(copy.resolve(name)).hasSameBinaryContentAs(dir.resolve(name));
    }
  }

  @Test
  void exchangedSegmentOfAPartIsNoticed() throws Exception {
    diskFull = true;
    run(Continuous.Policy.rotation(Duration.ofSeconds(20)), 0, 50);
    Path part;
    try (Stream<Path> files = Files.list(dir)) {
      part = files
          .filter(f -> f.toString().endsWith("000000.parquet.spool"))
          .findFirst()
          .orElseThrow();
    }
    List<Path> segments;
    try (SpoolDirectory directory = SpoolDirectory.open(part)) {
      segments = directory.segments();
    }
    Path last = segments.get(segments.size() - 1);
    byte[] bytes = Files.readAllBytes(last);
    Files.delete(last);
    Files.write(last, Arrays.copyOf(bytes, bytes.length - 1));

    Seen seen = look(part);

    assertThat(seen.damage)
        .extracting(SpoolVisitor.Damage::reason)
        .anyMatch(reason -> reason.startsWith("the recorder says it has SHA-256"));
  }

  private Path spool() {
    return dir.resolve("t.parquet.spool");
  }

  private void run(Continuous.Policy policy, long from, long to) throws Exception {
    Continuous continuous = start(policy);
    record(writer(), from, to);
    end(continuous, to);
  }

  private Continuous start(Continuous.Policy policy) throws IOException {
    SpoolDirectory directory = SpoolDirectory.create(spool());
    Clock clock = () -> Spools.moment(now);
    Continuous running = Continuous.start(
        policy, directory, Spools.header(), "t", dir, clock, this::seal, said::add);
    spoolWriter = SpoolWriter.open(
        directory, Spools.header(), policy.options(SpoolWriter.Options.LOSSLESS), running);
    running.writes(spoolWriter);
    return running;
  }

  private SpoolWriter writer() {
    return spoolWriter;
  }

  private static SpoolWriter.Options small() {
    return new SpoolWriter.Options(
        1_500, Duration.ofMinutes(10), Duration.ofSeconds(1), 8, 256, true);
  }

  /** Ticks of the host and of a GPU; from tick 0 on a disk does not answer. */
  private void record(SpoolWriter writer, long from, long to) {
    if (from == 0) {
      Moment start = Spools.moment(0);
      writer.session(
          new NvmlSession(0, 0, false, start.tsMicros(), Map.of("driver.version", "1"), Map.of()),
          start.monoNanos());
      new OpenGaps(writer, "test").open(HUNG, "live", start.tsMicros(), start.monoNanos());
      lane = writer.lane(ScriptedGpu.TABLE, "gpu:GPU-1", "nvml", "live");
    }
    for (long tick = from; tick < to; tick++) {
      now = tick;
      Moment moment = Spools.moment(tick);
      source.sample();
      writer.tick(tick, moment, List.<Source>of(source));
      lane.tick(tick, moment.tsMicros(), moment.monoNanos(), gpu.sample());
    }
  }

  /** Until what was handed over is written. */
  private void drain() throws Exception {
    long bytes = -1;
    while (bytes != size()) {
      bytes = size();
      Thread.sleep(60);
    }
  }

  private long size() throws IOException {
    try (Stream<Path> files = Files.list(spool())) {
      return files.mapToLong(f -> f.toFile().length()).sum();
    }
  }

  private void end(Continuous continuous, long tick) throws IOException {
    writer().end("test over", Spools.moment(tick).monoNanos());
    continuous.close();
    writer().close();
  }

  private void rest() throws IOException {
    new Leftover(SpoolDirectory.open(spool()), this::seal, dir, said::add).seal();
  }

  private String seal(Path part, Path bundle) throws IOException {
    if (diskFull) {
      throw new IOException("No space left on device");
    }
    Seen seen = look(part);
    String sha256;
    try (SpoolDirectory directory = SpoolDirectory.open(part)) {
      sha256 = new Sealer(directory, bundle, new Unsigned()).seal().sha256();
    }
    assertThat(seen.damage).isEmpty();
    ticks.add(seen.ticks);
    laneTicks.add(seen.laneTicks);
    gaps.add(seen.gaps);
    sessions.add(seen.sessions);
    return sha256;
  }

  private static Seen look(Path spool) throws IOException {
    Seen seen = new Seen();
    try (SpoolDirectory directory = SpoolDirectory.open(spool)) {
      SpoolReader.open(directory).read(seen);
    }
    return seen;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .map(f -> String.valueOf(f.getFileName()))
          .filter(f -> !f.endsWith(".sigstore.json"))
          .sorted()
          .toList();
    }
  }

  private Manifest manifest(String name) throws IOException {
    try (FileChannel channel = FileChannel.open(dir.resolve(name))) {
      return BundleFile.read(name, channel).manifest();
    }
  }

  private String sha256(int bundle) throws IOException {
    return Sha256.hex(dir.resolve("t-00000" + bundle + ".parquet"));
  }

  private static List<Long> upTo(long from, long to) {
    return LongStream.range(from, to).boxed().toList();
  }

  /** What a spool holds. */
  private static final class Seen implements SpoolVisitor {
    private final List<Long> ticks = new ArrayList<>();
    private final List<Long> laneTicks = new ArrayList<>();
    private final List<TextRow> gaps = new ArrayList<>();
    private final List<NvmlSession> sessions = new ArrayList<>();
    private final List<Damage> damage = new ArrayList<>();

    @Override
    public void tick(Tick tick) {
      ticks.add(tick.number());
    }

    @Override
    public void laneTick(LaneName name, Tick tick) {
      laneTicks.add(tick.number());
    }

    @Override
    public void session(NvmlSession session, long monoNanos) {
      sessions.add(session);
    }

    @Override
    public void row(TextRow row, long monoNanos) {
      if (row.table().equals("gap")) {
        gaps.add(row);
      }
    }

    @Override
    public void damage(Damage found) {
      damage.add(found);
    }
  }

  /** Stands in for a key. */
  private static final class Unsigned implements Signer {
    @Override
    public String keyId() {
      return "0".repeat(64);
    }

    @Override
    public byte[] sign(String name, String sha256, String type, Json.Obj predicate) {
      return sha256.getBytes(StandardCharsets.UTF_8);
    }
  }
}
