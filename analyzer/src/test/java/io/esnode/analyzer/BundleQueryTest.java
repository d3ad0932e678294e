package io.esnode.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.json.Json;
import io.esnode.signature.TrustState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BundleQueryTest {
  @TempDir
  Path dir;

  /** Keeps names and rows. */
  private static final class Kept implements QueryRows {
    private List<String> names = List.of();
    private final List<List<Json>> rows = new ArrayList<>();

    @Override
    public void columns(List<String> columns) {
      names = columns;
    }

    @Override
    public void row(List<Json> cells) {
      rows.add(cells);
    }
  }

  @Test
  void cellsAreExactWhateverTheirType() throws Exception {
    Kept kept = ask("""
        SELECT ts, tick, CAST(1.50 AS DECIMAL(18, 2)) AS d, 9223372036854775807 AS big, NULL AS n, true AS b,
            [1, 2] AS l, {'x': 1.5} AS s, CAST(0.1 AS DOUBLE) AS r FROM host WHERE tick = 1""");

    assertThat(Json.array(kept.rows.get(0)).canonical())
        .isEqualTo(
            "[\"2026-09-21T14:13:21.000000Z\",1,\"1.50\",\"9223372036854775807\",null,true,[1,2],{\"x\":\"1.5\"},\"0.1\"]");
  }

  @Test
  void columnsOfOneNameAreToldApart() throws Exception {
    assertThat(ask("SELECT tick, tick FROM host").names).containsExactly("tick", "tick_2");
  }

  @Test
  void knowledgeStandsBesideTheRecording() throws Exception {
    assertThat(
            ask("SELECT name, category, is_application_class FROM xid_catalog WHERE xid = 79").rows)
        .containsExactly(
            List.of(Json.of("GPU has fallen off the bus"), Json.of("hardware-bus"), Json.of(0)));
  }

  @Test
  void gpuOfALogLineIsFoundByItsAddress() throws Exception {
    Recording recording = Recording.everySecond()
        .set("inventory", "gpu:GPU-1", 0, "item", "gpu.pci.address")
        .set("inventory", "gpu:GPU-1", 0, "value", "00000000:5D:00.0")
        .set("event", "gpu:pci:0000:5d:00", 1, "event_class", "xid")
        .set("event", "gpu:pci:0000:5d:00", 1, "code", 79L)
        .set("event", "gpu:pci:0000:5d:00", 1, "pci_address", "0000:5d:00");

    assertThat(ask(recording, "SELECT entity, xid, told_by, is_before_start FROM xid").rows)
        .containsExactly(
            List.of(Json.of("gpu:GPU-1"), Json.of(79), Json.of("kernel log"), Json.of(0)));
  }

  /** A simulated row says simulated, and nothing else, of its origin. */
  @Test
  void simulatedEventFromBeforeTheStartIsKnownByItsTime() throws Exception {
    Recording recording = Recording.everySecond()
        .set("event", "node", 0, "event_class", "nvrm")
        .set("event", "node", 0, "origin", "simulated")
        .set("event", "node", 0, "ts_offset_us", -5_000_000L)
        .set("event", "node", 1, "event_class", "nvrm")
        .set("event", "node", 1, "origin", "simulated");

    assertThat(ask(recording, "SELECT is_before_start FROM gpu_event ORDER BY ts").rows)
        .containsExactly(List.of(Json.of(1)), List.of(Json.of(0)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELEC 1 | syntax error at or near \"SELEC\" at line 1 column 1",
        "SELECT foo FROM host | Binder Error: Referenced column \"foo\" not found in FROM clause! at line 1 column 8",
        "SELECT 1; SELECT 2 | found 2 statements, expected one SELECT",
        "DROP VIEW host | found another statement, expected one SELECT: bundles are only read",
        "SELECT * FROM read_text('/etc/passwd') | Permission Error: Cannot access file \"/etc/passwd\" - file system operations are disabled by configuration at line 1 column 15"
      })
  void refusalSaysWhatAndWhere(String sql, String message) {
    assertThatThrownBy(() -> ask(sql)).isInstanceOf(QueryException.class).hasMessage(message);
  }

  private Kept ask(String sql) throws IOException {
    return ask(Recording.everySecond().counter("host", "node", "oom_kill_count", 0, 1, 3), sql);
  }

  private Kept ask(Recording recording, String sql) throws IOException {
    Kept kept = new Kept();
    VerifiedBundle bundle = recording.verified(dir.resolve("t.parquet"), TrustState.TRUSTED_SIGNER);
    try (OpenBundle open = bundle.bundle()) {
      BundleQuery.run(List.of(bundle), sql, 256, kept);
      assertThat(open.name()).isEqualTo("t.parquet");
    }
    return kept;
  }
}
