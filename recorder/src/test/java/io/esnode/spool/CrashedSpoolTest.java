package io.esnode.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a crash at any moment leaves, and what a flipped bit takes. */
class CrashedSpoolTest {
  private static final Duration EVERY_FRAME = Duration.ofNanos(1);
  private static final Duration NEVER = Duration.ofHours(1);

  @TempDir
  Path dir;

  /** After every byte that the recorder ever wrote. */
  @Test
  void killAtEveryByteLosesNoCompleteTickAndAtMostOneFrame() throws IOException {
    ScriptedDisk disk = new ScriptedDisk();
    MixedSpool spool = MixedSpool.record(disk, dir.resolve("whole"), NEVER);
    Path crashed = Files.createDirectory(dir.resolve("crashed"));
    Replay replay = new Replay();
    Map<String, byte[]> there = Map.of();
    for (Use use : disk.uses()) {
      // A header takes hundreds of bytes and counts when it is whole.
      int step = use.bytes().length > 500 ? 40 : 1;
      for (int bytes = 1 + (use.bytes().length - 1) % step;
          bytes <= use.bytes().length;
          bytes += step) {
        replay.apply(use, bytes);
        Map<String, byte[]> left = replay.killed();
        Replay.restore(left, there, crashed);
        there = left;
        requireAllThatWasWritten(spool, left, crashed, bytes < use.bytes().length);
      }
      replay.apply(use);
    }
    assertThat(Spools.read(crashed).ticks).isEqualTo(spool.ticks).hasSize(MixedSpool.TICKS);
    assertThat(replay.killed()).hasSizeGreaterThan(2);
  }

  private static void requireAllThatWasWritten(
      MixedSpool spool, Map<String, byte[]> left, Path crashed, boolean torn) throws IOException {
    if (!left.containsKey("000000.seg")) {
      assertThat(left).containsOnlyKeys("next");
      return;
    }
    Recorded read = Spools.read(crashed);

    assertThat(spool.holds(read)).isTrue();
    assertThat(read.ticks).hasSize(Replay.wholeFrames(left, Frame.KEYFRAME, Frame.DELTA));
    assertThat(read.laneTicks)
        .hasSize(Replay.wholeFrames(left, Frame.LANE_KEYFRAME, Frame.LANE_DELTA));
    assertThat(read.rows).hasSize(Replay.wholeFrames(left, Frame.ROW));
    assertThat(read.sessions).hasSize(Replay.wholeFrames(left, Frame.SESSION));
    // A half header of the next segment is not part of the spool yet.
    if (torn && !left.containsKey("next")) {
      assertThat(read.damage)
          .singleElement()
          .extracting(SpoolVisitor.Damage::reason)
          .isEqualTo("torn end: the recorder was stopped while it wrote");
    } else {
      assertThat(read.damage).isEmpty();
    }
  }

  /** The kernel may have written none of what was not synced, or part of it, or its length without its bytes. */
  @ParameterizedTest
  @EnumSource
  void powerLossTakesNothingThatWasSynced(Replay.Unsynced rest) throws IOException {
    for (Duration flush : List.of(EVERY_FRAME, NEVER)) {
      ScriptedDisk disk = new ScriptedDisk();
      MixedSpool spool = MixedSpool.record(disk, dir.resolve("whole" + flush), flush);
      Replay replay = new Replay();
      int step = 0;
      for (Use use : disk.uses()) {
        replay.apply(use);
        Path crashed = dir.resolve("crashed" + flush + step++);
        Replay.restore(replay.powerLost(rest), crashed);
        if (!Files.exists(crashed.resolve("000000.seg"))) {
          continue;
        }

        Recorded read = Spools.read(crashed);

        Map<String, byte[]> durable = replay.durable();
        assertThat(spool.holds(read)).isTrue();
        assertThat(read.ticks)
            .hasSizeGreaterThanOrEqualTo(Replay.wholeFrames(durable, Frame.KEYFRAME, Frame.DELTA));
        assertThat(read.rows).hasSizeGreaterThanOrEqualTo(Replay.wholeFrames(durable, Frame.ROW));
      }
    }
  }

