package io.esnode.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.NvmlSession;
import io.esnode.metric.Table;
import io.esnode.source.CaptureProcessSource;
import io.esnode.source.Clock;
import io.esnode.spool.LaneName;
import io.esnode.spool.RowWatch;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.SpoolVisitor;
import io.esnode.spool.SpoolWatch;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.spool.TextRow;
import io.esnode.spool.Tick;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that pretend to capture. */
@Timeout(60)
class GpuCaptureTest {
  private static final CaptureTiming QUICK = new CaptureTiming(
      Duration.ofSeconds(3),
      Duration.ofMillis(100),
      Duration.ofSeconds(2),
      Duration.ofMillis(700),
      Duration.ofMillis(10),
      Duration.ofMillis(100));

  @TempDir
  Path dir;

  private final List<Set<String>> starts = new ArrayList<>();
  private final BlockingQueue<Process> started = new LinkedBlockingQueue<>();
  private final Semaphore sessions = new Semaphore(0);
  private SpoolWriter spool;

  @BeforeEach
  void open() throws IOException {
    spool = SpoolWriter.open(
        SpoolDirectory.create(spoolPath()), Spools.header(), SpoolWriter.Options.DEFAULT);
  }

  @Test
  void processThatDiedIsReplacedAndTheGapSaysHow() throws Exception {
    GpuCapture capture = start("crashes", "ends");
    assertThat(next().waitFor()).isEqualTo(139);
    next().waitFor();
    sessions.acquire(2);

    Told told = end(capture);

    assertThat(told.laneTicks).isEqualTo(13);
    assertThat(told.sessions).hasSize(2);
    List<TextRow> gaps = told.gaps("gpu");
    assertThat(gaps.get(0).texts().get("reason"))
        .isEqualTo("the capture process ended with status 139 (signal 11):"
            + " first | SIGSEGV in nvmlDeviceGetFieldValues");
    assertThat(gaps.get(0).numbers()).doesNotContainKey("to_ts");
    assertThat(gaps.get(1).texts()).isEqualTo(gaps.get(0).texts());
    assertThat(gaps.get(1).numbers().get("to_ts"))
        .isGreaterThanOrEqualTo(gaps.get(1).numbers().get("from_ts"));
  }

  @Test
  void paceIsToldToTheProcessThatRunsAndToTheOneAfterIt() throws Exception {
    BlockingQueue<String> told = new LinkedBlockingQueue<>();
    spool.watch(new SpoolWatch() {
      @Override
      public RowWatch rows(Table table, String origin) {
        return RowWatch.NONE;
      }

      @Override
      public void event(TextRow row, long monoNanos) {
        told.add(String.valueOf(row.texts().get("reason")));
      }
    });
    GpuCapture capture = start("well", "well");
    sessions.acquire();
    Process first = next();

    capture.pace(5_000_000);
    assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("interval 5000000");
    first.destroyForcibly();
    assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("interval 5000000");
    capture.pace(20_000_000);
    assertThat(told.poll(20, TimeUnit.SECONDS)).isEqualTo("interval 20000000");

    assertThat(end(capture).actions()).doesNotContain("capture.paced");
  }

  /** Ten thousand commands are more than a pipe holds. */
  @Test
  void processThatDoesNotListenHoldsUpNobody() throws Exception {
    GpuCapture capture = start("silent", "ends");
    Process silent = next();
    sessions.acquire();
    new ProcessBuilder("kill", "-STOP", Long.toString(silent.pid())).start().waitFor();
    for (int i = 0; i < 10_000; i++) {
      capture.pace(1_000_000_000L + i);
    }
    next().waitFor();

    Told told = end(capture);

    assertThat(silent.isAlive()).isFalse();
    assertThat(told.actions()).contains("capture.paced");
  }

  @Test
  void processThatFellSilentIsKilledAndReplaced() throws Exception {
    GpuCapture capture = start("silent", "ends");
    Process silent = next();
    next().waitFor();

    Told told = end(capture);

    assertThat(silent.isAlive()).isFalse();
    assertThat(told.laneTicks).isEqualTo(13);
    assertThat(told.gaps("gpu").get(0).texts().get("reason"))
        .isEqualTo("the capture process gave no sign of life for 3000 ms");
    assertThat(told.actions())
        .containsSubsequence("capture.started", "capture.ended", "capture.started");
  }

  @Test
  void processWithNothingToCaptureIsNotStartedAgain() throws Exception {
    GpuCapture capture = start("nothing", "well");
    next().waitFor();

    Released released = capture.release(null, Duration.ofMinutes(1), "test");
    Told told = end(capture);

    assertThat(released.done()).isTrue();
    assertThat(started).isEmpty();
    assertThat(told.gaps("gpu").get(0).texts())
        .containsEntry("reason", "no NVML library: /lib/pretend.so: no such file");
  }

  @Test
  void releaseEndsTheProcessWithinASecondAndAttachBringsItBack() throws Exception {
    GpuCapture capture = start("well", "well");
    sessions.acquire();
    Process first = next();

    Released released = capture.release(null, Duration.ofMinutes(10), "reset of GPU 3");
    assertThat(first.isAlive()).isFalse();
    Released attached = capture.attach(null);
    sessions.acquire();
    Told told = end(capture);

    assertThat(released.done()).isTrue();
    assertThat(released.childPid()).isEqualTo(first.pid());
    assertThat(Duration.ofNanos(released.tookNanos())).isLessThan(Duration.ofSeconds(1));
    assertThat(attached.done()).isTrue();
    assertThat(told.gaps("gpu"))
        .filteredOn(g -> g.numbers().containsKey("to_ts"))
        .hasSize(1);
    assertThat(told.gaps("gpu").get(0).texts())
        .containsEntry("reason", "released by request for 600000 ms: reset of GPU 3");
    assertThat(told.actions())
        .containsSubsequence("capture.released", "capture.attached", "capture.started");
  }

