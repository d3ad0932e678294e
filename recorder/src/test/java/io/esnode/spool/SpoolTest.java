package io.esnode.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.esnode.seal.EpochSeal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  private static final int TICKS = 60;

  @TempDir
  Path dir;

  private Path spool;

  @BeforeEach
  void record() throws IOException {
    spool = dir.resolve("t.parquet.spool");
    Spools.write(spool, TICKS);
  }

  @Test
  void everyTickComesBackAsItWasSampled() throws IOException {
    ScriptedSource same = new ScriptedSource(42, "disk:sda", "disk:sdb");
    Recorded recorded = Spools.read(spool);

    assertThat(recorded.damage).isEmpty();
    assertThat(recorded.ticks).hasSize(TICKS);
    for (long tick = 0; tick < TICKS; tick++) {
      if (tick == TICKS / 2) {
        same.entities("disk:sda", "disk:nvme0n1", "disk:sdb");
      }
      same.sample();
      assertThat(recorded.ticks.get(tick)).isEqualTo(line(same, tick));
    }
    assertThat(recorded.rows)
        .extracting(row -> row.texts().get("action"))
        .containsExactly("recorder.started", "recorder.stopped");
  }

  @Test
  void properEndIsToldFromAKill() throws IOException {
    assertThat(summary().ended()).isTrue();

    Path last = lastSegment();
    byte[] bytes = Files.readAllBytes(last);
    Files.write(last, Arrays.copyOf(bytes, bytes.length - 1));

    assertThat(summary().ended()).isFalse();
  }

  @Test
  void everySegmentHoldsTheDigestOfTheOneBefore() throws IOException {
    assertThat(segments()).hasSizeGreaterThan(2);
    Path first = segments().get(0);
    byte[] bytes = Files.readAllBytes(first);
    // The wall clock of one tick, with a CRC that fits: only the chain can tell.
    byte[] forged = ForgedSegment.withFirstKeyframeMovedBy(bytes, 1_000_000);
    Files.write(first, forged);

    assertThat(Spools.read(spool).damage)
        .extracting(SpoolVisitor.Damage::reason)
        .singleElement()
        .asString()
        .startsWith("says the segment before has SHA-256");
  }

  @Test
  void missingSegmentIsReported() throws IOException {
    Files.delete(segments().get(1));

    assertThat(Spools.read(spool).damage)
        .extracting(SpoolVisitor.Damage::reason)
        .contains("1 segments before it are missing");
  }

  /** What kill -9 or a full disk can leave: any prefix. No complete tick is lost and none is invented. */
  @Test
  void everyPrefixOfASegmentGivesExactlyItsCompleteTicks() throws IOException {
    Map<Long, String> all = Spools.read(spool).ticks;
    Path last = lastSegment();
    byte[] bytes = Files.readAllBytes(last);
    int before = 0;
    for (int length = 0; length < bytes.length; length++) {
      Files.write(last, Arrays.copyOf(bytes, length));

      Map<Long, String> read = Spools.read(spool).ticks;

      assertThat(all.entrySet()).containsAll(read.entrySet());
      assertThat(read.size()).isBetween(before, before + 1 + (length == 0 ? TICKS : 0));
      before = read.size();
    }
    assertThat(before).isEqualTo(TICKS);
  }

  @Test
  void oneFlippedBitNeverChangesATick() throws IOException {
    Map<Long, String> all = Spools.read(spool).ticks;
    Path middle = segments().get(1);
    byte[] bytes = Files.readAllBytes(middle);
    for (int bit = 0; bit < bytes.length * 8; bit += 5) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(middle, flipped);

      Recorded read = Spools.read(spool);

      assertThat(all.entrySet()).containsAll(read.ticks.entrySet());
      assertThat(read.damage).isNotEmpty();
      assertThat(read.ticks.size()).isGreaterThanOrEqualTo(TICKS - 8);
    }
  }

  @Test
  void secondRecorderIsRefusedWhileTheFirstRuns() throws IOException {
    Path other = dir.resolve("other.spool");
    try (SpoolWriter running =
        SpoolWriter.open(SpoolDirectory.create(other), Spools.header(), Spools.SMALL)) {
      assertThat(running).isNotNull();

      assertThatThrownBy(() -> SpoolDirectory.create(other))
          .isInstanceOf(SpoolException.class)
          .hasMessageContaining(
              "in use by another recorder (process " + ProcessHandle.current().pid() + ")");
    }
  }

  @Test
  void leftoverRecordingIsNotOverwritten() {
    assertThatThrownBy(() -> SpoolDirectory.create(spool))
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining("never sealed; seal it with: esnode recover");
  }

  /** Whoever made the directory must not be able to have root empty a file of his choice. */
  @Test
  void lockThatIsALinkIsNotFollowed() throws IOException {
    Path victim = Files.writeString(dir.resolve("victim"), "precious");
    Path other = Files.createDirectory(dir.resolve("other.spool"));
    Files.createSymbolicLink(other.resolve("lock"), victim);

    assertThatThrownBy(() -> SpoolDirectory.create(other)).isInstanceOf(IOException.class);

    assertThat(victim).hasContent("precious");
  }

  @Test
  void rowThatTheHeaderDoesNotPromiseIsDamage() throws IOException {
    Path other = dir.resolve("other.spool");
    try (SpoolWriter writer =
        SpoolWriter.open(SpoolDirectory.create(other), Spools.header(), Spools.SMALL)) {
      writer.row(event("nonsense", "action"), Spools.START_MONO);
      writer.row(event("audit", "nonsense"), Spools.START_MONO);
      writer.row(event("audit", "action"), Spools.START_MONO);
      writer.end("test over", Spools.START_MONO);
    }

    Recorded recorded = Spools.read(other);

    assertThat(recorded.rows).hasSize(1);
    assertThat(recorded.damage)
        .extracting(SpoolVisitor.Damage::reason)
        .containsExactly(
            "row of nonsense.action, which the segment header does not list",
            "row of audit.nonsense, which the segment header does not list");
  }

  @Test
  void keyframeThatTheHeaderDoesNotPromiseIsDamage() throws IOException {
    Path other = dir.resolve("other.spool");
    Map<String, List<String>> columns = new LinkedHashMap<>(Spools.columns());
    columns.remove("disk");
    try (SpoolWriter writer =
        SpoolWriter.open(SpoolDirectory.create(other), Spools.header(columns), Spools.SMALL)) {
      Spools.ticks(writer, new ScriptedSource(1, "disk:sda"), 0, 1);
      writer.end("test over", Spools.START_MONO);
    }

    Recorded recorded = Spools.read(other);

    assertThat(recorded.ticks).isEmpty();
    assertThat(recorded.damage)
        .extracting(SpoolVisitor.Damage::reason)
        .singleElement()
        .asString()
        .startsWith("row of disk with");
  }

  private static TextRow event(String table, String column) {
    return new TextRow(
        table, "node", "test", "live", null, Spools.START_US, Map.of(column, "x"), Map.of());
  }

  /** A bug or a lack of memory can end the writer thread; then nothing of what was handed over is safe. */
  @Test
  void endSaysSoWhenTheWriterThreadIsGone() throws Exception {
    SpoolWriter.Options narrow = new SpoolWriter.Options(
        1 << 20, Duration.ofMinutes(10), Duration.ofSeconds(1), 8, 4, false);
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("other.spool")), Spools.header(), narrow)) {
      writer.thread().interrupt();
      writer.thread().join();
      Spools.ticks(writer, new ScriptedSource(1, "disk:sda"), 0, 10);

      assertTimeoutPreemptively(
          Duration.ofSeconds(20),
          () -> assertThatThrownBy(() -> writer.end("test over", Spools.START_MONO))
              .isInstanceOf(SpoolException.class)
              .hasMessageContaining("the thread that writes the spool ended"));
    }
  }

  @Test
  void segmentOfAnotherRecordingIsNotReadAndStays() throws IOException {
    Path other = dir.resolve("other.spool");
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(other), Spools.header("another recording"), Spools.SMALL)) {
      Spools.ticks(writer, new ScriptedSource(7, "disk:sda"), 0, 60);
      writer.end("test over", Spools.moment(60).monoNanos());
    }
    Path stranger = spool.resolve("000099.seg");
    Files.copy(other.resolve("000000.seg"), stranger);

    Recorded read = Spools.read(spool);

    assertThat(read.ticks).hasSize(TICKS);
    assertThat(read.damage).singleElement().asString().contains("is segment 0 by its header");
    try (SpoolDirectory directory = SpoolDirectory.open(spool)) {
      directory.delete(SpoolReader.open(directory).segments());
    }
    assertThat(stranger).exists();
  }

  @Test
  void tickIsReadOnceHoweverOftenASegmentIsThere() throws IOException {
    Path last = lastSegment();
    Files.copy(segments().get(0), spool.resolve("0000000.seg"));
    Files.copy(segments().get(0), spool.resolve("000050.seg"));
    byte[] bytes = Files.readAllBytes(segments().get(1));
    Files.write(last, bytes, StandardOpenOption.APPEND);

    Recorded read = Spools.read(spool);

    assertThat(read.ticks).hasSize(TICKS);
    assertThat(read.damage).asString().contains("is segment 0 by its header", " after tick ");
  }

  @Test
  void tickThatNoClockReadsIsDamage() throws IOException {
    Frame frame = new Frame().begin(Frame.KEYFRAME, false);
    frame.putVarint(1L << 62);
    frame.putVarint(1L << 62);
    frame.putLong(-1);
    frame.putVarint(0);
    frame.putVarint(0);
    append(frame);

    assertThat(Spools.read(spool).damage).asString().contains("tick -9223372036854775808 after");
  }

  @Test
  void segmentThatIsALinkIsRefused() throws IOException {
    Files.createSymbolicLink(spool.resolve("000099.seg"), Path.of("/dev/zero"));

    assertThatThrownBy(() -> Spools.read(spool))
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining("000099.seg: not a regular file");
  }

  private void append(Frame frame) throws IOException {
    frame.finish(Spools.moment(1000).monoNanos());
    Files.write(
        lastSegment(), Arrays.copyOf(frame.array(), frame.size()), StandardOpenOption.APPEND);
  }

  /** Rows come when something goes wrong, and that is when the queue is full. */
  @Test
  void rowThatFoundTheQueueFullIsCounted() throws IOException {
    Path other = dir.resolve("other.spool");
    SpoolWriter.Options narrow =
        new SpoolWriter.Options(1 << 20, Duration.ofMinutes(10), Duration.ofNanos(1), 8, 1, false);
    int sent = 0;
    int refused = 0;
    try (SpoolWriter writer =
        SpoolWriter.open(SpoolDirectory.create(other), Spools.header(), narrow)) {
      for (; refused < 3 && sent < 1_000_000; sent++) {
        refused += writer.row(event("audit", "action"), Spools.START_MONO) ? 0 : 1;
      }
      writer.end("test over", Spools.START_MONO);
    }

    Recorded recorded = Spools.read(other);

    assertThat(refused).isPositive();
    assertThat(recorded.rows).hasSize(sent - refused + 1);
    assertThat(recorded.rows.get(recorded.rows.size() - 1).texts())
        .containsEntry("metric", "audit")
        .containsEntry(
            "reason", refused + " rows lost: the disk was slower than the recorder: queue full");
  }

  /** A slow source still speaks when the recording has ended: that is no loss of the recording. */
  @Test
  void rowThatComesAfterTheEndIsNotMissing() throws IOException {
    AtomicReference<SpoolWriter> writer = new AtomicReference<>();
    AtomicReference<Boolean> taken = new AtomicReference<>();
    SpoolSeals whileItEnds = new SpoolSeals() {
      @Override
      public boolean due() {
        return false;
      }

      @Override
      public @Nullable EpochSeal seal(
          EpochSeal.Reason reason, long segment, long offsetBytes, String headSha256) {
        taken.set(
            Objects.requireNonNull(writer.get()).row(event("gap", "reason"), Spools.START_MONO));
        return null;
      }

      @Override
      public void durable(EpochSeal seal) {}
    };
    try (SpoolWriter ending = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("other.spool")),
        Spools.header(),
        Spools.SMALL,
        SegmentKeeper.NONE,
        whileItEnds)) {
      writer.set(ending);

      ending.end("test over", Spools.START_MONO);
    }

    assertThat(taken.get()).isFalse();
    assertThat(Spools.read(dir.resolve("other.spool")).rows).isEmpty();
  }

  private SpoolReader.Summary summary() throws IOException {
    try (SpoolDirectory directory = SpoolDirectory.open(spool)) {
      return SpoolReader.open(directory).read(new Recorded());
    }
  }

  private List<Path> segments() throws IOException {
    try (SpoolDirectory directory = SpoolDirectory.open(spool)) {
      return directory.segments();
    }
  }

  private Path lastSegment() throws IOException {
    List<Path> all = segments();
    return all.get(all.size() - 1);
  }

  static String line(ScriptedSource source, long tick) {
    StringBuilder line = new StringBuilder()
        .append(Spools.moment(tick).tsMicros())
        .append(' ')
        .append(Spools.moment(tick).monoNanos());
    source.rows().forEach(row -> {
      line.append(" test.disk ").append(row.entity()).append('=');
      for (int column = 0; column < row.table().columns().size(); column++) {
        line.append(row.present(column) ? Long.toString(row.value(column)) : "-")
            .append(',');
      }
    });
    return line.toString();
  }
}
