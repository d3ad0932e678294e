package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import io.esnode.bundle.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records this host for real; on a system without {@code /proc} the class is skipped. */
class ContinuousRecordingTest {
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
  void bundlesOfARotationFollowOneAnotherWithoutAMissingTick() throws Exception {
    Esnode.Answer recorded = esnode.run(
        "record",
        "--no-gpu",
        "--interval",
        "50ms",
        "--rotate",
        "1s",
        "--duration",
        "2500ms",
        "--out",
        "n.parquet");
    Esnode.Answer verified =
        esnode.run("verify", "n-000000.parquet", "n-000001.parquet", "n-000002.parquet");

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    assertThat(verified.exit()).as(verified.out()).isZero();
    assertThat(bundles())
        .containsExactly("n-000000.parquet", "n-000001.parquet", "n-000002.parquet");
    assertThat(dir.resolve("n.parquet.spool")).doesNotExist();
    List<Manifest> manifests = new ArrayList<>();
    for (String bundle : bundles()) {
      manifests.add(manifest(bundle));
    }
    assertThat(manifests).extracting(m -> m.stream().sequence()).containsExactly(0L, 1L, 2L);
    assertThat(manifests).extracting(m -> m.stream().selection()).containsOnly("continuous");
    assertThat(manifests).noneMatch(m -> m.spool().recovered());
    assertThat(manifests)
        .extracting(m -> m.stream().previousSha256())
        .containsExactly(null, sha256("n-000000.parquet"), sha256("n-000001.parquet"));
    // A busy machine may miss a tick; then a row says so, and the tick counts as expected all the
    // same.
    assertThat(manifests.stream().mapToLong(m -> m.ticks().expected()).sum()).isEqualTo(51);
    for (int i = 1; i < manifests.size(); i++) {
      assertThat(manifests.get(i).startTs()).isGreaterThan(manifests.get(i - 1).endTs());
    }
  }

  @Test
  void bundleThatIsMissingOrExchangedIsNamed() throws Exception {
    Path data = Files.createDirectory(dir.resolve("data"));
    record("data/n.parquet");

    assertThat(esnode.run("verify", "data").out()).contains("PASS  ESV-STR-003  bundles 0 to 2");

    Files.copy(data.resolve("n-000001.parquet"), dir.resolve("kept.parquet"));
    Files.move(
        data.resolve("n-000001.parquet.sigstore.json"), dir.resolve("kept.parquet.sigstore.json"));
    Files.delete(data.resolve("n-000001.parquet"));
    Esnode.Answer missing = esnode.run("verify", "data");
    assertThat(missing.exit()).as(missing.out()).isEqualTo(3);
    assertThat(missing.out())
        .contains("FAIL  ESV-STR-001  number 1 is missing between data/n-000000.parquet and");

    Esnode.Answer elsewhere = esnode.run("verify", "--format", "json", "data", "kept.parquet");
    assertThat(elsewhere.exit()).as(elsewhere.out()).isZero();
    assertThat(elsewhere.out()).contains("\"bundles\": 3", "\"last_sequence\": 2");
    assertThat(esnode
            .run("verify", Files.createDirectory(dir.resolve("empty")).toString())
            .exit())
        .isEqualTo(3);
  }

  private void record(String out) throws Exception {
    Esnode.Answer recorded = esnode.run(
        "record",
        "--no-gpu",
        "--interval",
        "50ms",
        "--rotate",
        "500ms",
        "--duration",
        "1200ms",
        "--out",
        out);
    assertThat(recorded.exit()).as(recorded.err()).isZero();
  }

  @Test
  void triggerMakesABundleOfTheRingAndOfWhatComesAfter() throws Exception {
    Path ring = Files.createDirectory(dir.resolve("ring"));
    Process recorder = esnode.start(
        "record",
        "--no-gpu",
        "--ring",
        "--interval",
        "50ms",
        "--keep",
        "2s",
        "--trigger",
        "recorder.spool_bytes > 20k",
        "--after",
        "300ms",
        "--out",
        "ring");
    Path bundle = null;
    for (int i = 0; i < 600 && bundle == null && recorder.isAlive(); i++) {
      Thread.sleep(100);
      try (Stream<Path> files = Files.list(ring)) {
        bundle =
            files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElse(null);
      }
    }
    recorder.destroy();
    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(bundle).as(esnode.answer(recorder).err()).isNotNull();

    String made = dir.relativize(bundle).toString();
    assertThat(manifest(made).stream().selection()).isEqualTo("trigger");
    Esnode.Answer fired = esnode.run(
        "query",
        made,
        "SELECT count(*) AS n FROM event WHERE event_class = 'trigger'",
        "--format",
        "csv");
    assertThat(fired.out().lines()).contains("1");
  }

