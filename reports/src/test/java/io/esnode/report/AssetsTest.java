package io.esnode.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of every PDF depend on these files: a changed one is a decision, with golden files to renew. */
class AssetsTest {
  @ParameterizedTest
  @CsvSource({
    "fonts/Inter_400Regular.ttf, a414b48aa577ef2c62ebb135341ddeef33ee26a4f5dc9f787f93c1aab08ebb50",
    "fonts/Inter_400Regular_Italic.ttf, c8c09e4bd08de7b901b4561f16ce9bb1ab3ffa420cfaef9f2a40286e14300e75",
    "fonts/Inter_600SemiBold.ttf, f30e9d2574c3bec5144347ff965f9841c8f06857f0b7383000f8c9489a161841",
    "fonts/Inter_700Bold.ttf, fbe825cbfc749317f57a1433d3905aa9d3f388732fd29b8e8a36f34845e3bc3e",
    "fonts/JetBrainsMono_400Regular.ttf, b6b1ff4ddefe36d7f2a6174e1d001cab374e594519ee9049af028d577b64c5f5",
    "icc/sRGB-v2-magic.icc, af4efe28f6d311799865f325ba39184a2e978b113ca74124d60af7de22b105f4"
  })
  void assetIsTheOneThatWasReviewed(String path, String sha256) {
    assertThat(Assets.sha256(Assets.bytes(path))).isEqualTo(sha256);
  }

  @ParameterizedTest
  @CsvSource({"fonts/OFL-Inter.txt", "fonts/OFL-JetBrainsMono.txt", "icc/LICENSE-CC0.txt"})
  void licenceTravelsInTheJar(String path) {
    assertThat(Assets.text(path)).isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fonts/Inter_400Regular.ttf", "fonts/JetBrainsMono_400Regular.ttf"})
  void fontOfThePdfKnowsNoLigatures(String path) throws IOException {
    byte[] font = Assets.bytes(path);

    try (TrueTypeFont asShipped = parse(font.clone());
        TrueTypeFont plain = parse(PlainFont.of(font))) {
      assertThat(asShipped.getGsub()).isNotNull();
      assertThat(plain.getGsub()).isNull();
      assertThat(plain.getNumberOfGlyphs()).isEqualTo(asShipped.getNumberOfGlyphs());
    }
  }

  private static TrueTypeFont parse(byte[] font) throws IOException {
    return new TTFParser().parse(new RandomAccessReadBuffer(font));
  }
}
