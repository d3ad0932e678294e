package io.esnode.keyfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esnode.signer.SigningAlgorithm;
import io.esnode.signer.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys go to openssl and come from it; skipped where the openssl command is absent. */
class OpensslKeysTest {
  private static final String PASSPHRASE = "pässwörd";

  @TempDir
  Path dir;

  private Path passphrase;

  @BeforeAll
  static void needsOpenssl() throws Exception {
    boolean present;
    try {
      present = new ProcessBuilder("openssl", "version").start().waitFor() == 0;
    } catch (IOException e) {
      present = false;
    }
    assumeTrue(present, "the openssl command is not installed");
  }

  @BeforeEach
  void writePassphrase() throws IOException {
    passphrase = Files.writeString(dir.resolve("pass"), PASSPHRASE + "\n");
  }

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void opensslOpensWhatWasEncrypted(SigningAlgorithm algorithm) throws Exception {
    SigningKey made = SigningKey.generate(
        algorithm,
        dir.resolve("k.key"),
        dir.resolve("k.pub"),
        new PassphraseLock(name -> PASSPHRASE.toCharArray(), "k.key"));

    assertThat(openssl("pkey", "-in", "k.key", "-passin", "file:" + passphrase, "-pubout"))
        .isEqualTo(made.verifyingKey().pem())
        .isEqualTo(Files.readString(dir.resolve("k.pub")));
  }

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void opensslReadsWhatWasLeftPlain(SigningAlgorithm algorithm) throws Exception {
    SigningKey made =
        SigningKey.generate(algorithm, dir.resolve("k.key"), dir.resolve("k.pub"), null);

    assertThat(openssl("pkey", "-in", "k.key", "-pubout"))
        .isEqualTo(made.verifyingKey().pem());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-v2 aes-256-cbc",
        "-v2 aes-256-cbc -v2prf hmacWithSHA512",
        "-v2 aes-128-cbc -iter 5000",
        "-scrypt",
        "-scrypt -scrypt_N 8192 -scrypt_r 8 -scrypt_p 2"
      })
  void whatOpensslEncryptedOpens(String how) throws Exception {
    for (String algorithm : List.of("ED25519", "EC")) {
      List<String> made =
          new ArrayList<>(List.of("genpkey", "-algorithm", algorithm, "-out", "o.key"));
      if (algorithm.equals("EC")) {
        made.addAll(List.of("-pkeyopt", "ec_paramgen_curve:P-256"));
      }
      openssl(made.toArray(String[]::new));
      List<String> sealed =
          new ArrayList<>(List.of("pkcs8", "-topk8", "-in", "o.key", "-out", "e.key"));
      sealed.addAll(List.of(how.split(" ")));
      sealed.addAll(List.of("-passout", "file:" + passphrase));
      openssl(sealed.toArray(String[]::new));

      SigningKey key = SigningKey.load(
          dir.resolve("e.key"), new EncryptedKeys(name -> PASSPHRASE.toCharArray()));

      assertThat(openssl("pkey", "-in", "o.key", "-pubout"))
          .isEqualTo(key.verifyingKey().pem());
      assertThat(SigningKey.load(dir.resolve("o.key")).verifyingKey())
          .isEqualTo(key.verifyingKey());
    }
  }

  private String openssl(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(dir, "out", ".txt");
    Process process = new ProcessBuilder(command)
        .directory(dir.toFile())
        .redirectErrorStream(true)
        .redirectOutput(out.toFile())
        .start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return Files.readString(out, StandardCharsets.UTF_8);
  }
}