  @Test
  void whatIsSyncedAfterEveryFrameLosesOneFrameToAPowerLoss() throws IOException {
    ScriptedDisk disk = new ScriptedDisk();
    MixedSpool.record(disk, dir.resolve("whole"), EVERY_FRAME);
    Replay replay = new Replay();
    int[] all = {Frame.KEYFRAME, Frame.DELTA, Frame.LANE_KEYFRAME, Frame.LANE_DELTA, Frame.ROW};
    for (Use use : disk.uses()) {
      replay.apply(use);

      assertThat(
              Replay.wholeFrames(replay.killed(), all) - Replay.wholeFrames(replay.durable(), all))
          .isBetween(0, 1);
    }
  }

  /** Nobody has to write another frame for the last one to become durable. */
  @Test
  void lastTickIsSyncedAfterTheFlushIntervalAtTheLatest() throws Exception {
    ScriptedDisk disk = new ScriptedDisk();
    MixedSpool spool =
        new MixedSpool(disk, dir.resolve("idle"), MixedSpool.inStep(Duration.ofMillis(20)));
    spool.ticks(0, 1);

    Replay replay = new Replay();
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (Replay.wholeFrames(replay.durable(), Frame.KEYFRAME) < 1
        && System.nanoTime() < deadline) {
      Thread.sleep(5);
      replay = new Replay();
      disk.uses().forEach(replay::apply);
    }

    assertThat(Replay.wholeFrames(replay.durable(), Frame.KEYFRAME)).isEqualTo(1);
    spool.end();
  }

  @Test
  void flippedBitIsNoticedAndChangesNoValue() throws IOException {
    MixedSpool spool = MixedSpool.record(new ScriptedDisk(), dir.resolve("whole"), NEVER);

    // Every third bit of one segment, of its headers every thirty-first; the soak flips all.
    requireFlipsNoticed(spool, segments(dir.resolve("whole")).get(1), 31, 3);

    assertThat(Spools.read(dir.resolve("whole")).damage).isEmpty();
  }

  @Test
  @Tag("soak")
  void everyFlippedBitOfAnySegmentIsNoticed() throws IOException {
    MixedSpool spool = MixedSpool.record(new ScriptedDisk(), dir.resolve("whole"), NEVER);
    for (Path segment : segments(dir.resolve("whole"))) {
      requireFlipsNoticed(spool, segment, 1, 1);
    }
  }

  private void requireFlipsNoticed(MixedSpool spool, Path segment, int headerStep, int step)
      throws IOException {
    byte[] bytes = Files.readAllBytes(segment);
    int headers = 2
        * (Frame.HEAD_BYTES
            + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(0));
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      for (int bit = 0; bit < bytes.length * 8; bit += bit < headers * 8 ? headerStep : step) {
        flip(file, bytes, bit);

        Recorded read = Spools.read(dir.resolve("whole"));

        assertThat(read.damage.isEmpty()).as("%s, bit %d unseen", segment, bit).isFalse();
        assertThat(spool.holds(read)).as("%s, bit %d: values", segment, bit).isTrue();
        // From keyframe to keyframe it is 8 frames.
        assertThat(MixedSpool.TICKS - read.ticks.size()).isBetween(0, 8);
        assertThat(MixedSpool.TICKS - read.laneTicks.size()).isBetween(0, 8);
        file.seek(bit / 8);
        file.write(bytes[bit / 8]);
      }
    }
  }

  private static void flip(RandomAccessFile file, byte[] bytes, int bit) throws IOException {
    file.seek(bit / 8);
    file.write(bytes[bit / 8] ^ 1 << bit % 8);
  }

  /** Its first header stands in the first block of a disk, and so may all that a bad block takes. */
  @Test
  void segmentWhoseFirstHeaderIsGoneIsReadByItsSecond() throws IOException {
    Path path = dir.resolve("whole");
    try (SpoolWriter writer =
        SpoolWriter.open(SpoolDirectory.create(path), Spools.header(), Spools.SMALL)) {
      Spools.ticks(writer, new ScriptedSource(1, "disk:sda"), 0, 3);
      writer.end("test over", Spools.START_MONO);
    }
    Path only = segments(path).get(0);
    try (RandomAccessFile file = new RandomAccessFile(only.toFile(), "rw")) {
      file.write(new byte[4096]);
    }

    Recorded read = Spools.read(path);

    assertThat(read.ticks).hasSize(3);
    assertThat(read.damage)
        .singleElement()
        .extracting(SpoolVisitor.Damage::offset)
        .isEqualTo(0L);
  }

  private static List<Path> segments(Path spool) throws IOException {
    try (SpoolDirectory directory = SpoolDirectory.open(spool)) {
      return directory.segments();
    }
  }
}
