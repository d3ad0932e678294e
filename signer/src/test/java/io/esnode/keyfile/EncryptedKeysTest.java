package io.esnode.keyfile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.SigningAlgorithm;
import io.esnode.signer.SigningKey;
import io.esnode.signer.StoredKey;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptedKeysTest {
  private static final Path COSIGN =
      Path.of("../../shared/datasets/provenance_vectors/open/cosign_keys");
  private static final String PKCS8 = "ENCRYPTED PRIVATE KEY";

  @TempDir
  Path dir;

  private static Passphrases typed(String passphrase) {
    return name -> passphrase.toCharArray();
  }

  private SigningKey made(SigningAlgorithm algorithm, String passphrase) throws IOException {
    return SigningKey.generate(
        algorithm,
        dir.resolve("k.key"),
        dir.resolve("k.pub"),
        new PassphraseLock(typed(passphrase), "k.key"));
  }

  @ParameterizedTest
  @EnumSource(SigningAlgorithm.class)
  void keyThatWasEncryptedOpensWithItsPassphraseOnly(SigningAlgorithm algorithm)
      throws IOException {
    SigningKey made = made(algorithm, "pässwörd ✓");

    SigningKey loaded =
        SigningKey.load(dir.resolve("k.key"), new EncryptedKeys(typed("pässwörd ✓")));

    assertThat(loaded.verifyingKey()).isEqualTo(made.verifyingKey());
    assertThat(dir.resolve("k.key")).content().startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
    assertThatThrownBy(
            () -> SigningKey.load(dir.resolve("k.key"), new EncryptedKeys(typed("passwort"))))
        .isInstanceOf(KeyFileException.class)
        .hasMessageEndingWith("k.key: wrong passphrase, or the key was damaged");
  }

  @Test
  void passphraseIsNotAskedForWhereTheKeyIsPlain() throws IOException {
    SigningKey made = SigningKey.generate(dir.resolve("k.key"), dir.resolve("k.pub"));

    SigningKey loaded = SigningKey.load(dir.resolve("k.key"), new EncryptedKeys(name -> {
      throw new KeyFileException("asked");
    }));

    assertThat(loaded.verifyingKey()).isEqualTo(made.verifyingKey());
  }

  @Test
  void emptyPassphraseMakesNoKey() {
    assertThatThrownBy(() -> made(SigningAlgorithm.ED25519, ""))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("protects nothing");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void passphraseIsWipedOnceItWasUsed() throws IOException {
    char[] typed = "secret".toCharArray();
    SigningKey.generate(
        SigningAlgorithm.ED25519,
        dir.resolve("k.key"),
        dir.resolve("k.pub"),
        new PassphraseLock(name -> typed, "k.key"));

    assertThat(typed).containsOnly('\0');
  }

  /** Answers of the vectors' README, computed with OpenSSL. */
  @ParameterizedTest
  @CsvSource({
    "pemcosignkey.pem, a6659c08b9909880c6e4bc51cab6fd7265673f67d614c20ba59a18957feb700d",
    "pemcosigneckey.pem, 6d9d4f02f673f80570d5ed2f61236060ce644751880a95f1e2482fa420f1e33e",
    "pemsigstorekey.pem, f1057bf3c114d5486f0bdb3c702596d6154158248980d4be49f6c61fdc62c591"
  })
  void keysOfCosignOpen(String file, String keyId) throws IOException {
    assumeTrue(Files.isDirectory(COSIGN), "the provenance vectors are not here");

    SigningKey key = SigningKey.load(COSIGN.resolve(file), new EncryptedKeys(typed("hello")));

    assertThat(key.verifyingKey().keyId()).isEqualTo(keyId);
    assertThatThrownBy(
            () -> SigningKey.load(COSIGN.resolve(file), new EncryptedKeys(typed("hallo"))))
        .isInstanceOf(KeyFileException.class)
        .hasMessageEndingWith("wrong passphrase, or the key was damaged");
  }

  @ParameterizedTest
  @CsvSource({
    "1073741824, 8, 1, is asked for",
    "65536, 1048576, 1, is asked for",
    "65536, 8, 1048576, is asked for",
    "65536, 9007199254740991, 1, is asked for",
    "4503599627370496, 8, 1, no parameters",
    "65535, 8, 1, no parameters",
    "0, 8, 1, no parameters",
    "-2, 8, 1, no parameters",
    "65536, 0, 1, no parameters",
    "65536, 8, -1, no parameters"
  })
  void scryptThatAsksForTooMuchIsRefusedBeforeItRuns(long n, long r, long p, String expected) {
    String json = """
        {"kdf":{"name":"scrypt","params":{"N":%d,"r":%d,"p":%d},"salt":"AAAA"},
         "cipher":{"name":"nacl/secretbox","nonce":"%s"},"ciphertext":"%s"}
        """.formatted(n, r, p, "A".repeat(32), "A".repeat(64));

    assertThatThrownBy(() -> opened("ENCRYPTED COSIGN PRIVATE KEY", json.getBytes(UTF_8)))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "0, iterations is asked for",
    "10000001, iterations is asked for",
    "4294967297, iterations is asked for",
    "170141183460469231731687303715884105727, a parameter of 127 bits"
  })
  void iterationsAreBoundedBeforeTheyRun(BigInteger iterations, String expected) {
    byte[] der = pbes2(
        new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, new DERSequence(new ASN1Encodable[] {
          new DEROctetString(new byte[8]),
          new ASN1Integer(iterations),
          new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE)
        })),
        NISTObjectIdentifiers.id_aes256_CBC);

    assertThatThrownBy(() -> opened(PKCS8, der))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void scryptInPkcs8IsBoundedToo() {
    byte[] der = pbes2(
        new KeyDerivationFunc(
            MiscObjectIdentifiers.id_scrypt, new ScryptParams(new byte[8], 1 << 24, 8, 1)),
        NISTObjectIdentifiers.id_aes256_CBC);

    assertThatThrownBy(() -> opened(PKCS8, der))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("is asked for");
  }

  @Test
  void otherPseudoRandomFunctionsAndCiphersAreRefusedByName() {
    ASN1Encodable sha1 = new PBKDF2Params(new byte[8], 2048);
    byte[] oldPrf = pbes2(
        new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, sha1),
        NISTObjectIdentifiers.id_aes256_CBC);
    byte[] oldCipher = pbes2(
        new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, sha1),
        PKCSObjectIdentifiers.des_EDE3_CBC);

    assertThatThrownBy(() -> opened(PKCS8, oldPrf))
        .hasMessageContaining("1.2.840.113549.2.7", "HMAC-SHA256");
    assertThatThrownBy(() -> opened(PKCS8, oldCipher))
        .hasMessageContaining("1.2.840.113549.3.7", "AES");
  }

  private static byte[] pbes2(KeyDerivationFunc kdf, ASN1ObjectIdentifier cipher) {
    try {
      return new EncryptedPrivateKeyInfo(
              new AlgorithmIdentifier(
                  PKCSObjectIdentifiers.id_PBES2,
                  new PBES2Parameters(
                      kdf, new EncryptionScheme(cipher, new DEROctetString(new byte[16])))),
              new byte[48])
          .getEncoded("DER");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void trailingBytesAreRefused() throws IOException {
    made(SigningAlgorithm.ED25519, "p");
    byte[] der = StoredKey.load(dir.resolve("k.key")).content();
    byte[] longer = Arrays.copyOf(der, der.length + 1);

    assertThatThrownBy(() -> opened(PKCS8, longer)).isInstanceOf(KeyFileException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "null", "{\"kdf\":{\"name\":\"argon2\"},\"cipher\":{}}"})
  void otherJsonIsNoCosignKey(String json) {
    assertThatThrownBy(() -> opened("ENCRYPTED SIGSTORE PRIVATE KEY", json.getBytes(UTF_8)))
        .isInstanceOf(KeyFileException.class)
        .hasMessageStartingWith("k: ");
  }

  @Test
  void deeplyNestedDerIsRefused() {
    byte[] nested = new byte[60_000];
    for (int i = 0; i < nested.length; i += 2) {
      nested[i] = 0x30;
      nested[i + 1] = (byte) 0x80;
    }

    assertThatThrownBy(() -> opened(PKCS8, nested)).isInstanceOf(KeyFileException.class);
  }

  private static byte[] opened(String label, byte[] content) throws IOException {
    return new EncryptedKeys(typed("p")).open("k", label, content);
  }

  @FuzzTest
  void anyBytesAreDescribedOrRefused(byte[] data) {
    describe(PKCS8, data);
    describe("ENCRYPTED COSIGN PRIVATE KEY", data);
    describe("ENCRYPTED X", data);
  }

  private static void describe(String label, byte[] data) {
    try {
      assertThat(EncryptedKeys.describe("fuzz", label, data)).isNotEmpty();
    } catch (KeyFileException refused) {
      return;
    }
  }

  /** What comes out of a wrong key, or was put in by somebody. */
  @FuzzTest
  void anyBytesInsideAreKeyOrKeyFileException(byte[] data) throws IOException {
    byte[] der = Pbes2.encrypt(data, new byte[] {'p'}, new SecureRandom(), 1);
    Path file = dir.resolve("fuzz.key");
    Files.writeString(
        file,
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
            + Base64.getEncoder().encodeToString(der)
            + "\n-----END ENCRYPTED PRIVATE KEY-----\n");
    try {
      VerifyingKey key = SigningKey.load(file, new EncryptedKeys(typed("p"))).verifyingKey();
      assertThat(key.keyId()).hasSize(64);
    } catch (KeyFileException refused) {
      return;
    }
  }
}
