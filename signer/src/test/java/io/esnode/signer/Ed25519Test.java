package io.esnode.signer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ed25519Test {
  private static final byte[] MESSAGE = "message".getBytes(US_ASCII);
  private static final SigningKey KEY = SigningKey.generate(SigningAlgorithm.ED25519);

  @TempDir
  Path dir;

  /** RFC 8032 section 7.1, tests 1 to 3. */
  @ParameterizedTest
  @CsvSource({
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60, d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb, 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7, fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
  })
  void publicKeysOfTheRfcBelongToTheirSeeds(String seed, String expected) {
    assertThat(Ed25519.publicKey(HexFormat.of().parseHex(seed)))
        .isEqualTo(HexFormat.of().parseHex(expected));
  }

  @Test
  void signatureOfTheRfcVerifies() throws KeyFileException {
    VerifyingKey key = key("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");

    assertThat(
            key.verifies(
                new byte[] {0x72},
                HexFormat.of()
                    .parseHex(
                        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")))
        .isTrue();
  }

  @RepeatedTest(5)
  void publicKeyIsTheOneJavaComputes() throws Exception {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();

    assertThat(VerifyingKey.encoded(Ed25519.publicKey(seed)))
        .isEqualTo(pair.getPublic().getEncoded());
  }

  /** The points of order 1, 2, 4 and 8, and forms of them that are not canonical. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
      })
  void keysForWhichEverybodySignsAreRefused(String point) {
    assertThatThrownBy(() -> key(point))
        .isInstanceOf(KeyFileException.class)
        .hasMessageStartingWith("k: the public key is ");
  }

  @Test
  void keyOfMixedOrderIsRefused() {
    assertThatThrownBy(() -> key("03" + "00".repeat(31)))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("mixed order");
  }

  @Test
  void bytesThatAreNoPointAreRefused() {
    assertThatThrownBy(() -> key("02" + "00".repeat(31)))
        .isInstanceOf(KeyFileException.class)
        .hasMessageContaining("not a point");
  }

  @Test
  void anotherDerFormOfTheKeyIsRefused() {
    byte[] spki = KEY.verifyingKey().spki();
    byte[] longLength = new byte[spki.length + 1];
    System.arraycopy(spki, 0, longLength, 1, spki.length);
    longLength[0] = 0x30;
    longLength[1] = (byte) 0x81;
    longLength[2] = 0x2a;

    assertThatThrownBy(() -> VerifyingKey.ofSpki("k", longLength))
        .isInstanceOf(KeyFileException.class);
    assertThatThrownBy(() -> VerifyingKey.ofSpki("k", Arrays.copyOf(spki, spki.length + 1)))
        .isInstanceOf(KeyFileException.class);
  }

  @Test
  void everyFlippedBitOfSignatureIsRefused() throws IOException {
    byte[] signature = KEY.sign(MESSAGE);

    assertThat(signature).hasSize(64);
    assertThat(KEY.verifyingKey().verifies(MESSAGE, signature)).isTrue();
    for (int bit = 0; bit < signature.length * 8; bit++) {
      assertThat(KEY.verifyingKey().verifies(MESSAGE, Samples.flipped(signature, bit)))
          .as("bit %d", bit)
          .isFalse();
    }
  }

  @Test
  void secondSignatureMadeByAddingTheOrderIsRefused() throws IOException {
    byte[] signature = KEY.sign(MESSAGE);
    BigInteger order =
        BigInteger.ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));
    byte[] s = Arrays.copyOfRange(signature, 32, 64);
    reverse(s);
    byte[] other = new BigInteger(1, s).add(order).toByteArray();
    reverse(other);
    System.arraycopy(other, 0, signature, 32, 32);

    assertThat(KEY.verifyingKey().verifies(MESSAGE, signature)).isFalse();
  }

  private static void reverse(byte[] bytes) {
    for (int i = 0; i < bytes.length / 2; i++) {
      byte swapped = bytes[i];
      bytes[i] = bytes[bytes.length - 1 - i];
      bytes[bytes.length - 1 - i] = swapped;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 72})
  void zerosAreNoSignature(int length) {
    assertThat(KEY.verifyingKey().verifies(MESSAGE, new byte[length])).isFalse();
  }

  @Test
  void digestAloneIsNeverVerified() throws IOException {
    byte[] digest = Sha256.digest().digest(MESSAGE);

    assertThat(KEY.verifyingKey().verifiesDigest(digest, KEY.sign(digest))).isFalse();
    assertThat(KEY.verifyingKey().verifiesDigest(digest, KEY.sign(MESSAGE))).isFalse();
  }

  @Test
  void envelopeNamesTheAlgorithm() throws IOException {
    Path file = Files.writeString(dir.resolve("note"), "text");
    SidecarFile.write(
        file,
        new SidecarSigner(KEY)
            .sign(
                "note",
                Sha256.hex(Files.readAllBytes(file)),
                Samples.NOTE_TYPE,
                Json.object().build()));

    Verdict verdict = notes().verify(file);

    assertThat(verdict.trust()).isEqualTo(TrustState.TRUSTED_SIGNER);
    assertThat(verdict.checks().get(0).message())
        .isEqualTo("signature: Ed25519 by key " + KEY.verifyingKey().keyId());
  }

  @Test
  void plainSignatureIsRefusedAsWhatCannotBeChecked() throws IOException {
    Path file = Files.writeString(dir.resolve("note"), "text");
    byte[] digest = Sha256.digest().digest(Files.readAllBytes(file));
    String bundle = """
        {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
         "messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"%s"},"signature":"%s"},
         "verificationMaterial":{"publicKey":{"hint":"%s"}}}
        """.formatted(
            StrictBase64.encode(digest),
            StrictBase64.encode(KEY.sign(Files.readAllBytes(file))),
            KEY.verifyingKey().hint());
    Files.writeString(SidecarFile.of(file), bundle);

    Verdict verdict = notes().verify(file);

    assertThat(verdict.checks().get(0).reason()).isEqualTo(ReasonCode.SIDECAR_MALFORMED);
    assertThat(verdict.checks().get(0).message()).contains("messageSignature", "Ed25519");
  }

  private static SidecarVerifier notes() {
    return new SidecarVerifier(
        TrustedKeys.of(Set.of(TrustedKey.pinned("ed", KEY.verifyingKey(), Samples.NOW))),
        Set.of(Samples.NOTE_TYPE),
        Samples.NOW);
  }

  private static VerifyingKey key(String point) throws KeyFileException {
    return VerifyingKey.ofSpki("k", VerifyingKey.encoded(HexFormat.of().parseHex(point)));
  }
}
