package io.esnode.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full, slow, or refuses: what was taken stays, what was not is told. */
class FailingDiskTest {
  private static final Duration NEVER = Duration.ofHours(1);
  private static final String FULL = "the spool could not be written: No space left on device";

  @TempDir
  Path dir;

  private final ScriptedDisk disk = new ScriptedDisk();

  /** At whatever byte the disk is full, and has room again later. */
  @Test
  void diskThatWasFullForAWhileIsAGapThatCountsEveryTick() throws IOException {
    for (int room = 0; room < 1_500; room += 37) {
      ScriptedDisk full = new ScriptedDisk();
      Path path = dir.resolve("full" + room);
      MixedSpool written = new MixedSpool(full, path, MixedSpool.inStep(NEVER));
      written.ticks(0, 2);
      full.room(room);
      written.ticks(2, 30);
      full.room(Long.MAX_VALUE);
      written.ticks(30, 40);
      written.end();

      Recorded read = Spools.read(path);

      assertThat(read.damage).as("room for %d bytes", room).isEmpty();
      assertThat(written.holds(read)).isTrue();
      assertThat(read.ticks.size() + told(read, "tick")).as("room for %d", room).isEqualTo(40);
      assertThat(read.laneTicks.size() + told(read, "disk")).isEqualTo(40);
      assertThat(read.ticks).containsKeys(0L, 1L, 39L);
    }
  }

  @Test
  void rowsThatADiskRefusedAreCounted() throws IOException {
    MixedSpool written = open(MixedSpool.inStep(NEVER));
    disk.room(0);
    written.ticks(0, 20);
    disk.room(Long.MAX_VALUE);
    written.ticks(20, 22);
    written.end();

    Recorded read = read();
    List<String> told = read.rows.stream()
        .filter(row -> "audit".equals(row.texts().get("metric")))
        .map(row -> String.valueOf(row.texts().get("reason")))
        .toList();
    assertThat(told).isNotEmpty().allMatch(reason -> reason.endsWith(" rows lost: " + FULL));
    assertThat(read.rows.stream().filter(row -> row.table().equals("audit")).count()
            + told.stream()
                .mapToInt(reason -> Integer.parseInt(reason.substring(0, reason.indexOf(' '))))
                .sum())
        .isEqualTo(3);
  }

  /** The values to come mean nothing without it. */
  @Test
  void sessionThatADiskRefusedIsWrittenLater() throws IOException {
    MixedSpool written = open(MixedSpool.inStep(NEVER));
    disk.room(10);
    written.writer().session(MixedSpool.session(), Spools.START_MONO);
    written.ticks(0, 5);
    disk.room(Long.MAX_VALUE);
    written.ticks(5, 10);
    written.end();

    assertThat(read().sessions).containsExactly(MixedSpool.session());
  }

  @Test
  void diskThatStaysFullIsToldAtTheEndAndWhatWasWrittenIsThere() throws IOException {
    MixedSpool written = open(MixedSpool.inStep(NEVER));
    written.ticks(0, 5);
    disk.room(500);
    written.ticks(5, 30);

    assertThatThrownBy(written::end)
        .isInstanceOf(SpoolException.class)
        .hasMessageContainingAll("ticks could not be written: ", FULL, "esnode recover");
    Recorded read = read();
    assertThat(read.damage).isEmpty();
    assertThat(read.ticks).containsKeys(0L, 1L, 2L, 3L, 4L);
    assertThat(written.holds(read)).isTrue();
  }

  /** The last row has nothing after it that could tell. */
  @Test
  void rowThatTheDiskRefusedLastIsTold() throws IOException {
    MixedSpool written = open(MixedSpool.inStep(NEVER));
    written.ticks(0, 2);
    disk.room(0);
    written.writer().row(Spools.audit("last words"), Spools.START_MONO);

    assertThatThrownBy(written::end)
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining(" could not be written: " + FULL);
  }

  @Test
  void writeThatTakesAFewBytesAtATimeGivesTheSameSpool() throws IOException {
    disk.chunk = 7;

    MixedSpool written = MixedSpool.record(disk, path(), NEVER);

    assertThat(read().damage).isEmpty();
    assertThat(read().ticks).isEqualTo(written.ticks).hasSize(MixedSpool.TICKS);
    assertThat(read().laneTicks).isEqualTo(written.laneTicks);
  }

  /** A full disk that does not even take back what it took. */
  @Test
  void halfFrameThatCannotBeCutOffTakesNoOtherWithIt() throws IOException {
    MixedSpool written = open(MixedSpool.inStep(NEVER));
    written.ticks(0, 5);
    disk.truncateFails = "Input/output error";
    disk.room(10);
    written.ticks(5, 8);
    disk.room(Long.MAX_VALUE);
    written.ticks(8, 10);
    disk.truncateFails = null;
    written.ticks(10, 40);
    written.end();

    Recorded read = read();

    assertThat(read.damage).isEmpty();
    assertThat(written.holds(read)).isTrue();
    assertThat(read.ticks.size() + told(read, "tick")).isEqualTo(40);
    assertThat(read.ticks).containsKeys(0L, 4L, 11L, 39L);
  }

