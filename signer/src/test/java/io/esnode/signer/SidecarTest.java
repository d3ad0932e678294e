package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SidecarTest {
  private static final String SIGNED = signed();

  private static String signed() {
    try {
      return new String(
          new SidecarSigner(Samples.KEY)
              .sign(
                  "é.txt",
                  Sha256.hex(""),
                  Samples.NOTE_TYPE,
                  Json.object().put("t", "85 °C").build()),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void sidecarIsAsciiWithoutWhiteSpaceAndHasAnAsciiPayload() throws IOException {
    byte[] payload = Sidecar.parse(bytes(SIGNED)).payload().orElseThrow();

    assertThat(SIGNED).isASCII().doesNotContainAnyWhitespaces();
    assertThat(new String(payload, StandardCharsets.UTF_8)).isASCII().contains("85 \\u00b0C");
  }

  @Test
  void writtenSidecarReadsBackTheSame() throws IOException {
    assertThat(Sidecar.parse(bytes(SIGNED)).toBytes()).isEqualTo(bytes(SIGNED));
  }

  @Test
  void unknownMembersAndWhiteSpaceAreIgnored() {
    assertThatCode(() ->
            Sidecar.parse(bytes(SIGNED.replaceFirst("\\{", "{ \"future\" : [1,{}],\n") + "\n")))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mediaType",
        "verificationMaterial",
        "publicKey",
        "hint",
        "dsseEnvelope",
        "payload",
        "payloadType",
        "signatures",
        "sig"
      })
  void everyMemberIsNeededOnceAndOfItsType(String member) {
    String name = "\"%s\":".formatted(member);

    assertRefused(SIGNED.replace(name, "\"x-%s\":".formatted(member)));
    assertRefused(SIGNED.replace(name, name + "0,\"x\":"));
    assertRefused(SIGNED.replace(name, name + "null,\"x\":"));
    assertRefused(SIGNED.replace(name, name + "[],\"x\":"));
    assertRefused(SIGNED.replace(name, name + "{},\"x\":"));
    assertRefused(SIGNED.replace(name, name + "\"\",\"x\":"));
    assertRefused(SIGNED.replace(name, name + "\"\"," + name));
  }

  @ParameterizedTest
  @CsvSource({
    "bundle.v0.3+json, bundle.v0.4+json",
    "application/vnd.in-toto+json, application/vnd.in-toto+jsom",
    "'[{\"sig\"', '[{\"sig\":\"AA==\"},{\"sig\"'",
    "'\"publicKey\"', '\"certificate\":{},\"publicKey\"'",
    "'\"publicKey\"', '\"x509CertificateChain\":{},\"publicKey\"'",
    "'\"mediaType\"', '\"messageSignature\":{},\"mediaType\"'"
  })
  void otherKindsOfBundleAreRefused(String found, String replacement) {
    assertThat(SIGNED).contains(found);
    assertRefused(SIGNED.replace(found, replacement));
  }

  @Test
  void deepNestingIsRefused() {
    assertRefused("{\"a\":".repeat(100_000));
    assertRefused("[".repeat(100_000));
  }

  @Test
  void oversizedSidecarIsRefused() {
    assertRefused(SIGNED + " ".repeat(Sidecar.MAX_BYTES));
  }

  @ParameterizedTest
  @ValueSource(strings = {"AAB=", "AA=", "AA", "A A=", "AA==\\n", "AA-_", "=AA=", "AA==AA=="})
  void base64ThatIsNotCanonicalIsRefused(String text) {
    assertRefused(SIGNED.replaceFirst("\"sig\":\"[^\"]*\"", "\"sig\":\"%s\"".formatted(text)));
  }

  @Test
  void messagesAboutHostileTextStayShortAndAscii() {
    assertThatThrownBy(() -> Sidecar.parse(bytes(
            SIGNED.replace("application/vnd.dev", "\\u202e\\u001b[31m" + "x".repeat(100_000)))))
        .isInstanceOf(SidecarException.class)
        .message()
        .isASCII()
        .hasSizeLessThan(300);
  }

  @FuzzTest
  void anyBytesAreSidecarOrSidecarException(byte[] data) {
    try {
      Sidecar.parse(data);
    } catch (SidecarException refused) {
      return;
    }
  }

  private static void assertRefused(String sidecar) {
    assertThatThrownBy(() -> Sidecar.parse(bytes(sidecar))).isInstanceOf(SidecarException.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
