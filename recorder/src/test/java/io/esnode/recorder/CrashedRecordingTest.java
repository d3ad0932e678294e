package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.bundle.Manifest;
import io.esnode.source.Source;
import io.esnode.spool.Replay;
import io.esnode.spool.ScriptedSource;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolException;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a crash leaves can be sealed, counts right, and is in nobody's way afterwards. */
class CrashedRecordingTest {
  private static final int TICKS = 60;

  @TempDir
  Path dir;

  @Test
  void killAfterOrWithinAnyWriteIsSealedWithEveryWholeTick() throws IOException {
    int sealed = 0;
    for (Map<String, byte[]> left : Replay.kills(dir.resolve("scratch"))) {
      if (Replay.hostTicks(left) == 0) {
        continue;
      }
      Path crashed = Files.createDirectory(dir.resolve("crashed" + sealed));
      Replay.restore(left, crashed.resolve("t.parquet.spool"));
      sealed++;

      Manifest manifest = SealerTest.seal(crashed).manifest();

      long ticks = Replay.hostTicks(left);
      assertThat(manifest.ticks()).isEqualTo(new Manifest.Ticks(ticks, ticks, 0, 0));
      assertThat(manifest.gaps()).isZero();
      assertThat(manifest.spool().recovered()).isEqualTo(!Replay.ended(left));
      assertThat(manifest.spool().damagedBytes()).isEqualTo((long) Replay.tornBytes(left));
      assertThat(lanes(manifest)).isEqualTo(Replay.laneTicks(left));
      assertThat(crashed.resolve("t.parquet.spool")).doesNotExist();
    }
    assertThat(sealed).isGreaterThan(50);
  }

  private static long lanes(Manifest manifest) {
    Manifest.Nvml nvml = manifest.nvml();
    return Stream.concat(
            manifest.lanes().stream(),
            nvml == null ? Stream.<Manifest.Lane>empty() : nvml.lanes().stream())
        .mapToLong(Manifest.Lane::captured)
        .sum();
  }

  enum Harm {
    TORN,
    FLIPPED,
    MISSING,
    EMPTIED,
    OVERWRITTEN,
    FIRST_HEADERS_GONE,
    ZEROED_TAIL
  }

  @ParameterizedTest
  @EnumSource
  void harmedSpoolKeepsItsNameUntilItIsSealedAndThenGivesItBack(Harm harm) throws IOException {
    record();
    harm(harm);

    assertThatThrownBy(() -> SpoolDirectory.create(spool()))
        .isInstanceOf(SpoolException.class)
        .hasMessageContaining("never sealed; seal it with: esnode recover");
    Manifest harmed = SealerTest.seal(dir).manifest();
    long missing = harmed.ticks().expected() - harmed.ticks().captured();
    assertThat(harmed.ticks().captured()).isBetween(20L, (long) TICKS);
    assertThat(harmed.gaps()).isEqualTo(missing == 0 ? 0 : 1);
    assertThat(spool()).doesNotExist();

    Files.move(dir.resolve("t.parquet"), dir.resolve("first.parquet"));
    Files.delete(dir.resolve("t.parquet.sigstore.json"));
    record();
    Manifest second = SealerTest.seal(dir).manifest();
    assertThat(second.ticks()).isEqualTo(new Manifest.Ticks(TICKS, TICKS, 0, 0));
    assertThat(second.gaps()).isZero();
    assertThat(second.spool().recovered()).isFalse();
    assertThat(second.spool().damagedBytes()).isZero();
  }

  private void harm(Harm harm) throws IOException {
    List<Path> segments;
    try (SpoolDirectory directory = SpoolDirectory.open(spool())) {
      segments = directory.segments();
    }
    Path first = segments.get(0);
    Path middle = segments.get(1);
    Path last = segments.get(segments.size() - 1);
    switch (harm) {
      case TORN -> cut(last, Files.size(last) - 3);
      case FLIPPED -> {
        byte[] bytes = Files.readAllBytes(middle);
        bytes[bytes.length / 2] ^= 0x10;
        Files.write(middle, bytes);
      }
      case MISSING -> Files.delete(middle);
      case EMPTIED -> cut(middle, 0);
      case OVERWRITTEN -> Files.writeString(middle, "what has this to do here?".repeat(400));
      case FIRST_HEADERS_GONE -> overwrite(first, 0, new byte[20_000]);
      case ZEROED_TAIL -> overwrite(last, Files.size(last), new byte[4096]);
    }
  }

  private static void cut(Path segment, long length) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.setLength(length);
    }
  }

  private static void overwrite(Path segment, long at, byte[] with) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(at);
      file.write(with);
    }
  }

  private void record() throws IOException {
    ScriptedSource source = new ScriptedSource(42, "disk:sda", "disk:sdb");
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(spool()),
        Spools.header(),
        new SpoolWriter.Options(
            2_000, Duration.ofMinutes(10), Duration.ofSeconds(1), 8, 256, true))) {
      for (long tick = 0; tick < TICKS; tick++) {
        source.sample();
        writer.tick(tick, Spools.moment(tick), List.<Source>of(source));
      }
      writer.end("test over", Spools.moment(TICKS).monoNanos());
    }
  }

  private Path spool() {
    return dir.resolve("t.parquet.spool");
  }
}
