package io.esnode.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.kernel.Pseudonyms;
import io.esnode.source.CaptureProcessSource;
import io.esnode.source.Clock;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that pretend to speak HTTP. */
@Timeout(60)
class RemoteSourcesTest {
  private static final RemoteTiming QUICK = new RemoteTiming(
      Duration.ofSeconds(3),
      Duration.ofMillis(300),
      Duration.ofSeconds(2),
      Duration.ofMillis(10),
      Duration.ofMillis(100),
      Duration.ofMillis(50));

  @TempDir
  Path dir;

  private final List<TextRow> rows = new CopyOnWriteArrayList<>();
  private final List<Process> started = new CopyOnWriteArrayList<>();

  @Test
  void processThatDiedIsReplacedAndItsGapsEnd() throws Exception {
    RemoteSources sources = start("crashes", "echoes");
    await(() -> !of("event").isEmpty());
    sources.close();

    assertThat(started.get(0).waitFor()).isEqualTo(134);
    assertThat(gaps())
        .containsExactly(
            "app: open when it died",
            "app: open when it died.",
            "app: the HTTP process ended with status 134 (signal 6)",
            "kubernetes: the HTTP process ended with status 134 (signal 6)",
            "app: the HTTP process ended with status 134 (signal 6).",
            "kubernetes: the HTTP process ended with status 134 (signal 6).");
  }

  @Test
  void processThatTalksGarbageIsReplaced() throws Exception {
    RemoteSources sources = start("garbage", "echoes");
    await(() -> !of("event").isEmpty());
    sources.close();

    assertThat(gaps().get(0))
        .startsWith("app: its messages broke off: a message of 4294967295 bytes");
  }

  @Test
  void processThatFellSilentIsKilledAndNobodyWaitsForIt() throws Exception {
    RemoteSources sources = start("silent", "echoes");
    await(() -> !of("event").isEmpty());
    sources.close();

    assertThat(started.get(0).isAlive()).isFalse();
    assertThat(gaps()).contains("app: the HTTP process gave no sign of life for 3000 ms");
  }

  @Test
  void endOfTheRecordingDoesNotWaitForAProcessThatIsStopped() throws Exception {
    RemoteSources sources = start("silent");
    await(() -> !started.isEmpty());
    long before = System.nanoTime();
    sources.close();

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    int told = rows.size();
    started.get(0).destroyForcibly().waitFor();
    assertThat(rows).hasSize(told);
  }

  @Test
  void tokenThatRotatesIsToldAgainOnStandardInputAlone() throws Exception {
    RemoteSources sources = start("echoes");
    await(() -> of("event").size() == 1);
    Files.writeString(dir.resolve("token"), "second-secret\n");
    await(() -> of("event").size() == 2);
    sources.close();

    assertThat(of("event").get(0).texts().get("text")).contains("first-secret");
    assertThat(of("event").get(1).texts()).containsEntry("text", "{\"token\":\"second-secret\"}");
    assertThat(started.get(0).info().arguments().map(List::of).orElse(List.of()).toString())
        .doesNotContain("secret");
  }

  @Test
  void tokenFileThatIsMissingIsAGapWithItsName() throws Exception {
    RemoteSources sources = sources("echoes");
    Files.delete(dir.resolve("token"));
    sources.start();
    await(() -> !gaps().isEmpty());
    Files.writeString(dir.resolve("token"), "x");
    await(() -> !of("event").isEmpty());
    sources.close();

    assertThat(gaps().get(0))
        .startsWith("app: the HTTP process could not be started: ")
        .endsWith("token: not there");
  }

  private RemoteSources start(String... manners) throws IOException {
    RemoteSources sources = sources(manners);
    sources.start();
    return sources;
  }

  private RemoteSources sources(String... manners) throws IOException {
    Files.writeString(dir.resolve("token"), "first-secret\n");
    AtomicInteger starts = new AtomicInteger();
    RemoteLauncher launcher = () -> {
      Process process = new ProcessBuilder(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:+UseSerialGC",
              "-XX:TieredStopAtLevel=1",
              "-cp",
              System.getProperty("java.class.path"),
              PretendRemote.class.getName(),
              manners[Math.min(starts.getAndIncrement(), manners.length - 1)])
          .start();
      started.add(process);
      return process;
    };
    RemoteChoice choice = new RemoteChoice(
        List.of(URI.create("http://127.0.0.1:1/")),
        Duration.ofSeconds(10),
        10,
        new RemoteChoice.Cluster(
            URI.create("https://127.0.0.1:1"), "node17", dir.resolve("token"), null));
    Clock clock = Clock.system();
    return new RemoteSources(
        choice,
        launcher,
        QUICK,
        clock,
        clock.now(),
        Pseudonyms.clear(),
        new CaptureProcessSource(Path.of("/proc")),
        (row, mono) -> rows.add(row));
  }

  private List<TextRow> of(String table) {
    return rows.stream().filter(row -> row.table().equals(table)).toList();
  }

  private List<String> gaps() {
    return of("gap").stream()
        .map(row -> row.texts().get("metric") + ": " + row.texts().get("reason")
            + (row.numbers().containsKey("to_ts") ? "." : ""))
        .toList();
  }

  private static void await(BooleanSupplier done) {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!done.getAsBoolean() && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    assertThat(done.getAsBoolean()).isTrue();
  }
}
