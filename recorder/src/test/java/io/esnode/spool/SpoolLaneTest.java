package io.esnode.spool;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.esnode.bundle.NvmlSession;
import io.esnode.source.Moment;
import io.esnode.source.Row;
import io.esnode.source.Sampled;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolLaneTest {
  private static final int TICKS = 40;
  /** A GPU answers later than the host is sampled. */
  private static final long LATE_US = 3_000;

  private static final NvmlSession SESSION = new NvmlSession(
      0,
      0,
      true,
      Spools.START_US,
      Map.of("library.path", "/usr/lib/libnvidia-ml.so.1", "driver.version", "580.65.06"),
      Map.of("gpu", Map.of("temperature_core_c", "nvmlDeviceGetTemperatureV")));

  @TempDir
  Path dir;

  @Test
  void everyLaneComesBackBesideTheHost() throws IOException {
    Map<String, String> written = write(TICKS);

    Recorded read = Spools.read(spool());

    assertThat(read.damage).isEmpty();
    assertThat(read.ticks).hasSize(TICKS);
    assertThat(read.laneTicks).isEqualTo(written);
    assertThat(read.sessions).containsExactly(SESSION);
  }

  /** What kill -9 can leave: any prefix. No complete tick of a lane is lost and none is invented. */
  @Test
  void everyPrefixGivesExactlyItsCompleteTicks() throws IOException {
    Map<String, String> written = write(8);
    Path only = segments().get(0);
    byte[] bytes = Files.readAllBytes(only);
    int before = 0;
    for (int length = headerBytes(bytes); length <= bytes.length; length++) {
      Files.write(only, Arrays.copyOf(bytes, length));

      Map<String, String> read = Spools.read(spool()).laneTicks;

      assertThat(written.entrySet()).containsAll(read.entrySet());
      assertThat(read.size()).isBetween(before, before + 1);
      before = read.size();
    }
    assertThat(before).isEqualTo(written.size());
  }

  @Test
  void oneFlippedBitNeverChangesATick() throws IOException {
    Map<String, String> written = write(12);
    Path segment = segments().get(0);
    byte[] bytes = Files.readAllBytes(segment);
    for (int bit = headerBytes(bytes) * 8; bit < bytes.length * 8; bit += 11) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(segment, flipped);

      Recorded read = Spools.read(spool());

      assertThat(written.entrySet()).containsAll(read.laneTicks.entrySet());
      assertThat(read.damage).isNotEmpty();
    }
  }

  @Test
  void laneGoesOnWithItsNextKeyframeWhenASegmentIsGone() throws IOException {
    Map<String, String> written = write(TICKS);
    assertThat(segments()).hasSizeGreaterThan(2);
    Files.delete(segments().get(1));

    Recorded read = Spools.read(spool());

    assertThat(written.entrySet()).containsAll(read.laneTicks.entrySet());
    assertThat(read.laneTicks.keySet()).contains("0/gpu:A/39", "1/gpu:B/39");
    assertThat(read.damage)
        .extracting(SpoolVisitor.Damage::reason)
        .containsExactly("1 segments before it are missing");
  }

  @Test
  void tickThatALaneHasIsNotTakenTwice() throws IOException {
    ScriptedGpu gpu = new ScriptedGpu(1, "gpu:A");
    try (SpoolWriter writer = open(Spools.SMALL)) {
      SpoolLane lane = writer.lane(ScriptedGpu.TABLE, "gpu:A", "nvml", "live");

      assertThat(lane.tick(7, Spools.START_US, Spools.START_MONO, gpu.sample())).isTrue();
      assertThat(lane.tick(7, Spools.START_US + 1, Spools.START_MONO + 1, gpu.sample()))
          .isFalse();

      writer.end("test over", Spools.START_MONO);
    }
    assertThat(Spools.read(spool()).laneTicks).containsOnlyKeys("0/gpu:A/7");
    assertThat(Spools.read(spool()).damage).isEmpty();
  }

  @Test
  void whatIsLostOfABurstIsNoTickThatIsMissing() throws IOException {
    SpoolWriter.Options narrow =
        new SpoolWriter.Options(1 << 20, Duration.ofMinutes(10), Duration.ofNanos(1), 8, 1, false);
    ScriptedGpu gpu = new ScriptedGpu(1, "gpu:A");
    try (SpoolWriter writer = open(narrow)) {
      SpoolLane lane = writer.lane(ScriptedGpu.TABLE, "node", "nvml burst", LaneName.BURST);
      boolean taken = true;
      for (long sent = 0; taken && sent < 1_000_000; sent++) {
        taken = lane.tick(sent, Spools.START_US, Spools.START_MONO, gpu.sample());
      }
      writer.end("test over", Spools.START_MONO);
    }

    assertThat(Spools.read(spool()).rows)
        .singleElement()
        .asString()
        .contains("metric=burst.gpu", "origin=live", "ticks_count=1");
  }

  @Test
  void tickThatFoundTheQueueFullIsAGapOfItsGpu() throws IOException {
    SpoolWriter.Options narrow =
        new SpoolWriter.Options(1 << 20, Duration.ofMinutes(10), Duration.ofNanos(1), 8, 1, false);
    ScriptedGpu gpu = new ScriptedGpu(1, "gpu:A");
    long sent = 0;
    long refused = 0;
    try (SpoolWriter writer = open(narrow)) {
      SpoolLane lane = writer.lane(ScriptedGpu.TABLE, "gpu:A", "nvml", "simulated");
      for (; refused < 3 && sent < 1_000_000; sent++) {
        Moment moment = Spools.moment(sent);
        refused += lane.tick(sent, moment.tsMicros(), moment.monoNanos(), gpu.sample()) ? 0 : 1;
      }
      writer.end("test over", Spools.START_MONO);
    }

    Recorded read = Spools.read(spool());

    assertThat(refused).isPositive();
    assertThat(read.laneTicks).hasSize((int) (sent - refused));
    assertThat(read.rows.stream()
            .mapToLong(row -> row.numbers().get("ticks_count"))
            .sum())
        .isEqualTo(refused);
    assertThat(read.rows.get(0).entity()).isEqualTo("gpu:A");
    assertThat(read.rows.get(0).origin()).isEqualTo("simulated");
    assertThat(read.rows.get(0).texts()).containsEntry("metric", "gpu");
  }

  @Test
  void writerThatWaitsLosesNothing() throws IOException {
    SpoolWriter.Options patient =
        new SpoolWriter.Options(1 << 20, Duration.ofMinutes(10), Duration.ofNanos(1), 8, 1, true);
    ScriptedGpu gpu = new ScriptedGpu(1, "gpu:A");
    try (SpoolWriter writer = open(patient)) {
      SpoolLane lane = writer.lane(ScriptedGpu.TABLE, "gpu:A", "nvml", "live");
      for (long tick = 0; tick < 2_000; tick++) {
        Moment moment = Spools.moment(tick);
        writer.row(Spools.audit("a" + tick), moment.monoNanos());
        lane.tick(tick, moment.tsMicros(), moment.monoNanos(), gpu.sample());
      }
      writer.end("test over", Spools.START_MONO);
    }

    Recorded read = Spools.read(spool());

    assertThat(read.laneTicks).hasSize(2_000);
    assertThat(read.rows).hasSize(2_000);
  }

  @Test
  void steadyStateAllocatesNothing() throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SpoolWriter.Options deltas = new SpoolWriter.Options(
        1 << 30, Duration.ofDays(1), Duration.ofSeconds(1), 1 << 20, 4, true);
    ScriptedGpu gpu = new ScriptedGpu(1, "gpu:A");
    try (SpoolWriter writer = open(deltas)) {
      SpoolLane lane = writer.lane(ScriptedGpu.TABLE, "gpu:A", "nvml", "live");
      ticks(lane, gpu, 0, 2_000);
      long before = threads.getCurrentThreadAllocatedBytes();

      ticks(lane, gpu, 2_000, 4_000);

      assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 2_000)
          .as("bytes per tick, those of a wait for the queue included")
          .isLessThan(96);
      writer.end("test over", Spools.START_MONO);
    }
  }

  private static void ticks(SpoolLane lane, ScriptedGpu gpu, long from, long to) {
    for (long tick = from; tick < to; tick++) {
      lane.tick(tick, Spools.START_US + tick, Spools.START_MONO + tick * 1_000_000, gpu.sample());
    }
  }

  @Test
  void laneThatBecomesAnotherIsDamage() throws IOException {
    write(3);
    append(lane(0, "gpu", "live"));
    append(lane(5, "gpu", "made up"));
    append(lane(6, "gpu_process", "live"));

    assertThat(Spools.read(spool()).damage)
        .extracting(SpoolVisitor.Damage::reason)
        .containsExactly(
            "lane 0 was LaneName[number=0, table=gpu, entity=gpu:A, origin=live], now it is"
                + " LaneName[number=0, table=gpu, entity=gpu:Z, origin=live]",
            "lane 5 of origin made up",
            "row of gpu in lane 6, which is of gpu_process");
  }

  /** A keyframe of one row of table gpu. */
  private static Frame lane(int number, String table, String origin) {
    String entity = "gpu:Z";
    LaneName name = new LaneName(number, table, entity, origin);
    Frame frame = new Frame();
    TickEncoder encoder = new TickEncoder(name);
    ScriptedGpu gpu = new ScriptedGpu(1, entity);
    encoder.encode(
        frame, 1000, Spools.START_US, Spools.START_MONO, 0, List.of(new OneRow(gpu)), false);
    return frame;
  }

  private record OneRow(ScriptedGpu gpu) implements Sampled {
    @Override
    public String name() {
      return "nvml";
    }

    @Override
    public List<Row> rows() {
      return gpu.sample();
    }
  }

  private void append(Frame frame) throws IOException {
    Path last = segments().get(segments().size() - 1);
    Files.write(last, Arrays.copyOf(frame.array(), frame.size()), StandardOpenOption.APPEND);
  }

  private Map<String, String> write(int ticks) throws IOException {
    Map<String, String> written = new LinkedHashMap<>();
    ScriptedSource host = new ScriptedSource(42, "disk:sda");
    ScriptedGpu first = new ScriptedGpu(1, "gpu:A");
    ScriptedGpu second = new ScriptedGpu(2, "gpu:B");
    try (SpoolWriter writer = open(Spools.SMALL)) {
      SpoolLane a = writer.lane(ScriptedGpu.TABLE, "gpu:A", "nvml", "live");
      SpoolLane b = writer.lane(ScriptedGpu.TABLE, "gpu:B", "nvml", "live");
      writer.session(SESSION, Spools.START_MONO);
      for (long tick = 0; tick < ticks; tick++) {
        Spools.ticks(writer, host, tick, tick + 1);
        written.put("0/gpu:A/" + tick, tick(a, tick, first));
        // The second is slow: it answers every other tick only.
        if (tick % 2 == 1) {
          written.put("1/gpu:B/" + tick, tick(b, tick, second));
        }
      }
      writer.end("test over", Spools.moment(ticks).monoNanos());
    }
    return written;
  }

  private static String tick(SpoolLane lane, long tick, ScriptedGpu gpu) {
    long ts = Spools.moment(tick).tsMicros() + LATE_US;
    long mono = Spools.moment(tick).monoNanos() + LATE_US * 1000;
    List<Row> rows = gpu.sample();
    lane.tick(tick, ts, mono, rows);
    return ScriptedGpu.line(rows, ts, mono);
  }

  /** The length of the first frame, which repeats what every other segment's says. */
  private static int headerBytes(byte[] segment) {
    return Frame.HEAD_BYTES
        + ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN).getInt(0);
  }

  private SpoolWriter open(SpoolWriter.Options options) throws IOException {
    return SpoolWriter.open(SpoolDirectory.create(spool()), Spools.header(), options);
  }

  private Path spool() {
    return dir.resolve("t.parquet.spool");
  }

  private List<Path> segments() throws IOException {
    try (SpoolDirectory directory = SpoolDirectory.open(spool())) {
      return directory.segments();
    }
  }
}
