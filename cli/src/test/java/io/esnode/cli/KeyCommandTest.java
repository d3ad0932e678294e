package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code key generate} and {@code key show} as a user meets them. */
class KeyCommandTest {
  @TempDir
  Path dir;

  private Path passphrase;

  /** What a command line gave. */
  private record Answer(int exit, String out, String err) {}

  @BeforeEach
  void writePassphrase() throws IOException {
    passphrase = Files.writeString(dir.resolve("pass"), "correct horse\n");
  }

  private static Answer esnode(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] line = new String[args.length];
    for (int i = 0; i < args.length; i++) {
      line[i] = args[i].toString();
    }
    int exit = Main.run(new PrintWriter(out), new PrintWriter(err), line);
    return new Answer(exit, out.toString(), err.toString());
  }

  private Answer generate(Object... more) {
    Object[] line = new Object[4 + more.length];
    System.arraycopy(new Object[] {"key", "generate", "--out", dir.resolve("k")}, 0, line, 0, 4);
    System.arraycopy(more, 0, line, 4, more.length);
    return esnode(line);
  }

  @Test
  void shownKeyIsTheOneThatWasMade() throws Exception {
    generate("--algorithm", "ed25519");
    String keyId = SigningKey.load(dir.resolve("k.key")).verifyingKey().keyId();
    String hint = SigningKey.load(dir.resolve("k.key")).verifyingKey().hint();

    assertThat(esnode("key", "show", dir.resolve("k.key")).out().lines())
        .containsExactly(
            "kind         private key",
            "encrypted    no",
            "algorithm    Ed25519",
            "key id       " + keyId,
            "fingerprint  SHA256:" + hint);
    assertThat(esnode("key", "show", dir.resolve("k.pub")).out().lines())
        .containsExactly(
            "kind         public key",
            "algorithm    Ed25519",
            "key id       " + keyId,
            "fingerprint  SHA256:" + hint);
  }

  @Test
  void encryptedKeyIsShownWithoutOpeningIt() {
    generate("--passphrase-file", passphrase);

    Answer answer = esnode("key", "show", dir.resolve("k.key"));

    assertThat(answer.exit()).isZero();
    assertThat(answer.out())
        .contains("encrypted    PBES2: PBKDF2-HmacSHA256 600000 iterations, AES-256-CBC")
        .contains("not known without the passphrase");
  }

  @Test
  void encryptedKeyIsShownOnceItIsOpened() throws Exception {
    Answer made = generate("--passphrase-file", passphrase, "--format", "json");
    Json.Obj first = JsonReader.object(made.out());

    Answer answer = esnode(
        "key", "show", dir.resolve("k.key"), "--passphrase-file", passphrase, "--format", "json");

    Json.Obj shown = JsonReader.object(answer.out());
    assertThat(shown.text("key_id")).isEqualTo(first.text("key_id"));
    assertThat(shown.text("algorithm")).isEqualTo("ECDSA P-256");
    assertThat(shown.bool("encrypted")).isTrue();
  }

  @Test
  void wrongPassphraseIsOneClearLine() throws IOException {
    generate("--passphrase-file", passphrase);
    Path other = Files.writeString(dir.resolve("other"), "battery staple\n");

    Answer answer = esnode("key", "show", dir.resolve("k.key"), "--passphrase-file", other);

    assertThat(answer.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err())
        .isEqualTo("esnode: %s: wrong passphrase, or the key was damaged\n"
            .formatted(dir.resolve("k.key")));
  }

  @Test
  void existingKeyIsNeverOverwritten() throws IOException {
    Path precious = Files.writeString(dir.resolve("k.key"), "precious");

    assertThat(generate("--passphrase-file", passphrase).exit()).isEqualTo(ExitCode.CANNOT_WRITE);
    assertThat(precious).hasContent("precious");
  }

  @Test
  void secondWayToGiveThePassphraseIsRefused() {
    Answer answer = generate("--passphrase-file", passphrase, "--passphrase-fd", "0");

    assertThat(answer.exit()).isEqualTo(ExitCode.USAGE);
    assertThat(answer.err()).contains("choose one");
    assertThat(dir.resolve("k.key")).doesNotExist();
  }

  @Test
  void variableThatIsNotSetIsNamed() {
    Answer answer = generate("--passphrase-env", "ESNODE_TEST_NOT_SET");

    assertThat(answer.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(answer.err()).contains("ESNODE_TEST_NOT_SET: not set");
  }

  @Test
  void pinOnTheCommandLineIsRefused() {
    Answer answer =
        esnode("key", "show", "pkcs11:token=t;object=o?module-path=/m&pin-value=271828");

    assertThat(answer.exit()).isEqualTo(ExitCode.MALFORMED);
    assertThat(answer.err()).contains("pin-source").doesNotContain("271828");
  }

  @Test
  void typedPassphraseIsAskedForTwiceOnlyForANewKey() throws KeyFileException {
    assertThat(PassphraseOptions.typed("k", true, answers("one", "one")))
        .isEqualTo("one".toCharArray());
    assertThat(PassphraseOptions.typed("k", false, answers("one"))).isEqualTo("one".toCharArray());
    assertThatThrownBy(() -> PassphraseOptions.typed("k", true, answers("one", "two")))
        .hasMessageContaining("differ");
    assertThatThrownBy(() -> PassphraseOptions.typed("k", false, answers("")))
        .hasMessageContaining("no passphrase");
  }

  private static Function<String, char @Nullable []> answers(String... typed) {
    Deque<String> left = new ArrayDeque<>(List.of(typed));
    return prompt -> left.remove().toCharArray();
  }
}