  /** What was written is there: only a power loss could have taken it. */
  @Test
  void failedSyncLosesNoTickAndIsToldOnceItWorksAgain() throws IOException {
    MixedSpool written = open(MixedSpool.inStep(Duration.ofNanos(1)));
    written.ticks(0, 3);
    disk.forceFails = "Input/output error";
    written.ticks(3, 6);
    disk.forceFails = null;
    written.ticks(6, 10);
    written.end();

    Recorded read = read();

    assertThat(read.ticks).isEqualTo(written.ticks).hasSize(10);
    assertThat(read.laneTicks).isEqualTo(written.laneTicks);
    assertThat(told(read, "tick")).isZero();
    assertThat(read.rows)
        .filteredOn(row -> row.table().equals("gap"))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.texts())
              .containsEntry("metric", "spool")
              .containsEntry(
                  "reason",
                  "fdatasync failed: Input/output error; a power loss could have taken what was written from then to then");
          assertThat(row.numbers().get("from_ts")).isBetween(ts(1), ts(3));
          assertThat(row.numbers().get("to_ts")).isBetween(ts(4), ts(6));
        });
  }

  @Test
  void syncThatFailsToTheEndIsAnErrorOfTheRecording() throws IOException {
    MixedSpool written = open(MixedSpool.inStep(NEVER));
    disk.forceFails = "Input/output error";
    written.ticks(0, 10);

    assertThatThrownBy(written::end)
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining("fdatasync failed: Input/output error; until it is sealed");
    assertThat(read().ticks).isEqualTo(written.ticks).hasSize(10);
  }

  @Test
  void segmentThatCannotBeMadeLosesNothing() throws IOException {
    for (int way = 0; way < 2; way++) {
      ScriptedDisk refusing = new ScriptedDisk();
      Path path = dir.resolve("refusing" + way);
      MixedSpool written = new MixedSpool(refusing, path, MixedSpool.inStep(NEVER));
      refusing.createFails = way == 0 ? "Too many open files" : null;
      refusing.publishFails = way == 1 ? "Input/output error" : null;
      written.ticks(0, 20);
      refusing.createFails = null;
      refusing.publishFails = null;
      written.ticks(20, 40);
      written.end();

      Recorded read = Spools.read(path);

      assertThat(read.damage).isEmpty();
      assertThat(read.ticks).isEqualTo(written.ticks).hasSize(40);
      assertThat(read.laneTicks).isEqualTo(written.laneTicks);
    }
  }

  @Test
  void segmentThatCannotBeClosedLosesNothing() throws IOException {
    disk.closeFails = "Input/output error";

    MixedSpool written = MixedSpool.record(disk, path(), NEVER);

    assertThat(read().damage).isEmpty();
    assertThat(read().ticks).isEqualTo(written.ticks).hasSize(MixedSpool.TICKS);
  }

  /** A disk that hangs delays nobody who samples: it costs what does not fit in the queue, and that is told. */
  @Test
  void hungDiskDropsWhatTheQueueCannotHoldAndTellsHowMuch() throws IOException {
    int queue = 12;
    MixedSpool written =
        open(new SpoolWriter.Options(1 << 20, Duration.ofMinutes(10), NEVER, 8, queue, false));
    CountDownLatch hung = new CountDownLatch(1);
    disk.gate = hung;
    long began = System.nanoTime();
    written.ticks(0, 1_000);
    long took = System.nanoTime() - began;
    hung.countDown();
    written.end();

    Recorded read = read();

    assertThat(took).isLessThan(Duration.ofSeconds(5).toNanos());
    assertThat(read.ticks).isEqualTo(written.ticks);
    assertThat(read.ticks.size() + read.laneTicks.size()).isBetween(queue - 2, queue);
    assertThat(told(read, "tick")).isEqualTo(1_000 - read.ticks.size());
    assertThat(told(read, "disk")).isEqualTo(1_000 - read.laneTicks.size());
  }

  @Test
  void firstSegmentThatCannotBeMadeLeavesTheNameFree() throws IOException {
    disk.room(100);

    assertThatThrownBy(() -> SpoolWriter.open(
            disk, SpoolDirectory.create(path()), Spools.smallHeader(), Spools.SMALL))
        .hasMessage("No space left on device");
  }

  /** Killed before its first header was durable. */
  @Test
  void halfHeaderIsNoRecordingAndTheNameIsFree() throws IOException {
    Replay replay = new Replay();
    MixedSpool.record(disk, dir.resolve("other"), NEVER);
    replay.apply(disk.uses().get(0));
    replay.apply(disk.uses().get(1), 50);
    Replay.restore(replay.killed(), path());

    MixedSpool written = MixedSpool.record(new ScriptedDisk(), path(), NEVER);

    assertThat(replay.killed()).containsOnlyKeys("next");
    assertThat(read().damage).isEmpty();
    assertThat(read().ticks).isEqualTo(written.ticks);
  }

  private static int told(Recorded read, String metric) {
    return (int) read.rows.stream()
        .filter(row -> row.table().equals("gap") && metric.equals(row.texts().get("metric")))
        .mapToLong(row -> row.numbers().getOrDefault("ticks_count", 0L))
        .sum();
  }

  private static long ts(long tick) {
    return Spools.moment(tick).tsMicros();
  }

  private MixedSpool open(SpoolWriter.Options options) throws IOException {
    return new MixedSpool(disk, path(), options);
  }

  private Path path() {
    return dir.resolve("t.parquet.spool");
  }

  private Recorded read() throws IOException {
    return Spools.read(path());
  }
}
