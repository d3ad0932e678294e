package io.esnode.report;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.json.JsonException;
import io.esnode.ledger.Ledger;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LedgerCheckTest {
  private static final String SAMPLE = SampleLedger.incident().toJson().canonical();

  @Test
  void sampleIsAccepted() {
    assertThatCode(() -> LedgerCheck.check(SampleLedger.incident())).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"as_of\":\"2026|\"as_of\":\"x2026|as_of: found \"x2026-11-20T14:24:00.000000Z\", expected a time",
        "\"trust\":\"INTACT BUT SIGNER UNKNOWN\"|\"trust\":\"REFUSED\"|trust: found \"REFUSED\", expected TRUSTED SIGNER",
        "[\"F-91c0de44b7a2\"|[\"F-000000000000\"|names figure \"F-000000000000\", which the ledger does not carry",
        "\"last_ts\":\"2026-11-20T14:12:16Z\"|\"last_ts\":\"2026-11-20T13:12:16Z\"|before it starts",
        "\"step_ms\":4000|\"step_ms\":0|expected more than 0",
        "\"ratio\":\"0.9667\"|\"ratio\":\"NaN\"|coverage.ratio: found \"NaN\"",
        "[[0,\"|[[-1,\"|offset -1 ms",
        "[[0,\"|[[0,\"-|",
        "\"id\":\"series:cpu\"|\"id\":\"series:memory\"|queries: id \"series:memory\" stands there twice"
      })
  void contradictionIsNamedWithItsPlace(String part, String broken, String message)
      throws JsonException {
    Ledger ledger = Ledger.parse(replaceFirst(part, broken).getBytes(StandardCharsets.UTF_8));

    if (message == null) {
      assertThatCode(() -> LedgerCheck.check(ledger)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> LedgerCheck.check(ledger))
          .isInstanceOf(ReportException.class)
          .hasMessageContaining(message);
    }
  }

  private static String replaceFirst(String part, String broken) {
    int at = SAMPLE.indexOf(part);
    if (at < 0) {
      throw new IllegalArgumentException("the sample has no " + part);
    }
    return SAMPLE.substring(0, at) + broken + SAMPLE.substring(at + part.length());
  }
}
