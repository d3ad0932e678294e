package io.esnode.spool;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.bundle.Sha256;
import io.esnode.seal.EpochSeal;
import io.esnode.seal.EpochSeal.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedSpoolTest {
  /** One segment, and nothing is flushed before the end. */
  private static final SpoolWriter.Options LONG =
      new SpoolWriter.Options(1 << 20, Duration.ofMinutes(10), Duration.ofHours(1), 8, 256, true);

  /** Many segments. */
  private static final SpoolWriter.Options SHORT =
      new SpoolWriter.Options(250, Duration.ofMinutes(10), Duration.ofMillis(1), 8, 256, true);

  @TempDir
  Path dir;

  private final ScriptedDisk disk = new ScriptedDisk();

  /** What a spool holds, its seals as well. */
  private static final class Seals extends Recorded {
    final List<EpochSeal> seals = new ArrayList<>();
    final List<Long> different = new ArrayList<>();

    @Override
    public void seal(EpochSeal seal, boolean differs) {
      seals.add(seal);
      if (differs) {
        different.add(seal.epoch());
      }
    }

    List<Long> epochs() {
      return seals.stream().map(EpochSeal::epoch).toList();
    }
  }

  private Path spool() {
    return dir.resolve("spool");
  }

  private SpoolWriter open(ScriptedSeals seals, SpoolWriter.Options options) throws IOException {
    return SpoolWriter.open(
        disk,
        SpoolDirectory.create(spool()),
        Spools.smallHeader().sealedFrom(seals.genesis()),
        options,
        SegmentKeeper.NONE,
        seals);
  }

  /** Of so many ticks, sealed after each seventh. */
  private ScriptedSeals record(SpoolWriter.Options options, int ticks) throws IOException {
    ScriptedSeals seals = ScriptedSeals.begin(Spools.smallHeader().recordingId());
    try (SpoolWriter writer = open(seals, options)) {
      ScriptedSource source = new ScriptedSource(7, "disk:sda");
      for (int tick = 0; tick < ticks; tick++) {
        if (tick % 7 == 6) {
          seals.ask();
        }
        Spools.ticks(writer, source, tick, tick + 1);
      }
      writer.end("test over", Spools.moment(ticks).monoNanos());
    }
    return seals;
  }

  private Seals read() throws IOException {
    Seals read = new Seals();
    try (SpoolDirectory directory = SpoolDirectory.reading(spool())) {
      SpoolReader.open(directory).read(read);
    }
    return read;
  }

  private static int offset(EpochSeal seal) {
    Long offset = seal.offsetBytes();
    return offset == null ? -1 : offset.intValue();
  }

  private Path segment(int number) {
    return spool().resolve(SpoolDirectory.name(number));
  }

  @Test
  void headsAreThoseOfTheBytesThatStandThere() throws IOException {
    ScriptedSeals made = record(LONG, 40);

    Seals read = read();

    assertThat(read.damage).isEmpty();
    assertThat(read.different).isEmpty();
    assertThat(read.seals).isEqualTo(made.sealed()).hasSizeGreaterThan(2);
    assertThat(read.seals.get(read.seals.size() - 1).reason()).isEqualTo(Reason.END);
    byte[] bytes = Files.readAllBytes(segment(0));
    for (EpochSeal seal : read.seals) {
      assertThat(seal.headSha256()).isEqualTo(Sha256.hex(Arrays.copyOf(bytes, offset(seal))));
    }
  }

  @Test
  void everySegmentEndsWithASeal() throws IOException {
    record(SHORT, 60);

    Seals read = read();

    assertThat(read.damage).isEmpty();
    long segments;
    try (SpoolDirectory directory = SpoolDirectory.reading(spool())) {
      segments = directory.segments().size();
    }
    assertThat(segments).isGreaterThan(3);
    assertThat(read.seals.stream().filter(s -> s.reason() == Reason.SEGMENT).count())
        .isEqualTo(segments - 1);
    assertThat(read.ticks).hasSize(60);
  }

  @Test
  void witnessIsToldWhatIsDurableAndNothingElse() throws IOException {
    ScriptedSeals seals = ScriptedSeals.begin(Spools.smallHeader().recordingId());
    try (SpoolWriter writer = open(seals, LONG)) {
      disk.forceFails = "Input/output error";
      seals.ask();
      Spools.ticks(writer, new ScriptedSource(7, "disk:sda"), 0, 10);
      assertThatThrownBy(() -> writer.end("test over", Spools.moment(10).monoNanos()))
          .isInstanceOf(SpoolException.class);
    }

    assertThat(seals.sealed()).isNotEmpty();
    assertThat(seals.told()).isEmpty();
  }

  @Test
  void witnessIsToldOfEveryEpochInOrder() throws IOException {
    ScriptedSeals seals = record(SHORT, 60);

    assertThat(seals.told()).isEqualTo(seals.sealed());
  }

  /** Its key is gone: it cannot be made again for other bytes. */
  @Test
  void sealThatADiskRefusedIsWrittenLaterAsItIs() throws Exception {
    ScriptedSeals seals = ScriptedSeals.begin(Spools.smallHeader().recordingId());
    try (SpoolWriter writer = open(seals, LONG)) {
      ScriptedSource source = new ScriptedSource(7, "disk:sda");
      Spools.ticks(writer, source, 0, 5);
      disk.gate = new CountDownLatch(1);
      Spools.ticks(writer, source, 5, 6);
      disk.room(200);
      seals.ask();
      disk.gate.countDown();
      Spools.ticks(writer, source, 6, 20);
      seals.awaitSealed();
      disk.room(Long.MAX_VALUE);
      Spools.ticks(writer, source, 20, 30);
      writer.end("test over", Spools.moment(30).monoNanos());
    }

    Seals read = read();

    assertThat(read.seals).isEqualTo(seals.sealed());
    assertThat(read.different).isEmpty();
    assertThat(read.damage).isEmpty();
    assertThat(seals.told()).isEqualTo(seals.sealed());
  }

  @Test
  void flippedBitInASealIsDamageAndTheChainGoesOn() throws IOException {
    ScriptedSeals made = record(LONG, 40);
    EpochSeal second = made.sealed().get(1);
    byte[] bytes = Files.readAllBytes(segment(0));
    bytes[offset(second) + Frame.HEAD_BYTES + 30] ^= 4;
    Files.write(segment(0), bytes);

    Seals read = read();

    List<Long> others =
        new ArrayList<>(made.sealed().stream().map(EpochSeal::epoch).toList());
    others.remove(second.epoch());
    assertThat(read.epochs()).isEqualTo(others);
    assertThat(read.damage).isNotEmpty();
    assertThat(read.ticks).hasSize(40);
    assertThat(read.different).doesNotContain(1L).contains(3L);
  }

  @Test
  void flippedBitInATickContradictsEverySealAfterItInTheSegment() throws IOException {
    ScriptedSeals made = record(LONG, 40);
    byte[] bytes = Files.readAllBytes(segment(0));
    bytes[offset(made.sealed().get(1)) - 3] ^= 1;
    Files.write(segment(0), bytes);

    Seals read = read();

    assertThat(read.epochs()).hasSameSizeAs(made.sealed());
    assertThat(read.different).isEqualTo(read.epochs().subList(1, read.epochs().size()));
    assertThat(read.damage)
        .filteredOn(damage -> damage.reason().contains("as it was sealed in epoch 2"))
        .hasSize(1);
  }

  @Test
  void spoolOfARecorderThatDiedHasNoLastSeal() throws IOException {
    ScriptedSeals seals = ScriptedSeals.begin(Spools.smallHeader().recordingId());
    try (SpoolWriter writer = open(seals, SHORT)) {
      seals.ask();
      Spools.ticks(writer, new ScriptedSource(7, "disk:sda"), 0, 3);
      seals.awaitTold();
    }

    Seals read = read();

    assertThat(read.seals)
        .extracting(EpochSeal::reason)
        .contains(Reason.INTERVAL)
        .doesNotContain(Reason.END);
    assertThat(read.different).isEmpty();
  }

  @Test
  void spoolWhoseOldestSegmentsAreGoneKeepsTheGenesis() throws IOException {
    record(SHORT, 60);
    Files.delete(segment(0));
    Files.delete(segment(1));

    try (SpoolDirectory directory = SpoolDirectory.reading(spool())) {
      assertThat(SpoolReader.open(directory).header().genesis()).isNotNull();
    }
    Seals read = read();
    assertThat(read.seals.get(0).epoch()).isGreaterThan(1);
    assertThat(read.different).isEmpty();
  }

  @Test
  void sealOfAnotherRecordingIsDamage() throws IOException {
    ScriptedSeals foreign = ScriptedSeals.begin("01993f6e-0000-7000-8000-00000000beef");
    try (SpoolWriter writer = SpoolWriter.open(
        disk,
        SpoolDirectory.create(spool()),
        Spools.smallHeader(),
        LONG,
        SegmentKeeper.NONE,
        foreign)) {
      foreign.ask();
      Spools.ticks(writer, new ScriptedSource(7, "disk:sda"), 0, 10);
      writer.end("test over", Spools.moment(10).monoNanos());
    }

    Seals read = read();

    assertThat(read.seals).isEmpty();
    assertThat(read.damage).isNotEmpty();
    assertThat(read.ticks).hasSize(10);
  }

  /** Bundles and spools from before there were seals. */
  @Test
  void spoolWithoutSealsReadsAsBefore() throws IOException {
    Spools.write(spool(), 20);

    Seals read = read();

    assertThat(read.seals).isEmpty();
    assertThat(read.damage).isEmpty();
    assertThat(read.ticks).hasSize(20);
    assertThat(new String(Files.readAllBytes(segment(0)), ISO_8859_1)).doesNotContain("genesis");
  }
}
