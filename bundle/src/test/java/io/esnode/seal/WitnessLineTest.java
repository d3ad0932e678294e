package io.esnode.seal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WitnessLineTest {
  private static final WitnessLine LINE = new WitnessLine(
      "01993f6e-0000-7000-8000-000000000001",
      17,
      1_790_000_000_123_456L,
      Sha256.hex("head"),
      Sha256.hex("key"),
      Sha256.hex("next"));

  @Test
  void lineSaysWhatTheSealSays() throws IOException {
    EpochSeal seal = EpochChainTest.seal(EpochChainTest.chain(), EpochSeal.Reason.END, 1);

    WitnessLine line = WitnessLine.of(seal);

    assertThat(line.text())
        .isEqualTo("esnode-seal/1 %s 1 2026-09-21T14:13:20.000001Z %s %s -"
            .formatted(seal.recordingId(), seal.headSha256(), seal.keySha256()));
    assertThat(WitnessLine.parse(line.text())).isEqualTo(line);
  }

  /** As rsyslog (traditional and RFC 5424 templates) and journalctl write them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "Nov 21 20:00:00 n-0123456789abcdef esnode %s",
        "<109>1 2026-11-21T20:00:00.000000Z n-0123456789abcdef esnode - seal - %s",
        "2026-11-21T20:00:00.123456+00:00 n-0123456789abcdef esnode: %s",
        "%s\r",
        "torn half of a line esnode-seal/1 01993f6e%s",
      })
  void whatStandsBeforeItDoesNotMatter(String around) {
    assertThat(WitnessLine.parse(around.formatted(LINE.text()))).isEqualTo(LINE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "esnode-seal/1 ",
        "esnode-seal/2 01993f6e-0000-7000-8000-000000000001 17",
        "esnode-seal/1 01993f6e 17 2026-13-40T00:00:00.000000Z - %1$s %1$s",
        "esnode-seal/1 01993f6e 17 2026-11-21T00:00:00Z - %1$s %1$s",
        "esnode-seal/1 01993f6e -1 2026-11-21T00:00:00.000000Z - %1$s %1$s",
        "esnode-seal/1 01993f6e 9999999999999999 2026-11-21T00:00:00.000000Z - %1$s %1$s",
        "esnode-seal/1 01993f6e 1 2026-11-21T00:00:00.000000Z - %1$s",
        "esnode-seal/1 01993f6e 1 2026-11-21T00:00:00.000000Z - - -",
        "esnode-seal/1 01993f6e 1 2026-11-21T00:00:00.000000Z - %1$s %1$sff",
      })
  void anythingElseIsNoLine(String text) {
    assertThat(WitnessLine.parse(text.formatted(LINE.key()))).isNull();
  }

  @Test
  void fileGivesTheLinesAboutTheRecordingsThatAreAskedFor() throws IOException {
    String other = LINE.text().replace("01993f6e", "0aaaaaaa");
    String file = "kernel: nothing\n%s\n%s\nesnode-seal/1 torn\n%s"
        .formatted(LINE.text(), other, LINE.text());

    WitnessFile read = read(file, LINE.recordingId());

    assertThat(read.lines()).isEqualTo(List.of(LINE, LINE));
    assertThat(read.malformed()).isEqualTo(1);
    assertThat(read.truncated()).isFalse();
  }

  @Test
  void lineWithoutEndTakesNoMemory() throws IOException {
    String endless = "x".repeat(1 << 20) + LINE.text() + "\n" + LINE.text();

    assertThat(read(endless, LINE.recordingId()).lines()).containsExactly(LINE);
  }

  private static WitnessFile read(String text, String recording) throws IOException {
    return WitnessFile.read("w", new ByteArrayInputStream(text.getBytes(UTF_8)), Set.of(recording));
  }
}
