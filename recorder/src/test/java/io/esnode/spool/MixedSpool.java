package io.esnode.spool;

import io.esnode.bundle.NvmlSession;
import io.esnode.metric.Registry;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A spool with a bit of everything: ticks, a lane, rows and a session, over several segments of a few kB. */
final class MixedSpool {
  static final int TICKS = 20;
  static final String LANE = "disk:slow";

  /** As {@link Recorded} has them. */
  final Map<Long, String> ticks = new LinkedHashMap<>();

  final Map<String, String> laneTicks = new LinkedHashMap<>();

  private final SpoolWriter writer;
  private final SpoolLane lane;
  private final ScriptedSource host = new ScriptedSource(42, "disk:sda");
  private final ScriptedSource slow = new ScriptedSource(7, LANE);

  MixedSpool(Disk disk, Path path, SpoolWriter.Options options) throws IOException {
    writer = SpoolWriter.open(disk, SpoolDirectory.create(path), Spools.smallHeader(), options);
    lane = writer.lane(Registry.get().table("disk"), LANE, "test.disk", "live");
  }

  /**
   * Nothing is dropped, and the writer is at most two frames behind.
   *
   * @param flush shorter than a frame takes: sync after every frame
   */
  static SpoolWriter.Options inStep(Duration flush) {
    return new SpoolWriter.Options(600, Duration.ofMinutes(10), flush, 8, 1, true);
  }

  /** Records it all. */
  static MixedSpool record(Disk disk, Path path, Duration flush) throws IOException {
    MixedSpool spool = new MixedSpool(disk, path, inStep(flush));
    spool.writer.session(session(), Spools.START_MONO);
    spool.ticks(0, TICKS);
    spool.end();
    return spool;
  }

  SpoolWriter writer() {
    return writer;
  }

  /** Ticks {@code from} to {@code to - 1}, each with one of the lane; every eighth with a row. */
  void ticks(long from, long to) {
    for (long tick = from; tick < to; tick++) {
      Moment moment = Spools.moment(tick);
      host.sample();
      if (writer.tick(tick, moment, List.<Source>of(host))) {
        ticks.put(tick, SpoolTest.line(host, tick));
      }
      slow.sample();
      if (lane.tick(tick, moment.tsMicros(), moment.monoNanos(), slow.rows())) {
        laneTicks.put("0/" + LANE + "/" + tick, SpoolTest.line(slow, tick));
      }
      if (tick % 8 == 3) {
        writer.row(Spools.audit("a" + tick), moment.monoNanos());
      }
    }
  }

  /** Whether every value that was read is one that was recorded. */
  boolean holds(Recorded read) {
    return ticks.entrySet().containsAll(read.ticks.entrySet())
        && laneTicks.entrySet().containsAll(read.laneTicks.entrySet());
  }

  void end() throws IOException {
    try {
      writer.end("test over", Spools.moment(1000).monoNanos());
    } finally {
      writer.close();
    }
  }

  static NvmlSession session() {
    return new NvmlSession(
        0,
        0,
        false,
        Spools.START_US,
        Map.of("driver.version", "580.65.06"),
        Map.of("gpu", Map.of("temperature_core_c", "nvmlDeviceGetTemperatureV")));
  }
}
