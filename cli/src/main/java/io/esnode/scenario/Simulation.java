package io.esnode.scenario;

import io.esnode.bundle.Sha256;
import io.esnode.capture.CaptureClock;
import io.esnode.capture.CaptureOptions;
import io.esnode.capture.SteppedCapture;
import io.esnode.gpu.GpuIntake;
import io.esnode.metric.Metric;
import io.esnode.metric.Registry;
import io.esnode.source.Failure;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.spool.OpenGaps;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import io.esnode.timeline.PlayedNvml;
import io.esnode.timeline.Timeline;
import io.esnode.timeline.TimelineException;
import io.esnode.timeline.VirtualClock;
import io.esnode.wire.Message;
import io.esnode.wire.WireReader;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Records a scenario as a machine would be recorded: the same call plan, the same pipe, the same spool, but a player in the
 * place of NVML and a clock that runs as fast as it can. The same scenario and seed leave the same spool.
 */
public final class Simulation {
  /** What a simulated machine is called; no host has this token, which begins with {@code n-}. */
  public static final String NODE = "simulated";

  private static final String SOURCE = "esnode";
  private static final String ORIGIN = "simulated";
  private static final String DURATION_OVER = "duration over";

  /** A simulated machine has no /proc and no /sys of this one. */
  private static final Path NOWHERE = Path.of("/nonexistent");

  private static final Duration DEADLINE = Duration.ofSeconds(2);

  private final Scenario scenario;
  private final String sha256;
  private final String toolVersion;
  private final Timeline timeline;
  private final String timelineSha256;
  private final long startMono;

  /**
   * A scenario about to be played.
   *
   * @param sha256 digest of its file
   */
  public Simulation(Scenario scenario, String sha256, String toolVersion) {
    this.scenario = scenario;
    this.sha256 = sha256;
    this.toolVersion = toolVersion;
    String text = ScenarioCompiler.compile(scenario);
    this.timelineSha256 = Sha256.hex(text);
    try {
      this.timeline = Timeline.parse("scenario:" + scenario.name(), text);
    } catch (TimelineException e) {
      throw new IllegalStateException(
          "the compiler wrote a line that is none: " + e.getMessage(), e);
    }
    this.startMono = timeline.bootMillis() * 1_000_000;
  }

  /** Records into an empty spool and ends it. */
  public void record(SpoolDirectory directory) throws IOException {
    try (SpoolWriter spool = SpoolWriter.open(directory, header(), SpoolWriter.Options.LOSSLESS)) {
      new Run(spool).run();
    }
  }

  private SpoolHeader header() {
    String id = identifier("recording", true);
    Map<String, String> config = new TreeMap<>(Map.of(
        "interval", Duration.ofMillis(scenario.intervalMs()).toString(),
        "duration", Duration.ofMillis(scenario.durationMs()).toString(),
        "privacy.names", "clear",
        "command", "none",
        "scenario", scenario.name()));
    return new SpoolHeader(
        id,
        0,
        null,
        NODE,
        identifier("boot", false),
        toolVersion,
        scenario.name() + ".parquet",
        timeline.wallMicros(0),
        startMono,
        scenario.intervalMs() * 1_000_000,
        true,
        config,
        inventory(),
        id,
        0,
        null,
        "manual",
        Registry.get().tables().stream()
            .collect(Collectors.toMap(
                t -> t.name(), t -> t.columns().stream().map(Metric::column).toList())),
        null);
  }

  private Map<String, String> inventory() {
    return new TreeMap<>(Map.of(
        "scenario.name", scenario.name(),
        "scenario.title", scenario.title(),
        "scenario.sha256", sha256,
        "scenario.seed", Long.toString(scenario.seed()),
        "boot.id", identifier("boot", false),
        "cpu.count", Integer.toString(scenario.host().cpus()),
        "memory.total_bytes", Long.toString(scenario.host().memoryBytes())));
  }

