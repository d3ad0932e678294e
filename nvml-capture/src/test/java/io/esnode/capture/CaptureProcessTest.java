package io.esnode.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.nvml.FakeNvml;
import io.esnode.wire.Message;
import io.esnode.wire.WireReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real process on the fake library, in real time. */
@Timeout(60)
class CaptureProcessTest {
  /** That it ends, not how fast: a machine that builds is busy. */
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  private static final long INTERVAL_NANOS = 100_000_000;

  /** Ticks of 200 ms between which a GPU hangs. */
  private static final long HANG_FROM = 10;

  private static final long HANG_TO = 20;

  @TempDir
  private Path directory;

  private @Nullable Process process;

  @AfterEach
  void endProcess() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  /** @param start CLOCK_MONOTONIC of tick 0 and of time 0 of the timeline */
  private Process capture(Path library, long start, String timeline, String... more)
      throws IOException {
    Path text = Files.writeString(directory.resolve("timeline"), "esnode.timeline/1\n" + timeline);
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Xmx16m",
        // JDK 24 and later warn of native code that is not let in by name; 17 does not know the
        // option.
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        classPath(),
        "io.esnode.capture.CaptureProcess",
        "--library",
        library.toAbsolutePath().toString(),
        "--start-mono",
        Long.toString(start),
        "--interval",
        Long.toString(INTERVAL_NANOS),
        "--deadline-ms",
        "400",
        "--root",
        directory.toString()));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("ESNODE_FAKE_TIMELINE", text.toString());
    builder.environment().put("ESNODE_FAKE_T0", Long.toString(start));
    builder.redirectError(directory.resolve("stderr").toFile());
    process = builder.start();
    return process;
  }

  private static String classPath() {
    return String.join(
        File.pathSeparator,
        new TreeSet<>(List.of(System.getProperty("java.class.path").split(File.pathSeparator))));
  }

  private static WireReader reader(Process process) {
    return new WireReader(Channels.newChannel(process.getInputStream()));
  }

  private static void command(Process process, String line) throws IOException {
    OutputStream in = process.getOutputStream();
    in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  @Test
  void hangOfOneGpuAmongEightCostsTheOthersNoSample() throws Exception {
    Path library = FakeNvml.library("R550");
    long start = System.nanoTime() + 2_000_000_000;
    Process running = capture(
        library,
        start,
        "gpu 7 name Test\nhang 2000 4000 3 nvmlDeviceGetUtilizationRates\n",
        "--interval",
        "200000000");
    WireReader reader = reader(running);

    Map<String, List<Long>> ticks = new HashMap<>();
    List<Message.Note> gaps = new ArrayList<>();
    int mostStuck = 0;
    long tick = 0;
    while (tick < HANG_TO + 4) {
      Message message = reader.next();
      if (message instanceof Message.Rows rows && rows.table() == Plan.GPU) {
        ticks.computeIfAbsent(rows.entity(0), key -> new ArrayList<>()).add(rows.tick());
      } else if (message instanceof Message.Note note && note.table().equals("gap")) {
        gaps.add(note);
      } else if (message instanceof Message.Alive alive) {
        tick = alive.tick();
        mostStuck = Math.max(mostStuck, alive.stuck());
      }
    }

    String hung = "gpu:GPU-00000000-0000-0000-0000-000000000003";
    assertThat(ticks).hasSize(8);
    ticks.forEach((gpu, seen) -> {
      if (!gpu.equals(hung)) {
        assertThat(seen)
            .as(gpu)
            .doesNotHaveDuplicates()
            .containsAll(range(HANG_FROM - 2, HANG_TO + 2));
      }
    });
    assertThat(ticks.get(hung))
        .contains(HANG_FROM - 2, HANG_TO + 2)
        .doesNotContain(HANG_FROM + 2, HANG_TO - 2);
    gaps.removeIf(
        gap -> gap.entity().equals("node")); // a loaded machine may take long to initialise
    assertThat(gaps).extracting(Message.Note::entity).containsExactly(hung, hung);
    assertThat(gaps.get(0).texts().get("reason"))
        .startsWith("nvmlDeviceGetUtilizationRates has not returned after ");
    assertThat(gaps.get(1).texts().get("reason"))
        .startsWith("nvmlDeviceGetUtilizationRates returned after ");
    assertThat(mostStuck).isEqualTo(1);
  }

  @Test
  void hangOfTheWholeDriverIsOneGapOfTheNode() throws Exception {
    Process running = capture(
        FakeNvml.library("R580"),
        System.nanoTime() + 2_000_000_000,
        "gpu 3 name Test\nhang 1000 3000 - *\n");
    WireReader reader = reader(running);

    List<String> reasons = new ArrayList<>();
    for (long tick = 0; tick < 45; ) {
      Message message = reader.next();
      if (message instanceof Message.Note note
          && note.table().equals("gap")
          && String.valueOf(note.texts().get("reason")).startsWith("driver-wide")) {
        reasons.add(note.entity() + " " + note.texts().get("reason"));
      } else if (message instanceof Message.Alive alive) {
        tick = alive.tick();
      }
    }

    assertThat(reasons).hasSize(2);
    assertThat(reasons.get(0)).startsWith("node driver-wide hang: no call on any of 4 GPUs");
    assertThat(reasons.get(1)).startsWith("node driver-wide hang over: ");
  }

  /** Two calls of 35 ms at every tick of 100 ms, the 20th of which is the first that says enough. */
  @Test
  void slowGpuIsAskedLessOftenAndTheOthersAtEveryTick() throws Exception {
    long start = System.nanoTime() + 2_000_000_000;
    Process running = capture(FakeNvml.library("R580"), start, """
        gpu 2 name Test
        delay 0 1 nvmlDeviceGetUtilizationRates 35000
        delay 0 1 nvmlDeviceGetMemoryInfo_v2 35000
        """);
    WireReader reader = reader(running);

    Map<String, List<Long>> ticks = new HashMap<>();
    List<Message.Note> slowed = new ArrayList<>();
    for (long tick = 0; tick < 36; ) {
      Message message = reader.next();
      if (message instanceof Message.Rows rows && rows.table() == Plan.GPU) {
        ticks.computeIfAbsent(rows.entity(0), key -> new ArrayList<>()).add(rows.tick());
      } else if (message instanceof Message.Note note
          && String.valueOf(note.texts().get("reason")).startsWith("NVML took more than")) {
        slowed.add(note);
      } else if (message instanceof Message.Alive alive) {
        tick = alive.tick();
      }
    }

    String slow = "gpu:GPU-00000000-0000-0000-0000-000000000001";
    assertThat(slowed).singleElement().satisfies(note -> {
      assertThat(note.entity()).isEqualTo(slow);
      assertThat(note.texts().get("reason"))
          .isEqualTo(
              "NVML took more than 50 ms, half an interval, at 1 of 20 ticks: asked every 2. tick");
    });
    assertThat(ticks).hasSize(3);
    assertThat(ticks.get(slow))
        .contains(2L, 3L, 4L, 5L)
        .allMatch(tick -> tick < 24 || tick % 2 == 0);
    ticks.forEach((gpu, seen) -> {
      if (!gpu.equals(slow)) {
        assertThat(seen).as(gpu).containsAll(range(2, 35));
      }
    });
  }

  /** 251 in the headers 12.9 and 13.0, 269 from 13.1 on. */
  @ParameterizedTest
  @ValueSource(strings = {"R575", "R580", "R590"})
  void renumberedFieldIsReadUnderItsNumber(String generation) throws Exception {
    Process running = capture(
        FakeNvml.library(generation),
        System.nanoTime() + 500_000_000,
        "gpu 0 name Test\nfield 0 0 CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN 7654321\n");
    WireReader reader = reader(running);
    Message.Session session = null;
    List<Long> nanos = new ArrayList<>();
    for (long tick = 0; tick < 5 || nanos.isEmpty(); ) {
      Message message = reader.next();
      if (message instanceof Message.Session begun) {
        session = begun;
      } else if (session != null
          && message instanceof Message.Rows rows
          && rows.table() == Plan.GPU) {
        int column = session.tables().get(Plan.GPU).columns().indexOf("sw_thermal_slowdown_ns");
        if (rows.present(0, column)) {
          nanos.add(rows.value(0, column));
        }
      } else if (message instanceof Message.Alive alive) {
        tick = alive.tick();
      }
    }

    assertThat(nanos).isNotEmpty().containsOnly(7_654_321L);
  }

  @Test
  void driverOfAnotherVersionIsASessionWithItsCode() throws Exception {
    Process running = capture(
        FakeNvml.library("R550"),
        System.nanoTime(),
        "gpu 0 name Test\nret 0 - nvmlInit_v2 18\nret 0 - nvmlInitWithFlags 18\n");
    WireReader reader = reader(running);

    Message message = reader.next();
    while (!(message instanceof Message.Session)) {
      message = reader.next();
    }

    assertThat(((Message.Session) message).initReturn()).isEqualTo(18);
  }

  private static List<Long> range(long from, long to) {
    List<Long> range = new ArrayList<>();
    for (long i = from; i <= to; i++) {
      range.add(i);
    }
    return range;
  }

  private static Message.@Nullable Bye readToTheEnd(WireReader reader) throws IOException {
    Message.Bye bye = null;
    for (Message message = reader.next(); message != null; message = reader.next()) {
      if (message instanceof Message.Bye last) {
        bye = last;
      }
    }
    return bye;
  }

  private static void readUntilTick(WireReader reader, long tick) throws IOException {
    for (Message message = reader.next(); message != null; message = reader.next()) {
      if (message instanceof Message.Alive alive && alive.tick() >= tick) {
        return;
      }
    }
    throw new IOException("the process ended before tick " + tick);
  }

  @Test
  void quitEndsWithBye() throws Exception {
    Process running =
        capture(FakeNvml.library("R550"), System.nanoTime() + 500_000_000, "gpu 7 name Test\n");
    WireReader reader = reader(running);
    readUntilTick(reader, 5);

    long asked = System.nanoTime();
    command(running, "quit");
    Message.Bye bye = readToTheEnd(reader);
    long took = System.nanoTime() - asked;

    assertThat(bye).isEqualTo(new Message.Bye("quit"));
    assertThat(running.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(running.exitValue()).isZero();
    assertThat(took).isLessThan(PATIENCE_NANOS);
    assertThat(directory.resolve("stderr")).isEmptyFile();
  }

  @Test
  void quitEndsEvenWhileAllGpusHang() throws Exception {
    Process running = capture(
        FakeNvml.library("R550"),
        System.nanoTime() + 500_000_000,
        "gpu 3 name Test\nhang 500 100000 - *\n");
    WireReader reader = reader(running);
    readUntilTick(reader, 12);

    long asked = System.nanoTime();
    command(running, "quit");

    assertThat(readToTheEnd(reader)).isNotNull();
    assertThat(System.nanoTime() - asked).isLessThan(PATIENCE_NANOS);
  }

  @Test
  void endOfStandardInputIsTheEnd() throws Exception {
    Process running =
        capture(FakeNvml.library("R550"), System.nanoTime() + 500_000_000, "gpu 0 name Test\n");
    WireReader reader = reader(running);
    readUntilTick(reader, 2);

    running.getOutputStream().close();

    readToTheEnd(reader);
    assertThat(running.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void missingLibraryIsASessionThatWasRefused() throws Exception {
    Process running = capture(
        directory.resolve("libnvidia-ml.so.550.54.15"), System.nanoTime(), "gpu 0 name Test\n");
    WireReader reader = reader(running);

    Message hello = reader.next();
    Message session = reader.next();
    while (session instanceof Message.Alive) {
      session = reader.next();
    }

    assertThat(hello)
        .isInstanceOfSatisfying(
            Message.Hello.class,
            first -> assertThat(first.facts().get("absent.library")).contains("cannot be loaded"));
    assertThat(session).isInstanceOfSatisfying(Message.Session.class, refused -> {
      assertThat(refused.initReturn()).isEqualTo(12);
      assertThat(refused.facts()).containsEntry("library.version", "550.54.15");
    });
  }

  @Test
  void fasterPaceAsksBetweenTheTicksWhatEveryTickAsks() throws Exception {
    Process running = capture(
        FakeNvml.library("R580"),
        System.nanoTime() + 2_000_000_000,
        "gpu 0 name Test\nset 0 0 temperature_c 61\n",
        "--interval",
        "200000000");
    WireReader reader = reader(running);
    Message.Session session = session(reader);
    int temperature = column(session, "temperature_c");
    List<Integer> atTicksOnly =
        List.of(column(session, "bar1_used_bytes"), column(session, "pcie_width"));
    readUntilTick(reader, 3);

    command(running, "interval 50000000");
    Map<Long, Integer> rows = new HashMap<>();
    int between = 0;
    int slower = 0;
    for (long tick = 0; tick < 14; ) {
      Message message = reader.next();
      if (message instanceof Message.Rows sent && sent.table() == Plan.GPU) {
        assertThat(sent.present(0, temperature)).isTrue();
        rows.merge(sent.tick(), 1, Integer::sum);
        between += sent.tick() == Message.Rows.NO_TICK ? 1 : 0;
        slower += sent.tick() == Message.Rows.NO_TICK
            ? (int)
                atTicksOnly.stream().filter(column -> sent.present(0, column)).count()
            : 0;
      } else if (message instanceof Message.Rows sent && sent.table() != Plan.GPU) {
        assertThat(sent.tick()).isNotEqualTo(Message.Rows.NO_TICK);
      } else if (message instanceof Message.Alive alive) {
        tick = alive.tick();
      }
    }
    command(running, "interval 200000000");
    readUntilTick(reader, 16);
    int after = 0;
    for (long tick = 0; tick < 20; ) {
      Message message = reader.next();
      if (message instanceof Message.Rows sent) {
        after += sent.tick() == Message.Rows.NO_TICK ? 1 : 0;
      } else if (message instanceof Message.Alive alive) {
        tick = alive.tick();
      }
    }

    assertThat(between).isBetween(5, 3 * 12);
    assertThat(slower).isZero();
    rows.remove(Message.Rows.NO_TICK);
    assertThat(rows.keySet()).containsAll(range(5, 13));
    assertThat(rows.values()).containsOnly(1);
    assertThat(after).isZero();
  }

  @Test
  void slowerPaceLeavesTheNumbersOfTheTicksAsTheyAre() throws Exception {
    Process running =
        capture(FakeNvml.library("R550"), System.nanoTime() + 2_000_000_000, "gpu 0 name Test\n");
    WireReader reader = reader(running);
    readUntilTick(reader, 3);

    command(running, "interval 200000000");
    readUntilTick(reader, 6);
    List<Long> ticks = new ArrayList<>();
    for (long tick = 0; tick < 16; ) {
      Message message = reader.next();
      if (message instanceof Message.Rows sent && sent.table() == Plan.GPU) {
        ticks.add(sent.tick());
      } else if (message instanceof Message.Alive alive) {
        tick = alive.tick();
      }
    }

    assertThat(ticks).isNotEmpty().doesNotHaveDuplicates().allMatch(tick -> tick % 2 == 0);
  }

  /** Two calls of 30 ms at every turn of 50 ms, while the ticks are 400 ms. */
  @Test
  void slowGpuIsAskedLessOftenBetweenTheTicksAndSaysSo() throws Exception {
    Process running = capture(
        FakeNvml.library("R580"),
        System.nanoTime() + 2_000_000_000,
        """
        gpu 0 name Test
        delay 0 0 nvmlDeviceGetUtilizationRates 30000
        delay 0 0 nvmlDeviceGetMemoryInfo_v2 30000
        """,
        "--interval",
        "400000000");
    WireReader reader = reader(running);
    readUntilTick(reader, 2);

    command(running, "interval 50000000");
    List<String> audit = new ArrayList<>();
    List<Long> ticks = new ArrayList<>();
    for (long tick = 0; tick < 9; ) {
      Message message = reader.next();
      if (message instanceof Message.Rows sent && sent.table() == Plan.GPU) {
        ticks.add(sent.tick());
      } else if (message instanceof Message.Note note && note.table().equals("audit")) {
        audit.add(note.entity() + " " + note.texts().get("action") + " "
            + note.texts().get("detail"));
      } else if (message instanceof Message.Alive alive) {
        tick = alive.tick();
      }
    }

    String gpu = "gpu:GPU-00000000-0000-0000-0000-000000000000";
    assertThat(audit.get(0)).startsWith(gpu + " burst.slowed asked every 100 ms: NVML takes ");
    assertThat(ticks).contains(Message.Rows.NO_TICK).containsAll(range(4, 8));
  }

  /** It hangs between two ticks, and what it says of that is what it says at one. */
  @Test
  void hangBetweenTheTicksIsAGapAsAtATick() throws Exception {
    Process running = capture(
        FakeNvml.library("R550"),
        System.nanoTime() + 2_000_000_000,
        "gpu 1 name Test\nhang 1550 2600 1 nvmlDeviceGetUtilizationRates\n",
        "--interval",
        "500000000");
    WireReader reader = reader(running);
    session(reader);
    command(running, "interval 20000000");

    Map<String, List<Long>> rows = new HashMap<>();
    List<Message.Note> gaps = new ArrayList<>();
    for (long tick = 0; tick < 8; ) {
      Message message = reader.next();
      if (message instanceof Message.Rows sent && sent.table() == Plan.GPU) {
        rows.computeIfAbsent(sent.entity(0), key -> new ArrayList<>()).add(sent.tick());
      } else if (message instanceof Message.Note note && note.table().equals("gap")) {
        gaps.add(note);
      } else if (message instanceof Message.Alive alive) {
        tick = alive.tick();
      }
    }

    String hung = "gpu:GPU-00000000-0000-0000-0000-000000000001";
    String other = "gpu:GPU-00000000-0000-0000-0000-000000000000";
    gaps.removeIf(gap -> gap.entity().equals("node"));
    assertThat(gaps).extracting(Message.Note::entity).containsExactly(hung, hung);
    assertThat(gaps.get(0).texts().get("reason"))
        .startsWith("nvmlDeviceGetUtilizationRates has not returned after ");
    assertThat(rows.get(other)).contains(Message.Rows.NO_TICK).containsAll(range(2, 7));
    assertThat(rows.get(hung)).contains(3L, 6L).doesNotContain(4L);
  }

  private static Message.Session session(WireReader reader) throws IOException {
    Message message = reader.next();
    while (message != null && !(message instanceof Message.Session)) {
      message = reader.next();
    }
    if (message instanceof Message.Session session) {
      return session;
    }
    throw new IOException("the process ended before its session");
  }

  private static int column(Message.Session session, String name) {
    return session.tables().get(Plan.GPU).columns().indexOf(name);
  }

  @Test
  void optionThatIsUnknownIsUsage() throws Exception {
    Process running = capture(directory, 0, "", "--colour", "red");

    assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(running.exitValue()).isEqualTo(64);
    assertThat(Files.readString(directory.resolve("stderr")))
        .startsWith("capture: no such option: --colour; there are --library");
  }
}
