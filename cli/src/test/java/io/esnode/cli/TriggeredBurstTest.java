package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.bundle.BundleFile;
import io.esnode.bundle.Manifest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records this host faster for a while; on a system without {@code /proc} the class is skipped. */
class TriggeredBurstTest {
  @TempDir
  Path dir;

  private Esnode esnode;

  @BeforeEach
  void linux() throws IOException {
    assumeThat(Path.of("/proc/self/stat")).as("the kernel's /proc").exists();
    esnode = new Esnode(dir);
    Files.createDirectory(esnode.home());
  }

  private String query(String sql) throws Exception {
    Esnode.Answer answer = esnode.run("query", "--format", "csv", "t.parquet", sql);
    assertThat(answer.exit()).as(answer.err()).isZero();
    return answer.out();
  }

  @Test
  void whatFiresIsSampledBetweenTheTicksAndTheTicksStayWhatTheyAre() throws Exception {
    Esnode.Answer recorded = esnode.run(
        "record",
        "--no-gpu",
        "--duration",
        "3s",
        "--interval",
        "500ms",
        "--burst",
        "100ms",
        "--burst-for",
        "1s",
        "--trigger",
        "host.mem_total_bytes > 1 for 500ms",
        "--out",
        "t.parquet");

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    Manifest manifest = manifest();
    assertThat(manifest.config())
        .containsEntry("burst", "PT0.1S")
        .containsEntry("burst.for", "PT1S");
    assertThat(manifest.ticks().expected()).isEqualTo(7);
    assertThat(manifest.lanes()).extracting(Manifest.Lane::origin).containsOnly("live");
    long captured = manifest.ticks().captured();
    String between = query("""
        WITH step AS (
            SELECT
                tick,
                source,
                lag(mono_ns) OVER (ORDER BY mono_ns) AS before_ns,
                mono_ns
            FROM recorder
        )
        SELECT
            count(tick),
            count(*) FILTER (WHERE tick IS NULL) BETWEEN 1 AND 10,
            count(*) FILTER (WHERE (tick IS NULL) <> (source = 'esnode burst')),
            min(mono_ns - before_ns) < 200000000
        FROM step""");
    assertThat(between.lines().skip(1)).containsExactly(captured + ",true,0,true");
    assertThat(query("SELECT count(DISTINCT mono_ns) > 0, count(DISTINCT entity) > 1 FROM cpu"
            + " WHERE tick IS NULL"))
        .contains("true,true");
    assertThat(
            query("SELECT action, detail FROM audit WHERE action LIKE 'burst.%' ORDER BY mono_ns")
                .lines()
                .skip(1))
        .satisfiesExactly(
            started -> assertThat(started)
                .isEqualTo("burst.started,for the trigger host.mem_total_bytes > 1 for 500ms:"
                    + " every 100 ms for 1000 ms"),
            ended -> assertThat(ended).contains(" samples between the ticks, every "));
    assertThat(query("SELECT detail FROM audit WHERE action = 'snapshot.taken'"))
        .contains("for the trigger host.mem_total_bytes > 1 for 500ms: ");
    if (captured == 7) {
      assertThat(esnode
              .run("analyze", "--rule", "recorder-ticks-missing", "t.parquet")
              .out())
          .contains("Looked for and not found\n  recorder-ticks-missing");
    }
  }

  @Test
  void withoutABurstATriggerTakesASnapshotOnly() throws Exception {
    Esnode.Answer recorded = esnode.run(
        "record",
        "--no-gpu",
        "--duration",
        "3s",
        "--interval",
        "500ms",
        "--trigger",
        "host.mem_total_bytes > 1",
        "--out",
        "t.parquet");

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    assertThat(manifest().config()).containsEntry("burst", "none").doesNotContainKey("burst.for");
    assertThat(
            query("SELECT count(*), count(tick) = count(*) FROM host").lines().skip(1))
        .singleElement()
        .asString()
        .endsWith(",true");
    assertThat(
            query("SELECT count(*) FROM audit WHERE action = 'snapshot.taken'").lines())
        .contains("1");
  }

  @Test
  void aRingHasItWithoutBeingAskedAndBeginsItByHand() throws Exception {
    Files.createDirectory(dir.resolve("ring"));
    Process recorder = esnode.start(
        "record", "--no-gpu", "--ring", "--interval", "400ms", "--keep", "4s", "--out", "ring");
    try {
      assertThat(untilZero("trigger", "job hangs")).isTrue();
      TimeUnit.SECONDS.sleep(2);
      assertThat(ask("dump", "--last", "1m", "--out", dir.resolve("t.parquet").toString())
              .exit())
          .isZero();
    } finally {
      recorder.destroy();
      recorder.waitFor(60, TimeUnit.SECONDS);
    }

    assertThat(manifest().config())
        .containsEntry("burst", "PT0.2S")
        .containsEntry("burst.for", "PT30S");
    assertThat(query("SELECT count(*) > 0 FROM psi WHERE tick IS NULL")).contains("true");
    assertThat(query("SELECT detail FROM audit WHERE action = 'burst.started'"))
        .contains("for the trigger job hangs: every 200 ms for 30000 ms");
  }

  @Test
  void whatIsNoPaceBetweenTheTicksIsRefused() throws Exception {
    assertThat(refused("--burst", "1s"))
        .contains("--burst 1s: from 0.01s to less than the interval, which is 1s");
    assertThat(refused("--burst", "5ms")).contains("--burst 0.005s: from 0.01s");
    assertThat(refused("--burst", "100ms", "--burst-for", "50ms"))
        .contains("--burst-for 0.05s: at least as long as between two samples, 0.1s");
    assertThat(refused("--burst", "100ms", "--no-burst")).contains("choose one");
  }

  private String refused(String... options) throws Exception {
    String[] line = new String[options.length + 3];
    line[0] = "record";
    line[1] = "--out";
    line[2] = "t.parquet";
    System.arraycopy(options, 0, line, 3, options.length);
    Esnode.Answer answer = esnode.run(line);
    assertThat(answer.exit()).isEqualTo(64);
    assertThat(dir.resolve("t.parquet.spool")).doesNotExist();
    return answer.err();
  }

  private boolean untilZero(String... arguments) throws Exception {
    for (int i = 0; i < 100; i++) {
      if (ask(arguments).exit() == 0) {
        return true;
      }
    }
    return false;
  }

  /** The recorder has the files of this test's own directory; whoever asks it needs others. */
  private Esnode.Answer ask(String... arguments) throws Exception {
    Path elsewhere = Files.createTempDirectory(esnode.home(), "ask");
    return new Esnode(elsewhere)
        .run(java.util.Map.of("ESNODE_HOME", esnode.home().toString()), arguments);
  }

  private Manifest manifest() throws Exception {
    Path bundle = dir.resolve("t.parquet");
    try (FileChannel in = FileChannel.open(bundle)) {
      return BundleFile.read(bundle.toString(), in).manifest();
    }
  }
}