  @Test
  void ringGivesItsLastMinutesAndGoesOn() throws Exception {
    Path ring = Files.createDirectory(dir.resolve("ring"));
    Esnode other = new Esnode(Files.createDirectory(dir.resolve("other")));
    Process recording = esnode.start(
        "record", "--no-gpu", "--ring", "--interval", "50ms", "--keep", "2s", "--out", "ring");
    try {
      waitForSocket();
      Esnode.Answer first = other.run(home(), "dump", "--last", "10m", "--reason", "to see");
      Esnode.Answer second = other.run(
          home(), "dump", "--last", "1s", "--out", dir.resolve("mine.parquet").toString());

      assertThat(first.exit()).as(first.err() + first.out()).isZero();
      assertThat(first.out()).contains("-000000.parquet: 20");
      assertThat(second.exit()).as(second.err() + second.out()).isZero();
    } finally {
      recording.destroy();
      recording.waitFor(60, TimeUnit.SECONDS);
    }
    Esnode.Answer ended = esnode.answer(recording);
    assertThat(ended.err()).contains("the ring stays in ", "seal it with: esnode recover ");
    Path made;
    Path spool;
    try (Stream<Path> files = Files.list(ring)) {
      List<Path> all = files.toList();
      made = all.stream()
          .filter(f -> f.toString().endsWith(".parquet"))
          .findFirst()
          .orElseThrow();
      spool = all.stream().filter(Files::isDirectory).findFirst().orElseThrow();
    }
    Manifest mine = manifest("mine.parquet");
    assertThat(mine.stream().selection()).isEqualTo("manual");
    assertThat(mine.stream().sequence()).isEqualTo(1);
    assertThat(mine.stream().previousSha256())
        .isEqualTo(sha256(dir.relativize(made).toString()));

    Esnode.Answer recovered = esnode.run("recover", spool.toString());

    assertThat(recovered.exit()).as(recovered.err()).isZero();
    assertThat(spool).doesNotExist();
    assertThat(recovered.err()).contains("-000002.parquet");
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefused() throws Exception {
    for (List<String> options : List.of(
        List.of("--after", "1m"),
        List.of("--ring", "--rotate", "24h"),
        List.of("--keep", "15m"),
        List.of("--ring", "--duration", "20s"),
        List.of("--ring", "--keep", "2s"),
        List.of("--ring", "--max-bytes", "1M"),
        List.of("--rotate", "1s"))) {
      List<String> line = new ArrayList<>(List.of("record"));
      line.addAll(options);

      assertThat(esnode.run(line.toArray(new String[0])).exit())
          .as(options.toString())
          .isEqualTo(64);
    }
  }

  private Map<String, String> home() {
    return Map.of("ESNODE_HOME", esnode.home().toString());
  }

  private void waitForSocket() throws Exception {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (System.nanoTime() < deadline) {
      if (Files.isDirectory(esnode.home().resolve("run"))) {
        try (Stream<Path> sockets = Files.list(esnode.home().resolve("run"))) {
          if (sockets.findAny().isPresent()) {
            return;
          }
        }
      }
      Thread.sleep(50);
    }
    throw new IllegalStateException("no recorder came up");
  }

  private List<String> bundles() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.endsWith(".parquet"))
          .sorted()
          .toList();
    }
  }

  private Manifest manifest(String name) throws IOException {
    try (FileChannel channel = FileChannel.open(dir.resolve(name))) {
      return BundleFile.read(name, channel).manifest();
    }
  }

  private String sha256(String name) throws IOException {
    return Sha256.hex(dir.resolve(name));
  }
}
