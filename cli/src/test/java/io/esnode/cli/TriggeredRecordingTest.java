package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records this host with triggers; on a system without {@code /proc} the class is skipped. */
class TriggeredRecordingTest {
  private static final String EVENTS = "SELECT event_class, reason, entity, tick, text FROM event"
      + " WHERE event_class IN ('trigger', 'mark') ORDER BY ts, reason";

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
  void conditionThatIsTrueIsMarkedOnceAtTheTickAtWhichItCameTrue() throws Exception {
    Esnode.Answer recorded = esnode.run(
        "record",
        "--no-gpu",
        "--duration",
        "2s",
        "--interval",
        "50ms",
        "--trigger",
        "host.mem_total_bytes > 1",
        "--trigger",
        "rate(host.ctxt_count) >= 0 for 50ms",
        "--trigger",
        "host.mem_total_bytes < 1",
        "--trigger",
        "gpu.temperature_c > 90",
        "--out",
        "t.parquet");

    assertThat(recorded.exit()).as(recorded.err()).isZero();
    assertThat(recorded.err())
        .contains("--trigger 'gpu.temperature_c > 90' cannot fire: switched off with --no-gpu");
    assertThat(query(EVENTS).lines().skip(1))
        .hasSize(2)
        .satisfiesExactly(
            first -> assertThat(first)
                .matches("trigger,host.mem_total_bytes > 1,node,0,host.mem_total_bytes was \\d+ B"),
            second -> assertThat(second)
                .matches("trigger,rate\\(host.ctxt_count\\) >= 0 for 50ms,node,[1-9]\\d*,"
                    + "rate\\(host.ctxt_count\\) was [0-9.]+/s; true for \\d+ ms"));
    assertThat(query("SELECT outcome, detail FROM audit WHERE action = 'trigger.armed' ORDER BY 2"))
        .contains(
            "failure,gpu.temperature_c > 90: cannot fire: switched off with --no-gpu",
            "success,host.mem_total_bytes < 1");
  }

  @Test
  void commandThatFailsIsMarkedAndItsStatusPassedOn() throws Exception {
    Esnode.Answer recorded = esnode.run(
        "record",
        "--no-gpu",
        "--trigger",
        "exit",
        "--out",
        "t.parquet",
        "--",
        "sh",
        "-c",
        "exit 7");

    assertThat(recorded.exit()).as(recorded.err()).isEqualTo(7);
    assertThat(query(EVENTS)).contains("trigger,exit,node,,the command ended with status 7");
  }

  @Test
  void whatIsNoTriggerIsRefusedInOneLineWithTheNearestName() throws Exception {
    Esnode.Answer refused = esnode.run("record", "--trigger", "psi.memory_ful_avg10_pct > 1");

    assertThat(refused.exit()).isEqualTo(64);
    assertThat(refused.err())
        .startsWith(
            "esnode: Invalid value for option '--trigger' (CONDITION): found"
                + " \"psi.memory_ful_avg10_pct\", expected a column, perhaps psi.memory_full_avg10_pct");
  }

  @Test
  void runningRecordingIsMarkedTriggeredAndSaysHowItDoes() throws Exception {
    Process recorder =
        esnode.start("record", "--no-gpu", "--interval", "50ms", "--out", "t.parquet");
    Json.Obj status = awaitStatus();
    Esnode.Answer marked = ask("mark", "epoch 3\tbegins");
    Esnode.Answer fired = ask("trigger", "job hangs");
    Json.Obj after = JsonReader.object(
            ask("status", "--format", "json").out().getBytes(StandardCharsets.UTF_8))
        .arr("recorders")
        .objects()
        .get(0);
    Esnode.Answer words = ask("status");
    recorder.destroy();
    assertThat(recorder.waitFor(60, TimeUnit.SECONDS)).isTrue();

    assertThat(marked.out()).isEqualTo("marked " + dir.resolve("t.parquet") + "\n");
    assertThat(fired.out()).isEqualTo("fired in " + dir.resolve("t.parquet") + "\n");
    assertThat(status.integer("recorder_pid")).isEqualTo(recorder.pid());
    assertThat(status.has("last_trigger")).isFalse();
    assertThat(after.obj("ticks").integer("captured"))
        .isGreaterThan(status.obj("ticks").integer("captured"));
    assertThat(after.integer("spool_bytes")).isPositive();
    assertThat(after.integer("rss_bytes")).isPositive();
    assertThat(after.obj("last_trigger").text("trigger")).isEqualTo("job hangs");
    assertThat(words.out())
        .contains("every 50.0 ms", " captured, ", "GPUs     0", "trigger  job hangs at ");
    assertThat(query(EVENTS))
        .contains("mark,,node,,epoch 3\\x09begins", "trigger,job hangs,node,,fired by hand");
  }

  @Test
  void whereNothingIsRecordedNothingIsMarked() throws Exception {
    assertThat(ask("mark", "nobody listens").exit()).isEqualTo(3);
    assertThat(ask("status").err()).contains("no recorder that this user can reach runs");
    assertThat(ask("mark", "x".repeat(1025)).exit()).isEqualTo(64);
  }

  /** The recorder has the files of this test's own directory; whoever asks it needs others. */
  private Esnode.Answer ask(String... arguments) throws Exception {
    Path elsewhere = Files.createTempDirectory(esnode.home(), "ask");
    return new Esnode(elsewhere)
        .run(java.util.Map.of("ESNODE_HOME", esnode.home().toString()), arguments);
  }

  private Json.Obj awaitStatus() throws Exception {
    for (int i = 0; i < 100; i++) {
      Esnode.Answer answer = ask("status", "--format", "json");
      if (answer.exit() == 0) {
        return JsonReader.object(answer.out().getBytes(StandardCharsets.UTF_8))
            .arr("recorders")
            .objects()
            .get(0);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException(
        "no recorder answered: " + Files.readString(dir.resolve("stderr")));
  }
}
