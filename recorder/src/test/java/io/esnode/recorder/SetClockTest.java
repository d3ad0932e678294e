package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Manifest;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import io.esnode.spool.ReadTimes;
import io.esnode.spool.ScriptedSource;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A wall clock that was set: its readings are kept as they were, and the step is told. */
class SetClockTest {
  private static final long HOUR_US = 3_600_000_000L;

  @TempDir
  Path dir;

  /** Forward, back, and back to just where the last tick was. */
  @ParameterizedTest
  @ValueSource(longs = {HOUR_US, -HOUR_US, -1_000_000 - 4})
  void readingsStayAsTheyWereAndTheStepIsInTheManifest(long stepUs) throws IOException {
    List<Moment> moments = new ArrayList<>();
    for (long tick = 0; tick < 20; tick++) {
      moments.add(moment(tick, tick < 10 ? 0 : stepUs));
    }
    record(moments, List.of());

    assertThat(ReadTimes.of(spool()))
        .containsExactlyElementsOf(
            moments.stream().map(m -> List.of(m.tsMicros(), m.monoNanos())).toList());
    Manifest manifest = SealerTest.seal(dir).manifest();
    assertThat(manifest.clock().steps()).singleElement().satisfies(step -> {
      assertThat(step.tick()).isEqualTo(10);
      assertThat(step.ts()).isEqualTo(moments.get(10).tsMicros());
      assertThat(step.stepUs()).isBetween(stepUs - 10, stepUs + 10);
    });
    assertThat(manifest.ticks()).isEqualTo(new Manifest.Ticks(20, 20, 0, 0));
    assertThat(manifest.gaps()).isZero();
    assertThat(manifest.startTs()).isEqualTo(moments.get(0).tsMicros());
    assertThat(manifest.endTs()).isEqualTo(moments.get(19).tsMicros());
  }

  /** CLOCK_MONOTONIC stands still while the machine is suspended: no tick was due, and the wall clock jumps. */
  @Test
  void suspendIsAStepAndNoGap() throws IOException {
    List<Moment> moments = new ArrayList<>();
    for (long tick = 0; tick < 10; tick++) {
      moments.add(moment(tick, tick < 5 ? 0 : 8 * HOUR_US));
    }
    record(moments, List.of());

    Manifest manifest = SealerTest.seal(dir).manifest();

    assertThat(manifest.clock().steps()).hasSize(1);
    assertThat(manifest.ticks()).isEqualTo(new Manifest.Ticks(10, 10, 0, 0));
    assertThat(manifest.gaps()).isZero();
  }

  /** The row speaks of a time that the clock reads again later, or had read before. */
  @ParameterizedTest
  @ValueSource(longs = {HOUR_US, -HOUR_US})
  void gapRowAccountsForItsTicksAcrossAStep(long stepUs) throws IOException {
    List<Moment> moments = new ArrayList<>();
    for (long tick : new long[] {0, 1, 2, 5, 6}) {
      moments.add(moment(tick, tick < 4 ? 0 : stepUs));
    }
    record(moments, List.of(lost(3, 2)));

    Manifest manifest = SealerTest.seal(dir).manifest();

    assertThat(manifest.ticks()).isEqualTo(new Manifest.Ticks(7, 5, 0, 2));
    assertThat(manifest.gaps()).isEqualTo(1);
  }

  @Test
  void gapRowDoesNotAccountForOtherTicksOfTheSameWallTime() throws IOException {
    List<Moment> moments = new ArrayList<>();
    for (long tick : new long[] {0, 1, 2, 5, 6, 7, 10, 11}) {
      // Ticks 8 and 9 are missing where the clock reads what it read when 3 and 4 were lost.
      moments.add(moment(tick, tick < 6 ? 0 : -5_000_000));
    }
    record(moments, List.of(lost(3, 2)));

    Manifest manifest = SealerTest.seal(dir).manifest();

    assertThat(manifest.ticks()).isEqualTo(new Manifest.Ticks(12, 8, 0, 2));
    assertThat(manifest.gaps()).isEqualTo(2);
  }

  /** Stopped, or starved: the monotonic clock goes on, and so does the schedule. */
  @Test
  void timeInWhichTheRecorderDidNotRunIsAGapThatCountsItsTicks() throws IOException {
    SpoolWriter writer = open();
    ScriptedSource source = new ScriptedSource(1, "disk:sda");
    Duration interval = Duration.ofMillis(20);
    long[] readings = {0};
    Clock clock = () -> {
      long quarter = readings[0]++;
      // After two intervals five are gone, and somebody set the clock back by an hour.
      long late = quarter > 8 ? 5 : 0;
      long nanos = (quarter + 4 * late) * interval.toNanos() / 4;
      return new Moment(
          Spools.START_US + nanos / 1000 - (late > 0 ? HOUR_US : 0), Spools.START_MONO + nanos, 0);
    };
    new Recorder(
            clock,
            new Sources(List.of(source), List.of(), List.of()),
            writer,
            Spools.START_MONO,
            interval)
        .run(interval.multipliedBy(12), () -> {});
    writer.close();

    Manifest manifest = SealerTest.seal(dir).manifest();

    assertThat(manifest.ticks().expected()).isEqualTo(13);
    assertThat(manifest.ticks().captured()).isBetween(7L, 9L);
    assertThat(manifest.ticks().dropped()).isZero();
    assertThat(manifest.gaps()).isEqualTo(1);
    assertThat(manifest.clock().steps())
        .singleElement()
        .extracting(Manifest.Clock.Step::stepUs)
        .isEqualTo(-HOUR_US);
  }

  private static Moment moment(long tick, long stepUs) {
    Moment moment = Spools.moment(tick);
    return new Moment(moment.tsMicros() + stepUs, moment.monoNanos(), moment.widthNanos());
  }

  private static TextRow lost(long from, long ticks) {
    return new TextRow(
        "gap",
        "node",
        "esnode.spool",
        "live",
        null,
        Spools.moment(from).tsMicros(),
        Map.of("metric", "tick", "reason", "No space left on device"),
        Map.of(
            "from_ts", Spools.moment(from).tsMicros(),
            "to_ts", Spools.moment(from + ticks - 1).tsMicros(),
            "ticks_count", ticks));
  }

  /** The row comes where a number is missing first. */
  private void record(List<Moment> moments, List<TextRow> rows) throws IOException {
    SpoolWriter writer = open();
    ScriptedSource source = new ScriptedSource(1, "disk:sda");
    long next = 0;
    List<TextRow> left = rows;
    for (Moment moment : moments) {
      long tick = (moment.monoNanos() - Spools.START_MONO) / Spools.SECOND;
      if (tick != next) {
        left.forEach(row -> writer.row(row, moment.monoNanos()));
        left = List.of();
      }
      next = tick + 1;
      source.sample();
      writer.tick(tick, moment, List.<Source>of(source));
    }
    writer.end("test over", Spools.moment(next).monoNanos());
    writer.close();
  }

  private SpoolWriter open() throws IOException {
    return SpoolWriter.open(
        SpoolDirectory.create(spool()), Spools.header(), SpoolWriter.Options.LOSSLESS);
  }

  private Path spool() {
    return dir.resolve("t.parquet.spool");
  }
}
