package io.esnode.seal;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

class SealFuzzTest {
  /** Whatever a frame holds, a seal comes out as it went in, or only the declared exception. */
  @FuzzTest
  void jsonGivesSealOrJsonException(byte[] data) throws JsonException {
    EpochSeal seal;
    try {
      seal = EpochSeal.from(JsonReader.object(data));
    } catch (JsonException refused) {
      return;
    }
    byte[] again = seal.toJson().canonical().getBytes(StandardCharsets.UTF_8);
    assertThat(EpochSeal.from(JsonReader.object(again))).isEqualTo(seal);
  }

  /** Whatever a witness kept, reading ends and nothing is thrown. */
  @FuzzTest
  void witnessGivesLines(byte[] data) throws IOException {
    WitnessFile read = WitnessFile.read("fuzz", new ByteArrayInputStream(data), Set.of("a"));

    for (WitnessLine line : read.lines()) {
      assertThat(WitnessLine.parse(line.text())).isEqualTo(line);
    }
    WitnessLine behindMark =
        WitnessLine.parse(WitnessLine.MARK + new String(data, StandardCharsets.ISO_8859_1));
    if (behindMark != null) {
      assertThat(WitnessLine.parse(behindMark.text())).isEqualTo(behindMark);
    }
  }
}
