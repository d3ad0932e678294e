package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.NvmlSession;
import io.esnode.bundle.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records this host and eight GPUs that a library plays, in real time and in the processes users have. */
@Timeout(180)
class GpuRecordingTest {
  @TempDir
  Path dir;

  private Esnode esnode;

  @BeforeEach
  void linux() throws IOException {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
  }

  @Test
  void eightGpusStandInTheBundleAsWhatTheyAre() throws Exception {
    FakeNvml nvml = FakeNvml.of(dir, "ramp 0 60000 0 temperature_c 30 90");
    Process recorder = start(nvml);
    await("t.parquet", spool -> spool.laneTicks() > 80);
    Esnode.Answer recorded = stop(recorder);

    Manifest manifest = manifest("t.parquet");
    assertThat(recorded.exit()).as(recorded.err()).isZero();
    assertThat(recorded.err()).contains("is marked simulated");
    assertThat(manifest.simulated()).isTrue();
    Manifest.Nvml gpus = Objects.requireNonNull(manifest.nvml());
    assertThat(gpus.lanes())
        .filteredOn(lane -> lane.table().equals("gpu"))
        .hasSize(8)
        .allSatisfy(lane -> {
          assertThat(lane.origin()).isEqualTo("simulated");
          assertThat(lane.captured()).isEqualTo(lane.expected()).isPositive();
        });
    assertThat(gpus.maxRssBytes()).isPositive();
    NvmlSession session = gpus.sessions().get(0);
    assertThat(session.simulated()).isTrue();
    assertThat(session.facts())
        .containsEntry("library.path", nvml.library())
        .containsEntry("library.sha256", Sha256.hex(Path.of(nvml.library())))
        .containsEntry("driver.version", "580.95.05");
    assertThat(session.sources().get("gpu")).containsKey("power_instant_mw");
    assertThat(query("SELECT kind, origin, count(DISTINCT entity) FROM all_rows"
            + " WHERE kind IN ('gpu', 'host', 'process') GROUP BY ALL ORDER BY ALL"))
        .containsExactly("gpu,simulated,8", "host,live,1", "process,live,2");
  }

  /** What one GPU does is its own affair. */
  @Test
  void oneGpuIsLostAndOneHangsAndTheOthersGoOn() throws Exception {
    FakeNvml nvml = FakeNvml.of(dir, "ret 2000 3 * 15", "hang 2000 600000 5 *");
    Process recorder = start(nvml);
    await("t.parquet", spool -> spool.laneTicks("gpu", 0) > 40);
    stop(recorder);

    // Temperatures are asked for at every tick, and the tick of a lost GPU has none.
    List<String> answered = query("SELECT max(tick) FROM gpu WHERE tick IS NOT NULL"
        + " AND temperature_c IS NOT NULL GROUP BY entity ORDER BY entity");
    assertThat(answered).hasSize(8);
    long last = Long.parseLong(answered.get(0));
    for (int gpu : List.of(1, 2, 4, 6, 7)) {
      assertThat(Long.parseLong(answered.get(gpu))).isCloseTo(last, Offset.offset(5L));
    }
    assertThat(Long.parseLong(answered.get(3))).isLessThan(last - 5);
    assertThat(Long.parseLong(answered.get(5))).isLessThan(last - 5);
    assertThat(query("SELECT DISTINCT right(entity, 36), code FROM gap WHERE code = 15"))
        .containsExactly(FakeNvml.uuid(3).substring(4) + ",15");
    assertThat(query("SELECT count(*) > 0 FROM gap WHERE metric = 'gpu' AND entity = 'gpu:"
            + FakeNvml.uuid(5) + "'"))
        .containsExactly("true");
  }

  @Test
  void captureThatIsKilledIsReplacedAndTheGapSaysSo() throws Exception {
    Process recorder = start(FakeNvml.of(dir));
    await("t.parquet", spool -> spool.laneTicks() > 20);
    ProcessHandle first = capture(recorder);
    first.destroyForcibly();
    await("t.parquet", spool -> spool.sessions() == 2);
    int then = LiveSpool.look(spool("t.parquet"), esnode.home()).laneTicks();
    await("t.parquet", spool -> spool.laneTicks() > then + 20);
    stop(recorder);

    assertThat(query("SELECT reason, to_ts > from_ts FROM gap"
            + " WHERE metric = 'gpu' AND entity = 'node' AND to_ts IS NOT NULL"))
        .containsExactly("the capture process ended with status 137 (signal 9),true");
    assertThat(lanes("t.parquet")).hasSize(8);
  }

