package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.bundle.Manifest;
import io.esnode.source.Source;
import io.esnode.spool.FlippedSpool;
import io.esnode.spool.KilledRecorder;
import io.esnode.spool.ScriptedSource;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real kills, random flips, a really full disk. {@code mvn -Psoak -pl recorder -am test} does many of each. */
class SoakTest {
  private static final long SEED = Long.getLong("soak.seed", 20261121);

  @TempDir
  Path dir;

  @Test
  void killedProcessLeavesEveryCompleteTick() throws Exception {
    kill(3);
  }

  @Test
  @Tag("soak")
  void killedProcessLeavesEveryCompleteTickManyTimes() throws Exception {
    kill(Integer.getInteger("soak.kills", 1_000));
  }

  private void kill(int kills) throws Exception {
    Random random = new Random(SEED);
    long ticks = 0;
    long torn = 0;
    for (int i = 0; i < kills; i++) {
      Path one = Files.createDirectory(dir.resolve("kill" + i));
      // Most within the first segments, some after many.
      long after = (long) Math.pow(10, 2 + 3.5 * random.nextDouble());

      KilledRecorder.Left left = KilledRecorder.kill(
          one.resolve("t.parquet.spool"), one.resolve("note"), random.nextInt(), after);

      assertThat(left.problem()).as("seed %d, kill %d: %s", SEED, i, left).isEmpty();
      if (left.ticks() > 0) {
        Manifest manifest = SealerTest.seal(one).manifest();
        assertThat(manifest.ticks())
            .as("seed %d, kill %d", SEED, i)
            .isEqualTo(
                new Manifest.Ticks(left.ticks(), left.ticks(), manifest.ticks().late(), 0));
        assertThat(manifest.spool().recovered()).isTrue();
        assertThat(manifest.spool().damagedBytes()).isEqualTo(left.torn());
        assertThat(manifest.gaps()).isZero();
      }
      ticks += left.ticks() + left.laneTicks();
      torn += left.torn() > 0 ? 1 : 0;
      remove(one);
    }
    say(
        "%d kills, seed %d: %d complete ticks, 0 lost, 0 changed; torn ends: %d",
        kills, SEED, ticks, torn);
  }

  @Test
  @Tag("soak")
  void flippedBitsAreAllNoticed() throws Exception {
    int flips = Integer.getInteger("soak.flips", 1_000);
    FlippedSpool spool = FlippedSpool.record(dir.resolve("t.parquet.spool"));
    Random random = new Random(SEED);
    long lost = 0;
    int most = 0;
    int harmless = 0;
    for (int i = 0; i < flips; i++) {
      FlippedSpool.Flip flip = spool.flip(random);

      assertThat(flip.noticed()).as("seed %d, flip %d: %s", SEED, i, flip).isTrue();
      assertThat(flip.changed()).as("seed %d, flip %d: %s", SEED, i, flip).isFalse();
      // From keyframe to keyframe it is 8 frames here.
      assertThat(flip.lost()).as("seed %d, flip %d: %s", SEED, i, flip).isBetween(0, 8);
      lost += flip.lost();
      most = Math.max(most, flip.lost());
      harmless += flip.lost() == 0 ? 1 : 0;
    }
    say(
        "%d flips, seed %d: %d noticed, 0 values changed; ticks lost: %d at most, %.2f on average, none by %d",
        flips, SEED, flips, most, (double) lost / flips, harmless);
  }

  /** A file system of 256 KiB; root only. */
  @Test
  @Tag("soak")
  void fullFileSystemIsAGapAndNothingElse() throws Exception {
    Path disk = Files.createDirectory(dir.resolve("disk"));
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=256k", "esnode-soak", disk.toString()))
        .as("exit of mount, which needs root")
        .isZero();
    try {
      fillAndFree(disk);
    } finally {
      run("umount", disk.toString());
    }
  }

  private static void fillAndFree(Path disk) throws IOException, InterruptedException {
    Path ballast = Files.write(disk.resolve("ballast"), new byte[150 * 1024]);
    ScriptedSource source = new ScriptedSource(1, "disk:sda", "disk:sdb");
    long ticks = 0;
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(disk.resolve("t.parquet.spool")),
        Spools.header(),
        new SpoolWriter.Options(
            40_000, Duration.ofMinutes(10), Duration.ofMillis(5), 8, 4, true))) {
      for (; ticks < 2_000; ticks++) {
        source.sample();
        writer.tick(ticks, Spools.moment(ticks), List.<Source>of(source));
        if (ticks == 1_800) {
          Files.delete(ballast);
        }
      }
      writer.end("test over", Spools.moment(ticks).monoNanos());
    }
    Path elsewhere = disk.resolveSibling("t.parquet");
    Manifest manifest;
    try (SpoolDirectory spool = SpoolDirectory.open(disk.resolve("t.parquet.spool"))) {
      manifest =
          new Sealer(spool, elsewhere, new SealerTest.PlainSigner()).seal().manifest();
    }

    long missing = manifest.ticks().expected() - manifest.ticks().captured();
    assertThat(missing).isPositive();
    assertThat(manifest.ticks().dropped()).isEqualTo(missing);
    assertThat(manifest.spool().damagedBytes()).isZero();
    say(
        "full tmpfs: %d of %d ticks captured, %d told as dropped, %d gap rows, 0 bytes damaged",
        manifest.ticks().captured(),
        manifest.ticks().expected(),
        manifest.ticks().dropped(),
        manifest.gaps());
  }

  private static int run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
    return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : 1;
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @SuppressWarnings("AnnotateFormatMethod") // the annotation is no dependency of ours
  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
