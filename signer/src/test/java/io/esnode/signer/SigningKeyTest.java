package io.esnode.signer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SigningKeyTest {
  private static final byte[] MESSAGE = "message".getBytes(US_ASCII);

  @TempDir
  Path dir;

  @Test
  void privateFileAloneSigns() throws IOException {
    SigningKey made = SigningKey.generate(dir.resolve("k.key"), dir.resolve("k.pub"));
    VerifyingKey published = VerifyingKey.load(dir.resolve("k.pub"));
    Files.delete(dir.resolve("k.pub"));

    SigningKey loaded = SigningKey.load(dir.resolve("k.key"));

    assertThat(loaded.verifyingKey()).isEqualTo(made.verifyingKey()).isEqualTo(published);
    assertThat(published.verifies(MESSAGE, loaded.sign(MESSAGE))).isTrue();
  }

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void privateFileOfEveryAlgorithmAloneSigns(SigningAlgorithm algorithm) throws IOException {
    SigningKey made =
        SigningKey.generate(algorithm, dir.resolve("k.key"), dir.resolve("k.pub"), null);

    SigningKey loaded = SigningKey.load(dir.resolve("k.key"));

    assertThat(loaded.verifyingKey())
        .isEqualTo(made.verifyingKey())
        .isEqualTo(VerifyingKey.load(dir.resolve("k.pub")));
    assertThat(loaded.verifyingKey().algorithm()).isEqualTo(algorithm);
    assertThat(made.verifyingKey().verifies(MESSAGE, loaded.sign(MESSAGE))).isTrue();
  }

  @Test
  void privateFileIsForItsOwnerOnly() throws IOException {
    SigningKey.generate(dir.resolve("k.key"), dir.resolve("k.pub"));

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("k.key"))))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("k.pub"))))
        .isEqualTo("rw-r--r--");
  }

  @ParameterizedTest
  @ValueSource(strings = {"k.key", "k.pub"})
  void existingFileIsNeverOverwritten(String existing) throws IOException {
    Path file = Files.writeString(dir.resolve(existing), "precious");

    assertThatThrownBy(() -> SigningKey.generate(dir.resolve("k.key"), dir.resolve("k.pub")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(file).hasContent("precious");
    assertThat(dir).isDirectoryContaining(p -> p.equals(file));
    assertThat(dir.toFile().list()).containsExactly(existing);
  }

  @Test
  void keyIsMadeOnFirstUseAndFoundOnTheNext() throws IOException {
    Path key = dir.resolve("state/node.key");
    Path pub = dir.resolve("state/node.pub");

    SigningKey first = SigningKey.loadOrGenerate(key, pub);
    Files.delete(pub);
    SigningKey second = SigningKey.loadOrGenerate(key, pub);

    assertThat(second.verifyingKey())
        .isEqualTo(first.verifyingKey())
        .isEqualTo(VerifyingKey.load(pub));
  }

  @RepeatedTest(5)
  void publicPointIsTheOneJavaComputes() throws Exception {
    KeyPair pair = pair("secp256r1");

    assertThat(P256.publicPoint(((ECPrivateKey) pair.getPrivate()).getS()))
        .isEqualTo(((ECPublicKey) pair.getPublic()).getW());
  }

  @Test
  void publicPointsOfSmallestAndLargestScalarMirrorEachOther() {
    BigInteger largest = P256.order().subtract(BigInteger.ONE);

    assertThat(P256.publicPoint(BigInteger.ONE)).isEqualTo(P256.PARAMETERS.getGenerator());
    assertThat(P256.publicPoint(largest).getAffineX())
        .isEqualTo(P256.PARAMETERS.getGenerator().getAffineX());
    assertThat(P256.contains(P256.publicPoint(largest))).isTrue();
    assertThat(P256.contains(P256.publicPoint(BigInteger.TWO))).isTrue();
    assertThat(P256.contains(P256.publicPoint(BigInteger.valueOf(3)))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "secp384r1, another curve",
    "RSA, an RSA key",
    "Ed448, an Ed448 key",
    "X25519, an X25519 key"
  })
  void otherKeysAreRefusedByName(String kind, String expected) throws Exception {
    KeyPair pair = pair(kind);
    Pem secret = new Pem("PRIVATE KEY", pair.getPrivate().getEncoded());
    Pem open = new Pem("PUBLIC KEY", pair.getPublic().getEncoded());

    assertThatThrownBy(() -> SigningKey.of("k.key", secret))
        .isInstanceOf(KeyFileException.class)
        .hasMessageStartingWith("k.key: ")
        .hasMessageContaining(expected);
    assertThatThrownBy(() -> VerifyingKey.of("k.pub", open))
        .isInstanceOf(KeyFileException.class)
        .hasMessageStartingWith("k.pub: ")
        .hasMessageContaining(expected);
  }

  private static KeyPair pair(String kind) throws Exception {
    if (!kind.startsWith("secp")) {
      return KeyPairGenerator.getInstance(kind).generateKeyPair();
    }
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(kind));
    return generator.generateKeyPair();
  }

  @ParameterizedTest
  @CsvSource({
    "ENCRYPTED PRIVATE KEY, openssl pkcs8",
    "EC PRIVATE KEY, openssl pkcs8 -topk8",
    "RSA PRIVATE KEY, an RSA key",
    "PUBLIC KEY, give the .key file",
    "OPENSSH PRIVATE KEY, OPENSSH"
  })
  void otherPemLabelsSayWhatToDo(String label, String expected) {
    assertThatThrownBy(() -> SigningKey.of("k.key", new Pem(label, new byte[3])))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void privateKeyGivenAsPublicOneIsRefused() throws IOException {
    SigningKey.generate(dir.resolve("k.key"), dir.resolve("k.pub"));

    assertThatThrownBy(() -> VerifyingKey.load(dir.resolve("k.key")))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("give the .pub file");
  }

  @Test
  void missingFileAndDirectoryAreRefusedByName() {
    assertThatThrownBy(() -> SigningKey.load(dir.resolve("no.key")))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("no.key: no such file");
    assertThatThrownBy(() -> SigningKey.load(dir))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("not a regular file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "-----BEGIN PUBLIC KEY-----\nAAAA",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        "-----END PUBLIC KEY-----\n",
        "-----BEGIN PUBLIC KEY-----\nAAB=\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAA\u0000A\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\nrest",
        "-----BEGIN -----"
      })
  void textThatIsNotOnePemBlockIsRefused(String text) {
    assertThatThrownBy(() -> VerifyingKey.of("k", Pem.parse("k", text.getBytes(US_ASCII))))
        .isInstanceOf(KeyFileException.class)
        .hasMessageStartingWith("k: ");
  }

  @Test
  void pemWithWindowsLineEndsAndTextBeforeItIsRead() throws IOException {
    String pem = "Key of node 7\r\n" + Samples.KEY.verifyingKey().pem().replace("\n", "\r\n");

    assertThat(VerifyingKey.of("k", Pem.parse("k", pem.getBytes(US_ASCII))))
        .isEqualTo(Samples.KEY.verifyingKey());
  }

  @Test
  void publicPointOffTheCurveIsRefused() {
    byte[] spki = Samples.KEY.verifyingKey().spki();
    spki[spki.length - 1] ^= 1;

    assertThatThrownBy(() -> VerifyingKey.ofSpki("k", spki)).isInstanceOf(KeyFileException.class);
  }

  @Test
  void everyFlippedBitOfPublicKeyGivesAnotherKeyOrNone() {
    byte[] spki = Samples.KEY.verifyingKey().spki();

    for (int bit = 0; bit < spki.length * 8; bit++) {
      byte[] flipped = Samples.flipped(spki, bit);
      assertThatThrownBy(() -> VerifyingKey.ofSpki("k", flipped))
          .isInstanceOf(KeyFileException.class);
    }
  }

  @Test
  void everyFlippedBitOfSignatureIsRefused() throws IOException {
    byte[] signature = Samples.KEY.sign(MESSAGE);

    for (int bit = 0; bit < signature.length * 8; bit++) {
      assertThat(Samples.KEY.verifyingKey().verifies(MESSAGE, Samples.flipped(signature, bit)))
          .as("bit %d", bit)
          .isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 7, 8, 9, 71, 72, 73, 200})
  void zerosAreNoSignature(int length) {
    assertThat(Samples.KEY.verifyingKey().verifies(MESSAGE, new byte[length])).isFalse();
  }

  @FuzzTest
  void anyTextIsKeyOrKeyFileException(byte[] data) {
    try {
      Pem pem = Pem.parse("fuzz", data);
      VerifyingKey.of("fuzz", pem);
    } catch (KeyFileException refused) {
      return;
    }
  }

  @FuzzTest
  void anyPointIsVerifyingKeyOrKeyFileException(byte[] data) {
    try {
      VerifyingKey.ofSpki("fuzz", VerifyingKey.encoded(Arrays.copyOf(data, Ed25519.BYTES)));
    } catch (KeyFileException refused) {
      return;
    }
  }

  @FuzzTest
  void anyBytesInPemAreSigningKeyOrKeyFileException(byte[] data) {
    try {
      SigningKey.of("fuzz", new Pem("PRIVATE KEY", data));
    } catch (KeyFileException refused) {
      return;
    }
  }
}