  @Test
  void recorderThatIsKilledTakesTheCaptureAlongAndLosesNoCompleteTick() throws Exception {
    Process recorder = start(FakeNvml.of(dir));
    await("t.parquet", spool -> spool.laneTicks() > 20);
    ProcessHandle capture = capture(recorder);
    recorder.destroyForcibly().waitFor();
    capture.onExit().get(5, TimeUnit.SECONDS);
    int complete = LiveSpool.look(spool("t.parquet"), esnode.home()).laneTicks();

    Esnode.Answer recovered = esnode.run("recover", "t.parquet.spool");

    assertThat(recovered.exit()).as(recovered.err()).isZero();
    long sealed = Objects.requireNonNull(manifest("t.parquet").nvml()).lanes().stream()
        .mapToLong(Manifest.Lane::captured)
        .sum();
    assertThat(sealed).isEqualTo(complete);
    assertThat(manifest("t.parquet").simulated()).isTrue();
  }

  @Test
  void releaseClosesTheDevicesWithinASecondWhileTheHostIsRecordedOn() throws Exception {
    Process recorder = start(FakeNvml.of(dir));
    await("t.parquet", spool -> spool.laneTicks() > 20);
    ProcessHandle first = capture(recorder);
    Esnode other = new Esnode(Files.createDirectory(dir.resolve("other")));
    Esnode.Answer released = other.run(home(), "release", "--reason", "reset of GPU 3");
    boolean alive = first.isAlive();
    Esnode.Answer attached = other.run(home(), "release", "--end");
    await("t.parquet", spool -> spool.sessions() == 2);
    stop(recorder);
    Esnode.Answer nobody = other.run(home(), "release");

    assertThat(released.exit()).as(released.err()).isZero();
    assertThat(released.out())
        .startsWith("released ")
        .containsPattern("capture process " + first.pid() + ": closed, 0\\.[0-9]{3} s");
    assertThat(alive).isFalse();
    assertThat(attached.out()).startsWith("attached ");
    assertThat(nobody.exit()).isEqualTo(3);
    assertThat(esnode.home().resolve("run")).isEmptyDirectory();
    assertThat(query("SELECT count(*), max(reason) FROM gap"
            + " WHERE metric = 'gpu' AND entity = 'node' AND to_ts IS NOT NULL"))
        .containsExactly("1,released by request for 600000 ms: reset of GPU 3");
    assertThat(query("SELECT action FROM audit WHERE action LIKE 'capture.%' ORDER BY mono_ns"))
        .containsExactly(
            "capture.started",
            "capture.ended",
            "capture.released",
            "capture.attached",
            "capture.started",
            "capture.ended");
    assertThat(query("SELECT count(*) > 3 FROM host, gap WHERE gap.metric = 'gpu'"
            + " AND gap.entity = 'node' AND host.ts BETWEEN gap.from_ts AND gap.to_ts"))
        .containsExactly("true");
  }

  @Test
  void libraryThatIsNotThereIsFoundBeforeAnythingIsRecorded() throws Exception {
    Esnode.Answer answer =
        esnode.run("record", "--nvml-library", "nowhere.so", "--out", "t.parquet");
    Esnode.Answer both =
        esnode.run("record", "--nvml-library", "x.so", "--no-gpu", "--out", "t.parquet");

    assertThat(answer.exit()).isEqualTo(5);
    assertThat(answer.err())
        .isEqualTo("esnode: --nvml-library nowhere.so: not there;"
            + " name a file that can be loaded as libnvidia-ml.so.1\n");
    assertThat(both.exit()).isEqualTo(64);
  }

  /** What NVML answered comes true in the recorder, and stands there as what it is: simulated. */
  @Test
  void triggersSeeWhatNvmlSays() throws Exception {
    FakeNvml nvml = FakeNvml.of(dir, "set 1500 4 temperature_c 95", "event 2000 6 8 79");
    Process recorder = esnode.start(
        nvml.environment(),
        "record",
        "--interval",
        "100ms",
        "--nvml-library",
        nvml.library(),
        "--trigger",
        "gpu.temperature_c > 90",
        "--trigger",
        "xid 79",
        "--out",
        "t.parquet");
    await("t.parquet", spool -> spool.laneTicks("gpu", 6) > 40);
    stop(recorder);

    assertThat(query("SELECT reason, right(entity, 36), origin, text FROM event"
            + " WHERE event_class = 'trigger' ORDER BY ALL"))
        .containsExactly(
            "gpu.temperature_c > 90," + FakeNvml.uuid(4).substring(4)
                + ",simulated,gpu.temperature_c was 95 Cel",
            "xid 79," + FakeNvml.uuid(6).substring(4) + ",simulated,XID 79");
    assertThat(query("SELECT DISTINCT gpu.temperature_c FROM event INNER JOIN gpu"
            + " ON gpu.tick = event.tick AND gpu.entity = event.entity"
            + " WHERE event_class = 'trigger'"))
        .containsExactly("95");
  }

