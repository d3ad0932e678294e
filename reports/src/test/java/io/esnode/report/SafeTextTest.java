package io.esnode.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafeTextTest {
  @ParameterizedTest
  @CsvSource({
    "'a\u202eb', 'a[U+202E]b'",
    "'a\u0000b', 'a[U+0000]b'",
    "'\u001b[31mred', '[U+001B][31mred'",
    "'\u4e2d', '[U+4E2D]'",
    "'\ud83d\ude00', '[U+1F600]'",
    "'\ud800x', '[U+D800]x'",
    "'e\u0301', 'e[U+0301]'",
    "'\u2066x\u2069', '[U+2066]x[U+2069]'",
    "'\u200b\ufeff', '[U+200B][U+FEFF]'",
    "'=cmd|calc', '=cmd|calc'",
    "'München µs → Żółć', 'München µs → Żółć'"
  })
  void whatMisleadsTheEyeBecomesACode(String hostile, String shown) {
    assertThat(SafeText.line(hostile, SafeText.NAME)).isEqualTo(shown);
  }

  @Test
  void lineBreaksAreBlanksInALineAndStayInABlock() {
    assertThat(SafeText.line("a\r\nb\tc\rd", 99)).isEqualTo("a b c[U+000D]d");
    assertThat(SafeText.block("a\r\nb\tc", 99)).isEqualTo("a\nb    c");
  }

  @Test
  void longTextIsCutAndSaysSo() {
    assertThat(SafeText.line("x".repeat(10 << 20), 10))
        .isEqualTo("xxxxxxxxxx… [cut here, 10485760 characters in all]");
  }

  @Test
  void cutNeverSplitsACharacter() {
    assertThat(SafeText.line("abc\ud83d\ude00def", 4)).startsWith("abc…");
  }

  @FuzzTest
  void everyCharacterThatIsLeftHasAGlyph(byte[] data) {
    String text = SafeText.block(new String(data, StandardCharsets.UTF_16BE), 200);

    assertThat(text.codePoints().filter(c -> c != '\n')).allMatch(SafeText::printable);
  }
}
