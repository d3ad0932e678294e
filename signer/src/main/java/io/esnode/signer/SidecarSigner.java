package io.esnode.signer;

import io.esnode.json.Json;
import io.esnode.seal.EpochChain;
import io.esnode.seal.EpochSeal;
import io.esnode.signature.Signer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Signs with a key: an in-toto Statement v1 in a DSSE envelope in a Sigstore bundle v0.3. The payload is ASCII,
 * so that verifiers which count characters as bytes accept it too. Thread-safe.
 *
 * <p>The statement is the same for the same input; the signature is not, because ECDSA draws a random number; Ed25519 does not.
 */
public final class SidecarSigner implements Signer, EpochChain.NodeKey {
  static final String STATEMENT = "https://in-toto.io/Statement/v1";

  /** Predicate member with which a verifier that does not know the key can still check the signature. */
  static final String SIGNER = "signer";

  static final String PUBLIC_KEY = "public_key";

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private final SigningKey key;

  public SidecarSigner(SigningKey key) {
    this.key = key;
  }

  @Override
  public String keyId() {
    return key.verifyingKey().keyId();
  }

  @Override
  public byte[] spki() {
    return key.verifyingKey().spki();
  }

  @Override
  public byte[] sign(byte[] message) throws IOException {
    byte[] domain = EpochSeal.DOMAIN.getBytes(StandardCharsets.US_ASCII);
    if (Arrays.mismatch(domain, message) != domain.length) {
      throw new IllegalArgumentException("not the genesis of a recording's seals");
    }
    return key.sign(message);
  }

  @Override
  public byte[] sign(
      String subjectName, String subjectSha256, String predicateType, Json.Obj predicate)
      throws IOException {
    if (!SHA256.matcher(subjectSha256).matches()) {
      throw new IllegalArgumentException("not a hex SHA-256: " + subjectSha256);
    }
    if (predicate.has(SIGNER)) {
      throw new IllegalArgumentException("the predicate's member signer is the signer's to add");
    }
    Json.Builder signed = Json.object();
    predicate.members().forEach(signed::put);
    signed.put(
        SIGNER,
        Json.object()
            .put(PUBLIC_KEY, StrictBase64.encode(key.verifyingKey().spki()))
            .build());
    Json.Obj statement = Json.object()
        .put("_type", STATEMENT)
        .put(
            "subject",
            Json.array(List.of(Json.object()
                .put("name", subjectName)
                .put("digest", Json.object().put("sha256", subjectSha256).build())
                .build())))
        .put("predicateType", predicateType)
        .put("predicate", signed.build())
        .build();
    byte[] payload = statement.ascii().getBytes(StandardCharsets.US_ASCII);
    byte[] signature = key.sign(Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload));
    return Sidecar.of(key.verifyingKey().hint(), payload, signature).toBytes();
  }
}