  /** A burst lasts beyond the death of the process that asks the GPUs. */
  @Test
  void gpusTakePartInABurstAndTheirTicksStayWhatTheyAre() throws Exception {
    FakeNvml nvml = FakeNvml.of(dir, "set 1500 4 temperature_c 95");
    Process recorder = esnode.start(
        nvml.environment(),
        "record",
        "--interval",
        "2s",
        "--burst",
        "100ms",
        "--burst-for",
        "10m",
        "--nvml-library",
        nvml.library(),
        "--trigger",
        "gpu.temperature_c > 90",
        "--out",
        "t.parquet");
    await("t.parquet", spool -> spool.betweenTicks() > 40);
    capture(recorder).destroyForcibly();
    await("t.parquet", spool -> spool.sessions() == 2);
    int then = LiveSpool.look(spool("t.parquet"), esnode.home()).betweenTicks();
    await("t.parquet", spool -> spool.betweenTicks() > then + 40);
    Esnode.Answer recorded = stop(recorder);

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    Manifest manifest = manifest("t.parquet");
    assertThat(Objects.requireNonNull(manifest.nvml()).lanes()).allSatisfy(lane -> {
      assertThat(lane.origin()).isEqualTo("simulated");
      assertThat(lane.captured()).isEqualTo(lane.expected()).isPositive();
    });
    assertThat(query("SELECT count(DISTINCT entity), count(tick), count(bar1_used_bytes),"
            + " count(temperature_c) = count(*), max(origin), min(origin)"
            + " FROM gpu WHERE source = 'nvml burst'"))
        .containsExactly("8,0,0,true,simulated,simulated");
    assertThat(query("SELECT count(*) FROM gpu WHERE tick IS NOT NULL AND source <> 'nvml'"))
        .containsExactly("0");
    assertThat(query("SELECT count(*) = count(DISTINCT (entity, tick)) AND count(*) > 8"
            + " FROM gpu WHERE tick IS NOT NULL"))
        .containsExactly("true");
    assertThat(query("SELECT DISTINCT kind FROM all_rows WHERE source = 'nvml burst'"))
        .containsExactly("gpu");
    assertThat(query("SELECT count(*) > 0 FROM gpu WHERE source = 'nvml burst'"
            + " AND ts > (SELECT max(to_ts) FROM gap WHERE metric = 'gpu' AND entity = 'node')"))
        .containsExactly("true");
  }

  private Process start(FakeNvml nvml) throws IOException {
    return esnode.start(
        nvml.environment(),
        "record",
        "--interval",
        "100ms",
        "--nvml-library",
        nvml.library(),
        "--out",
        "t.parquet");
  }

  private Esnode.Answer stop(Process recorder) throws Exception {
    recorder.destroy();
    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return esnode.answer(recorder);
  }

  private Map<String, String> home() {
    return Map.of("ESNODE_HOME", esnode.home().toString());
  }

  /** The child that is the capture process. */
  private static ProcessHandle capture(Process recorder) {
    try (Stream<ProcessHandle> children = recorder.children()) {
      List<ProcessHandle> all = children.toList();
      assertThat(all).hasSize(1);
      return all.get(0);
    }
  }

  private void await(String bundle, Predicate<LiveSpool> enough) throws Exception {
    for (int i = 0; i < 600; i++) {
      if (enough.test(LiveSpool.look(spool(bundle), esnode.home()))) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException(
        "the recorder did not get so far: " + Files.readString(dir.resolve("stderr")));
  }

  private Path spool(String bundle) {
    return dir.resolve(bundle + ".spool");
  }

  /** Lanes of table gpu by UUID. */
  private Map<String, Manifest.Lane> lanes(String name) throws IOException {
    Map<String, Manifest.Lane> lanes = new TreeMap<>();
    for (Manifest.Lane lane : Objects.requireNonNull(manifest(name).nvml()).lanes()) {
      if (lane.table().equals("gpu")) {
        lanes.put(lane.entity().substring("gpu:".length()), lane);
      }
    }
    return lanes;
  }

  /** Rows of an answer as CSV, without its head. */
  private List<String> query(String sql) throws Exception {
    Esnode.Answer answer = esnode.run("query", "--format", "csv", "t.parquet", sql);
    assertThat(answer.exit()).as(answer.err()).isZero();
    List<String> lines = new ArrayList<>(Arrays.asList(answer.out().split("\r?\n", -1)));
    lines.removeIf(String::isEmpty);
    return lines.subList(1, lines.size());
  }

  private Manifest manifest(String name) throws IOException {
    try (FileChannel channel = FileChannel.open(dir.resolve(name))) {
      return BundleFile.read(name, channel).manifest();
    }
  }
}
