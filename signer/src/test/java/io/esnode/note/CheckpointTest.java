package io.esnode.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.merkle.MerkleTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final NoteSigner LOG = SignedNoteTest.signer("example.org/log");
  private static final byte[] ROOT = MerkleTree.root(List.of());
  private static final String BASE64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

  @Test
  void signedCheckpointIsReadByItsLogsKey() throws IOException {
    byte[] note =
        new Checkpoint("example.org/log", Long.MAX_VALUE, ROOT).sign(LOG).toBytes();

    Checkpoint read = Checkpoint.verified(note, LOG.key());

    assertThat(read.origin()).isEqualTo("example.org/log");
    assertThat(read.size()).isEqualTo(Long.MAX_VALUE);
    assertThat(read.root()).isEqualTo(ROOT);
  }

  @Test
  void checkpointOfAnotherLogIsRefused() throws IOException {
    byte[] note = new Checkpoint("example.org/other", 1, ROOT).sign(LOG).toBytes();

    assertThatThrownBy(() -> Checkpoint.verified(note, LOG.key()))
        .isInstanceOf(NoteException.class)
        .hasMessageContaining("expected \"example.org/log\"");
    assertThatThrownBy(() ->
            Checkpoint.verified(note, SignedNoteTest.signer("example.org/other").key()))
        .isInstanceOf(NoteException.class);
  }

  @Test
  void extensionsAreRead() throws NoteException {
    assertThat(Checkpoint.parse("a b\n7\n%s\nextension\nanother\n".formatted(BASE64))
            .size())
        .isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "a\n1\n",
        "a\n1\n" + BASE64,
        "\n1\n" + BASE64 + "\n",
        "a\n-1\n" + BASE64 + "\n",
        "a\n+1\n" + BASE64 + "\n",
        "a\n01\n" + BASE64 + "\n",
        "a\n1 \n" + BASE64 + "\n",
        "a\n\u0661\n" + BASE64 + "\n",
        "a\n9223372036854775808\n" + BASE64 + "\n",
        "a\n18446744073709551615\n" + BASE64 + "\n",
        "a\n1\nAAAA\n",
        "a\n1\n\n",
        "a\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
        "a\n1\n" + BASE64 + "\n\nx\n"
      })
  void otherTextsAreNoCheckpoint(String text) {
    assertThatThrownBy(() -> Checkpoint.parse(text)).isInstanceOf(NoteException.class);
  }

  @FuzzTest
  void anyTextIsCheckpointOrNoteException(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    try {
      assertThat(text).startsWith(Checkpoint.parse(text).text());
    } catch (NoteException refused) {
      return;
    }
  }
}