  /** A UUID out of file, seed and version: of version 7 with the time of tick 0, or of version 8. */
  private String identifier(String what, boolean timed) {
    byte[] digest = HexFormat.of()
        .parseHex(Sha256.hex("%s %s %d %s".formatted(what, sha256, scenario.seed(), toolVersion)));
    ByteBuffer random = ByteBuffer.wrap(digest);
    long high = timed
        ? ((timeline.wallMicros(0) / 1000) << 16) | 0x7000 | (random.getLong() & 0xfff)
        : (random.getLong() & ~0xf000L) | 0x8000;
    long low = (random.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  /** One run through the time of the scenario. */
  private final class Run {
    private final SpoolWriter spool;
    private final VirtualClock time = new VirtualClock(0);
    private final CaptureClock clock = new ScenarioClock(time);
    private final Loop pipe = new Loop();
    private final WireReader messages = new WireReader(pipe);
    private final GpuIntake intake;
    private final SteppedCapture capture;
    private final List<Source> sources;
    private final List<List<Failure>> failures = new ArrayList<>();
    private final OpenGaps gaps;
    private final Sayings sayings;

    Run(SpoolWriter spool) {
      this.spool = spool;
      this.intake = new GpuIntake(spool);
      this.gaps = new OpenGaps(spool, SOURCE);
      this.sources = TimelineSource.of(timeline, Registry.get().tables(), time::millis);
      this.sources.forEach(s -> failures.add(List.of()));
      this.sayings = new Sayings(timeline, spool);
      this.capture = new SteppedCapture(
          new PlayedNvml(timeline, time),
          clock,
          new CaptureOptions(
              startMono,
              scenario.intervalMs() * 1_000_000,
              NOWHERE,
              Set.of(),
              HexFormat.of().parseHex(Sha256.hex(identifier("recording", true))),
              DEADLINE),
          new WireWriter(pipe));
    }

    void run() throws IOException {
      audit("recorder.started", "esnode " + toolVersion, "");
      audit("scenario.loaded", scenario.name() + ", seed " + scenario.seed(), sha256);
      boolean gpus = timeline.gpuCount() > 0;
      if (gpus) {
        capture.start();
        take();
      }
      long last = scenario.durationMs() / scenario.intervalMs();
      for (long tick = 0; tick <= last; tick++) {
        long t = tick * scenario.intervalMs();
        time.set(t);
        host(tick);
        if (gpus) {
          capture.tick(tick);
          take();
        }
        sayings.until(t);
      }
      if (gpus) {
        capture.finish(DURATION_OVER);
        take();
      }
      audit("recorder.stopped", DURATION_OVER, "");
      spool.end(DURATION_OVER, clock.monoNanos());
    }

    private void host(long tick) {
      Moment moment = new Moment(clock.tsMicros(), clock.monoNanos(), 0);
      sources.forEach(Source::sample);
      spool.tick(tick, moment, sources);
      for (int i = 0; i < sources.size(); i++) {
        List<Failure> now = sources.get(i).failures();
        if (!now.equals(failures.get(i))) {
          gaps.replace(failures.get(i), now, ORIGIN, moment.tsMicros(), moment.monoNanos());
          failures.set(i, now);
        }
      }
    }

    private void take() throws IOException {
      for (Message message = messages.next(); message != null; message = messages.next()) {
        intake.accept(named(message));
      }
    }

    /** What answers is no library, and no file of this machine. */
    private Message named(Message message) {
      if (message instanceof Message.Hello hello) {
        return new Message.Hello(hello.version(), named(hello.facts()));
      }
      if (message instanceof Message.Session session) {
        return new Message.Session(
            session.number(),
            session.initReturn(),
            session.tsMicros(),
            session.monoNanos(),
            named(session.facts()),
            session.tables());
      }
      return message;
    }

    private Map<String, String> named(Map<String, String> facts) {
      Map<String, String> named = new TreeMap<>(facts);
      named.remove("absent.library.sha256");
      named.put("library.path", timeline.name());
      named.put("library.sha256", timelineSha256);
      return named;
    }

    private void audit(String action, String detail, String digest) {
      Map<String, String> texts =
          new TreeMap<>(Map.of("action", action, "outcome", "success", "detail", detail));
      if (!digest.isEmpty()) {
        texts.put("sha256", digest);
      }
      spool.row(
          new TextRow("audit", "node", SOURCE, ORIGIN, null, clock.tsMicros(), texts, Map.of()),
          clock.monoNanos());
    }
  }

  /** The clocks of the machine that does not exist. */
  private final class ScenarioClock implements CaptureClock {
    private final VirtualClock time;

    ScenarioClock(VirtualClock time) {
      this.time = time;
    }

    @Override
    public long monoNanos() {
      return startMono + time.millis() * 1_000_000;
    }

    @Override
    public long tsMicros() {
      return timeline.wallMicros(time.millis());
    }
  }
}
