package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Manifest;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.source.Sources;
import io.esnode.spool.ScriptedSource;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recorder on the real clock, in which something happens. */
class BurstRecordingTest {
  private static final Duration INTERVAL = Duration.ofMillis(400);

  @TempDir
  Path dir;

  @Test
  void ticksAndTheirScheduleStayWhatTheyAre() throws IOException {
    Clock clock = Clock.system();
    Moment start = clock.now();
    Sources sources = new Sources(
        List.of(new ScriptedSource(1, "disk:sda")),
        List.of(new Sources.Tier(Duration.ofHours(1), List.of(new ScriptedSource(2, "disk:b")))),
        List.of());
    SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("t.parquet.spool")),
        header(start),
        SpoolWriter.Options.DEFAULT);
    Recorder recorder = new Recorder(clock, sources, writer, start.monoNanos(), INTERVAL);
    recorder.burst(Duration.ofMillis(100), Duration.ofSeconds(10));
    writer.watch(new FiresAtTick(1, () -> recorder.incident("xid")));

    recorder.run(INTERVAL.multipliedBy(3), () -> {});
    writer.close();
    Manifest manifest = SealerTest.seal(dir).manifest();

    assertThat(manifest.ticks().expected()).isEqualTo(4);
    assertThat(manifest.ticks().captured()).isEqualTo(4);
    assertThat(manifest.gaps()).isZero();
    assertThat(manifest.lanes()).singleElement().satisfies(lane -> {
      assertThat(lane.origin()).isEqualTo("live");
      assertThat(lane.captured())
          .as("start, snapshot, end; the first two are one where they come together")
          .isBetween(2L, 3L);
    });
    assertThat(rows(manifest, "recorder")).isBetween(4L + 1, 4L + 6);
    assertThat(rows(manifest, "audit")).as("started, snapshot, ended, stopped").isEqualTo(4);
  }

  private static long rows(Manifest manifest, String kind) {
    return manifest.rowGroups().stream()
        .filter(group -> group.kind().equals(kind))
        .mapToLong(Manifest.RowGroup::rows)
        .sum();
  }

  private static SpoolHeader header(Moment start) {
    SpoolHeader any = Spools.header();
    return new SpoolHeader(
        any.recordingId(),
        0,
        null,
        any.node(),
        any.bootId(),
        any.toolVersion(),
        any.target(),
        start.tsMicros(),
        start.monoNanos(),
        INTERVAL.toNanos(),
        false,
        any.config(),
        any.inventory(),
        any.streamId(),
        0,
        null,
        "manual",
        any.columns(),
        null);
  }
}
