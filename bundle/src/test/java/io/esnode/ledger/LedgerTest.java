package io.esnode.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.json.JsonException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LedgerTest {
  @Test
  void comesBackAsItWasWritten() throws JsonException {
    Ledger ledger = ledger();

    assertThat(Ledger.parse(bytes(ledger.toJson().canonical()))).isEqualTo(ledger);
  }

  /** A ledger may come from anywhere: whatever number stands there, only the declared exception escapes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"ordinal\":0|\"ordinal\":4294967296",
        "\"first_row_ids\":[1099511627776]|\"first_row_ids\":[1.5]",
        "\"first_row_ids\":[1099511627776]|\"first_row_ids\":[1e999999]",
        "\"points\":[[1000,|\"points\":[[0.5,",
        "\"points\":[[1000,|\"points\":[[9007199254740992,"
      })
  void numberOutOfRangeIsRefused(String found, String forged) {
    String text = ledger().toJson().canonical();
    assertThat(text).contains(found);

    assertThatThrownBy(() -> Ledger.parse(bytes(text.replace(found, forged))))
        .isInstanceOf(JsonException.class);
  }

  @Test
  void ledgerFromBeforeThereWasKnowledgeIsReadAndWrittenAsItWas() throws JsonException {
    String old = ledger().toJson().canonical().replaceFirst("\"knowledge\":\\[[^]]*],", "");
    assertThat(old).doesNotContain("knowledge");

    Ledger read = Ledger.parse(bytes(old));

    assertThat(read.engine().knowledge()).isEmpty();
    assertThat(read.toJson().canonical()).isEqualTo(old);
  }

  /** Whatever bytes a file holds: a ledger that can be written again, or the declared exception. */
  @FuzzTest
  void anyBytesAreALedgerOrRefused(byte[] data) {
    byte[] mutated = bytes(ledger().toJson().canonical());
    for (int i = 0; i + 2 < data.length; i += 3) {
      int at = (data[i] & 0xff) << 8 | (data[i + 1] & 0xff);
      mutated[at % mutated.length] = data[i + 2];
    }
    for (byte[] file : List.of(data, mutated)) {
      try {
        assertThat(Ledger.parse(file).toJson().canonical()).startsWith("{");
      } catch (JsonException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Ledger ledger() {
    String time = "2026-11-21T10:00:00.000000Z";
    String digest = "0".repeat(64);
    return new Ledger(
        "0.1.0",
        new Engine(
            "duckdb",
            "v2.0.0",
            Map.of("threads", "1"),
            List.of(new Engine.Knowledge("xid_catalog", "2025-10", "NVIDIA", digest))),
        time,
        "UNSIGNED",
        false,
        List.of(new AnalyzedBundle(
            0,
            "t.parquet",
            digest,
            1,
            1,
            "recording",
            "node",
            "boot",
            false,
            "0.1.0",
            time,
            time,
            "UNSIGNED",
            "no signature",
            null,
            null,
            digest,
            Map.of("kernel.release", "6.1.0"))),
        new Coverage(1000, 1, 1, 0, 0, "1.0000", "unknown", 0, null, null, List.of()),
        List.of(),
        List.of(new Finding(
            "N-000000000000",
            "oom-kill",
            "esnode",
            "node",
            State.PRESENT,
            Severity.ERROR,
            time,
            time,
            "title",
            "explanation",
            List.of(),
            new Finding.Evidence(1, digest, List.of(1L << 40)))),
        new Diagnosis(Diagnosis.Verdict.NOT_ESTABLISHED, "summary", List.of()),
        List.of(),
        List.of(),
        List.of(new Series(
            "chart",
            "title",
            "1",
            "name",
            "node",
            "series:chart",
            time,
            time,
            1000,
            List.of(new Series.Point(1000, "1", "2")))),
        List.of("nothing else"));
  }
}
