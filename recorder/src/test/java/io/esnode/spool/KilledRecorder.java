package io.esnode.spool;

import io.esnode.source.Moment;
import io.esnode.source.Source;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that records made-up ticks as fast as they are written, until it is killed or has made enough; and what its
 * killer may expect. After every tick it notes the tick's number where the note outlives it.
 */
public final class KilledRecorder {
  /** More than any one is left to make. */
  static final long MOST = 1_000_000;

  /** Frames that may be on their way when a tick has been handed over. */
  private static final int QUEUE = 4;

  private KilledRecorder() {}

  /**
   * Records.
   *
   * @param args spool, file for the note, seed
   */
  public static void main(String[] args) throws IOException {
    long seed = Long.parseLong(args[2]);
    MappedByteBuffer note;
    try (FileChannel file = FileChannel.open(
        Path.of(args[1]),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE)) {
      note = file.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
    }
    Made made = new Made(seed);
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(Path.of(args[0])),
        Spools.smallHeader(),
        new SpoolWriter.Options(
            4_000, Duration.ofMinutes(10), Duration.ofMillis(5), 8, QUEUE, true))) {
      SpoolLane lane = writer.lane(made.slow.table(), MixedSpool.LANE, made.slow.name(), "live");
      for (long tick = 0; tick < MOST; tick++) {
        Moment moment = Spools.moment(tick);
        made.host.sample();
        writer.tick(tick, moment, List.<Source>of(made.host));
        made.slow.sample();
        lane.tick(tick, moment.tsMicros(), moment.monoNanos(), made.slow.rows());
        if (tick % 8 == 3) {
          writer.row(Spools.audit("a" + tick), moment.monoNanos());
        }
        note.putLong(0, tick + 1);
        LockSupport.parkNanos(50_000);
      }
    }
  }

  private static final class Made {
    private final ScriptedSource host;
    private final ScriptedSource slow;

    Made(long seed) {
      host = new ScriptedSource(seed, "disk:sda");
      slow = new ScriptedSource(seed + 1, MixedSpool.LANE);
    }
  }

  /**
   * What a kill left.
   *
   * @param ticks of the host, complete
   * @param noted ticks handed over
   * @param torn bytes of a frame that was being written
   * @param problem what is wrong with it; empty where nothing is
   */
  public record Left(long ticks, long laneTicks, long noted, long torn, String problem) {}

  /** Starts one, kills it (SIGKILL) after it has begun and some time has passed, and looks at what is there. */
  public static Left kill(Path spool, Path note, long seed, long afterMicros)
      throws IOException, InterruptedException {
    Process process = start(spool, note, seed);
    Path first = spool.resolve("000000.seg");
    while (!first.toFile().exists() && process.isAlive()) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
    TimeUnit.MICROSECONDS.sleep(afterMicros);
    process.destroyForcibly().waitFor();
    return look(spool, note, seed);
  }

  private static Process start(Path spool, Path note, long seed) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "-Xshare:auto",
        "-Xmx64m",
        "-cp",
        System.getProperty("java.class.path"),
        KilledRecorder.class.getName(),
        spool.toString(),
        note.toString(),
        Long.toString(seed)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(note.resolveSibling("said").toFile())
        .start();
  }

  private static Left look(Path spool, Path note, long seed) throws IOException {
    long noted = noted(note);
    Recorded read = Spools.read(spool);
    Made made = new Made(seed);
    String problem = "";
    for (long tick = 0; tick < Math.max(read.ticks.size(), read.laneTicks.size()); tick++) {
      made.host.sample();
      made.slow.sample();
      if (tick < read.ticks.size()
          && !SpoolTest.line(made.host, tick).equals(read.ticks.get(tick))) {
        problem = "tick %d is not what was recorded".formatted(tick);
      }
      if (tick < read.laneTicks.size()
          && !SpoolTest.line(made.slow, tick)
              .equals(read.laneTicks.get("0/" + MixedSpool.LANE + "/" + tick))) {
        problem = "lane tick %d is not what was recorded".formatted(tick);
      }
    }
    if (read.ticks.size() < noted - QUEUE) {
      problem = "%d ticks, %d were handed over".formatted(read.ticks.size(), noted);
    }
    long torn = 0;
    for (SpoolVisitor.Damage damage : read.damage) {
      torn += damage.bytes();
      if (!damage.reason().startsWith("torn end") || read.damage.size() > 1) {
        problem = damage.toString();
      }
    }
    return new Left(read.ticks.size(), read.laneTicks.size(), noted, torn, problem);
  }

  private static long noted(Path note) throws IOException {
    try (FileChannel file = FileChannel.open(note, StandardOpenOption.READ)) {
      return file.map(FileChannel.MapMode.READ_ONLY, 0, Long.BYTES).getLong(0);
    }
  }
}