  @Test
  void releaseThatIsOverBringsTheProcessBackByItself() throws Exception {
    GpuCapture capture = start("well", "well");
    sessions.acquire();

    capture.release(null, Duration.ofMillis(50), "test");
    sessions.acquire();
    Told told = end(capture);

    assertThat(told.actions()).containsSubsequence("capture.released", "capture.attached");
    assertThat(told.gaps("gpu")).hasSize(2);
  }

  @Test
  void releaseOfOneGpuStartsAProcessWithoutItAtOnce() throws Exception {
    GpuCapture capture = start("well", "well", "well");
    sessions.acquire();
    awaitGpu(capture);

    Released released = capture.release("GPU-a", Duration.ofMinutes(10), "test");
    sessions.acquire();
    capture.attach("GPU-a");
    sessions.acquire();
    Told told = end(capture);

    assertThat(released.done()).as(released.detail()).isTrue();
    assertThat(starts).containsExactly(Set.of(), Set.of("GPU-a"), Set.of());
    assertThat(told.gaps("gpu"))
        .filteredOn(g -> g.entity().equals("gpu:GPU-a") && g.numbers().containsKey("to_ts"))
        .hasSize(1);
  }

  @Test
  void gpuThatNobodyKnowsIsNotReleased() throws Exception {
    GpuCapture capture = start("well");
    sessions.acquire();
    awaitGpu(capture);

    Released released = capture.release("GPU-z", Duration.ofMinutes(10), "test");
    end(capture);

    assertThat(released.done()).isFalse();
    assertThat(released.detail()).isEqualTo("no GPU GPU-z is recorded; recorded: gpu:GPU-a");
  }

  @Test
  void columnThatTheRegistryLacksIsRefusedOnce() throws Exception {
    GpuCapture capture = start("crashes", "ends");
    next().waitFor();
    next().waitFor();

    Told told = end(capture);

    assertThat(told.gaps("gpu.made_up")).hasSize(1);
    assertThat(told.sessions.get(0).sources())
        .containsEntry(
            "gpu", java.util.Map.of("utilization_gpu_pct", "nvmlDeviceGetUtilizationRates gpu"));
    assertThat(told.sessions.get(0).facts())
        .containsEntry("library.path", "/lib/pretend.so")
        .containsEntry("driver.version", "580.65.06");
    assertThat(told.rows)
        .filteredOn(row -> row.table().equals("inventory"))
        .singleElement()
        .satisfies(row -> assertThat(row.texts()).containsEntry("value", "Pretend 100"));
  }

  private GpuCapture start(String... how) {
    CaptureLauncher launcher = without -> {
      String next = how[Math.min(starts.size(), how.length - 1)];
      Process process = new ProcessBuilder(
              ProcessHandle.current().info().command().orElse("java"),
              "-XX:TieredStopAtLevel=1",
              "-XX:+UseSerialGC",
              "-Xshare:auto",
              "-cp",
              System.getProperty("java.class.path"),
              PretendCapture.class.getName(),
              next,
              Integer.toString(100 * starts.size()))
          .start();
      starts.add(without);
      started.add(process);
      return process;
    };
    GpuIntake intake = new GpuIntake(spool, () -> {
      sessions.release();
      return false;
    });
    GpuCapture capture = new GpuCapture(
        launcher, Clock.system(), spool, intake, new CaptureProcessSource(Path.of("/proc")), QUICK);
    capture.start();
    return capture;
  }

  private Process next() throws InterruptedException {
    Process process = started.poll(30, TimeUnit.SECONDS);
    assertThat(process).isNotNull();
    return process;
  }

  /** The GPU is named after the session; the recorder names what it knows. */
  private static void awaitGpu(GpuCapture capture) {
    Released answer = capture.release("?", Duration.ofMinutes(1), "test");
    while (answer.detail().endsWith("none")) {
      Thread.onSpinWait();
      answer = capture.release("?", Duration.ofMinutes(1), "test");
    }
  }

  private Told end(GpuCapture capture) throws IOException {
    capture.close();
    spool.end("test over", System.nanoTime());
    spool.close();
    Told told = new Told();
    try (SpoolDirectory directory = SpoolDirectory.open(spoolPath())) {
      SpoolReader.open(directory).read(told);
    }
    return told;
  }

  private Path spoolPath() {
    return dir.resolve("t.parquet.spool");
  }

  /** What the spool holds. */
  private static final class Told implements SpoolVisitor {
    private final List<TextRow> rows = new ArrayList<>();
    private final List<NvmlSession> sessions = new ArrayList<>();
    private int laneTicks;

    List<TextRow> gaps(String metric) {
      return rows.stream()
          .filter(row -> row.table().equals("gap") && metric.equals(row.texts().get("metric")))
          .toList();
    }

    List<String> actions() {
      return rows.stream()
          .filter(row -> row.table().equals("audit"))
          .map(row -> String.valueOf(row.texts().get("action")))
          .toList();
    }

    @Override
    public void tick(Tick tick) {}

    @Override
    public void laneTick(LaneName lane, Tick tick) {
      laneTicks++;
    }

    @Override
    public void session(NvmlSession session, long monoNanos) {
      sessions.add(session);
    }

    @Override
    public void row(TextRow row, long monoNanos) {
      rows.add(row);
    }

    @Override
    public void damage(Damage damage) {
      throw new IllegalStateException(damage.toString());
    }
  }
}
