package io.esnode.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Function;
import io.esnode.capture.CaptureClock;
import io.esnode.capture.CaptureOptions;
import io.esnode.capture.SteppedCapture;
import io.esnode.nvml.NativeNvml;
import io.esnode.nvml.Nvml;
import io.esnode.timeline.PlayedNvml;
import io.esnode.timeline.Timeline;
import io.esnode.timeline.VirtualClock;
import io.esnode.wire.Message;
import io.esnode.wire.WireReader;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fake library in C and the player in Java tell the recorder the same about every scenario in which calls return in time. */
class BothPlayersTest {
  private static final Path FAKES = Path.of("../nvml-capture/target/fake");

  private static final Map<Integer, String> GENERATIONS = Map.of(
      1104, "R470", 1200, "R525", 1202, "R535", 1204, "R550", 1208, "R570", 1209, "R575", 1300,
      "R580", 1301, "R590");

  @TempDir
  Path dir;

  static List<Path> incidents() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path file : ShippedScenarios.files()) {
      Scenario scenario = ShippedScenarios.read(file);
      boolean slow = scenario.faults().stream()
          .anyMatch(f -> f instanceof Fault.Hang || f instanceof Fault.Slow);
      if (!slow && scenario.twinOf() == null) {
        files.add(file);
      }
    }
    return files;
  }

  @ParameterizedTest
  @MethodSource("incidents")
  void bothTellTheSame(Path file) throws Exception {
    Scenario scenario = ShippedScenarios.read(file);
    String text = ScenarioCompiler.compile(scenario);
    Timeline timeline = Timeline.parse(scenario.name(), text);
    VirtualClock clock = new VirtualClock(0);

    List<String> java =
        told(scenario, timeline, new PlayedNvml(timeline, clock), clock, clock::set);
    List<String> c = onFake(scenario, timeline, text);

    assertThat(firstDifference(c, java)).isEmpty();
  }

  /** Not the whole lists: they have ten thousand lines. */
  private static String firstDifference(List<String> c, List<String> java) {
    for (int i = 0; i < Math.min(c.size(), java.size()); i++) {
      if (!c.get(i).equals(java.get(i))) {
        return "message %d: C says %s, Java says %s"
            .formatted(i, from(c.get(i), java.get(i)), from(java.get(i), c.get(i)));
      }
    }
    return c.size() == java.size()
        ? ""
        : "C has %d messages, Java %d".formatted(c.size(), java.size());
  }

  /** Around the first letter that differs. */
  private static String from(String text, String other) {
    int at = 0;
    while (at < Math.min(text.length(), other.length()) && text.charAt(at) == other.charAt(at)) {
      at++;
    }
    return text.substring(Math.max(0, at - 80), Math.min(text.length(), at + 80));
  }

  private List<String> onFake(Scenario scenario, Timeline timeline, String text) throws Exception {
    Path built =
        FAKES.resolve(GENERATIONS.getOrDefault(scenario.header(), "")).resolve("libnvidia-ml.so.1");
    assumeTrue(
        Files.isRegularFile(built), built + " was not built: this machine has no C compiler (cc)");
    Path library = Files.copy(built, dir.resolve("libnvidia-ml.so.1"));
    Path time = Files.write(dir.resolve("clock"), new byte[Long.BYTES]);
    environment("ESNODE_FAKE_TIMELINE", Files.writeString(dir.resolve("timeline"), text));
    environment("ESNODE_FAKE_CLOCK", time);
    try (FileChannel channel =
        FileChannel.open(time, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
      mapped.order(ByteOrder.LITTLE_ENDIAN);
      VirtualClock clock = new VirtualClock(0);
      return told(
          scenario, timeline, NativeNvml.load(library.toAbsolutePath().toString()), clock, t -> {
            clock.set(t);
            mapped.putLong(0, t);
          });
    }
  }

  /** Sets a variable where C looks for it. */
  private static void environment(String name, Path value) {
    Function setenv = Function.getFunction("c", "setenv");
    assertThat(setenv.invokeInt(new Object[] {name, value.toAbsolutePath().toString(), 1}))
        .isZero();
  }

  private static List<String> told(
      Scenario scenario, Timeline timeline, Nvml nvml, VirtualClock clock, LongConsumer move)
      throws IOException {
    long startMono = timeline.bootMillis() * 1_000_000;
    Loop pipe = new Loop();
    CaptureClock clocks = new CaptureClock() {
      @Override
      public long monoNanos() {
        return startMono + clock.millis() * 1_000_000;
      }

      @Override
      public long tsMicros() {
        return timeline.wallMicros(clock.millis());
      }
    };
    CaptureOptions options = new CaptureOptions(
        startMono,
        scenario.intervalMs() * 1_000_000,
        Path.of("/nonexistent"),
        Set.of(),
        new byte[CaptureOptions.NONCE_BYTES],
        Duration.ofSeconds(2));
    SteppedCapture capture = new SteppedCapture(nvml, clocks, options, new WireWriter(pipe));
    WireReader reader = new WireReader(pipe);
    List<String> told = new ArrayList<>();
    List<Message.Layout> tables = new ArrayList<>();
    capture.start();
    for (long t = 0; t <= scenario.durationMs(); t += scenario.intervalMs()) {
      move.accept(t);
      capture.tick(t / scenario.intervalMs());
      drain(reader, told, tables);
    }
    capture.finish("over");
    drain(reader, told, tables);
    return told;
  }

  private static void drain(WireReader reader, List<String> told, List<Message.Layout> tables)
      throws IOException {
    for (Message message = reader.next(); message != null; message = reader.next()) {
      if (message instanceof Message.Rows rows) {
        rows(rows, tables.get(rows.table()), told);
      } else if (message instanceof Message.Session session) {
        tables.clear();
        tables.addAll(session.tables());
        Map<String, String> facts = new TreeMap<>(session.facts());
        facts.keySet().removeIf(fact -> fact.contains("library."));
        told.add("session %s %s %s %s"
            .formatted(session.initReturn(), session.tsMicros(), facts, session.tables()));
      } else if (message instanceof Message.Gpu gpu) {
        told.add("gpu %s %s %s".formatted(gpu.gpu(), gpu.entity(), new TreeMap<>(gpu.facts())));
      } else if (message instanceof Message.Note note) {
        told.add("note %s %s %s %s %s %s"
            .formatted(
                note.table(),
                note.entity(),
                note.origin(),
                note.tsMicros(),
                new TreeMap<>(note.texts()),
                new TreeMap<>(note.numbers())));
      } else if (!(message instanceof Message.Hello)) {
        told.add(message.toString());
      }
    }
  }

  private static void rows(Message.Rows rows, Message.Layout table, List<String> told) {
    for (int row = 0; row < rows.rows(); row++) {
      StringBuilder text =
          new StringBuilder("%s tick %d:".formatted(rows.entity(row), rows.tick()));
      for (int column = 0; column < table.columns().size(); column++) {
        if (rows.present(row, column)) {
          text.append(' ')
              .append(table.columns().get(column))
              .append('=')
              .append(rows.value(row, column));
        }
      }
      told.add(text.toString());
    }
  }
}
