package io.esnode.keyfile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.signer.KeyFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PassphraseFileTest {
  @ParameterizedTest
  @ValueSource(strings = {"pässword", "pässword\n", "pässword\r\n", "pässword\nsecond line\n"})
  void firstLineIsThePassphrase(String text) throws IOException {
    assertThat(read(text)).isEqualTo("pässword".toCharArray());
  }

  @Test
  void whatFollowsTheLineIsLeftToOthers() throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream("one\ntwo".getBytes(UTF_8));

    PassphraseFile.read("in", in);

    assertThat(in.readAllBytes()).isEqualTo("two".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n", "\nsecond"})
  void emptyFirstLineIsNoPassphrase(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("empty");
  }

  @Test
  void fileThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> PassphraseFile.read(Path.of("no-such-file")))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("no-such-file: no such file");
  }

  @Test
  void endlessLineIsRefused() {
    assertThatThrownBy(() -> read("x".repeat(1025))).hasMessageContaining("1024");
  }

  private static char[] read(String text) throws IOException {
    return PassphraseFile.read("in", new ByteArrayInputStream(text.getBytes(UTF_8)));
  }

  @FuzzTest
  void anyBytesArePassphraseOrKeyFileException(byte[] data) throws IOException {
    try {
      assertThat(PassphraseFile.read("fuzz", new ByteArrayInputStream(data))).isNotEmpty();
    } catch (KeyFileException refused) {
      return;
    }
  }
}
