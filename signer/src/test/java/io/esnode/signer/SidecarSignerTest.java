package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonReader;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class SidecarSignerTest {
  private static final SidecarSigner SIGNER = new SidecarSigner(Samples.KEY);
  private static final Json.Obj EMPTY = Json.object().build();

  @Test
  void statementNamesFileDigestTypeAndSigner() throws IOException {
    byte[] sidecar = SIGNER.sign("a.txt", Sha256.hex("a"), Samples.NOTE_TYPE, EMPTY);

    Json.Obj statement = JsonReader.object(Sidecar.parse(sidecar).payload().orElseThrow());

    assertThat(statement.canonical())
        .isEqualTo(
            "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"signer\":{\"public_key\":\"%s\"}},"
                    .formatted(StrictBase64.encode(Samples.KEY.verifyingKey().spki()))
                + "\"predicateType\":\"https://example.org/note/v1\",\"subject\":[{\"digest\":{\"sha256\":\"%s\"},\"name\":\"a.txt\"}]}"
                    .formatted(Sha256.hex("a")));
  }

  @Test
  void hintIsBase64OfKeyId() throws IOException {
    byte[] sidecar = SIGNER.sign("a.txt", Sha256.hex("a"), Samples.NOTE_TYPE, EMPTY);

    assertThat(java.util.HexFormat.of()
            .formatHex(StrictBase64.decode(Sidecar.parse(sidecar).hint().orElseThrow())))
        .isEqualTo(SIGNER.keyId());
  }

  @Test
  void preAuthenticationEncodingCountsBytes() {
    assertThat(Dsse.preAuthenticationEncoding(
            "t", "{\"t\":\"85 °C\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .startsWith("DSSEv1 1 t 14 {".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  @Test
  void predicateMayNotNameItsSigner() {
    Json.Obj predicate = Json.object().put("signer", "x").build();

    assertThatThrownBy(() -> SIGNER.sign("a", Sha256.hex("a"), Samples.NOTE_TYPE, predicate))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void subjectDigestMustBeSha256InLowerCase() {
    assertThatThrownBy(
            () -> SIGNER.sign("a", Sha256.hex("a").toUpperCase(java.util.Locale.ROOT), "t", EMPTY))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
