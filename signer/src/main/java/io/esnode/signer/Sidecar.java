package io.esnode.signer;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A Sigstore bundle v0.3 with a key and a DSSE envelope: the text of {@code FILE.sigstore.json}.
 *
 * <pre>
 * {"dsseEnvelope":{"payload":BASE64,"payloadType":"application/vnd.in-toto+json","signatures":[{"sig":BASE64}]},
 *  "mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
 *  "verificationMaterial":{"publicKey":{"hint":BASE64}}}
 * </pre>
 *
 * Written without white space and without a final newline, so that no bit of it is free to change. Arrays are shared, not
 * copied.
 *
 * @param hint base64 SHA-256 of the signer's SubjectPublicKeyInfo: it selects a key and proves nothing
 * @param payload the statement, not to be parsed before its signature holds
 * @param signature DER ECDSA over the pre-authentication encoding of the payload
 * @param stamped whether RFC 3161 time stamps are attached
 * @param logged whether transparency log entries are attached
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived carrier; never compared
record Sidecar(String hint, byte[] payload, byte[] signature, boolean stamped, boolean logged) {
  static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  /** A day of row groups is under 100 KiB; beyond this a sidecar is not one of ours. */
  static final int MAX_BYTES = 4 << 20;

  static Sidecar parse(byte[] bytes) throws SidecarException {
    if (bytes.length > MAX_BYTES) {
      throw new SidecarException("more than %d bytes".formatted(MAX_BYTES));
    }
    try {
      return parse(JsonReader.object(bytes));
    } catch (JsonException e) {
      throw new SidecarException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Sidecar parse(Json.Obj bundle) throws JsonException, SidecarException {
    if (!bundle.text("mediaType").equals(MEDIA_TYPE)) {
      throw new SidecarException("mediaType: found %s, expected \"%s\""
          .formatted(Excerpt.of(bundle.text("mediaType")), MEDIA_TYPE));
    }
    Json.Obj material = bundle.obj("verificationMaterial");
    if (material.has("certificate") || material.has("x509CertificateChain")) {
      throw new SidecarException(
          "verificationMaterial: found a certificate, expected publicKey; this esnode verifies signatures made with keys");
    }
    if (bundle.has("messageSignature")) {
      throw new SidecarException(
          "found messageSignature, expected dsseEnvelope alone: a plain signature says nothing about what was signed");
    }
    Json.Obj envelope = bundle.obj("dsseEnvelope");
    if (!envelope.text("payloadType").equals(Dsse.IN_TOTO)) {
      throw new SidecarException("payloadType: found %s, expected \"%s\""
          .formatted(Excerpt.of(envelope.text("payloadType")), Dsse.IN_TOTO));
    }
    List<Json.Obj> signatures = envelope.arr("signatures").objects();
    if (signatures.size() != 1) {
      throw new SidecarException("signatures: found %d, expected 1".formatted(signatures.size()));
    }
    String hint = material.obj("publicKey").text("hint");
    if (base64("hint", hint).length != 32) {
      throw new SidecarException(
          "hint: found %s, expected base64 of a SHA-256".formatted(Excerpt.of(hint)));
    }
    return new Sidecar(
        hint,
        base64("payload", envelope.text("payload")),
        base64("sig", signatures.get(0).text("sig")),
        material.has("timestampVerificationData"),
        material.has("tlogEntries"));
  }

  private static byte[] base64(String member, String text) throws SidecarException {
    try {
      byte[] bytes = StrictBase64.decode(text);
      if (bytes.length > 0) {
        return bytes;
      }
      throw new SidecarException("%s: found nothing, expected base64".formatted(member));
    } catch (IllegalArgumentException e) {
      throw new SidecarException(
          "%s: found %s, expected canonical base64".formatted(member, Excerpt.of(text)), e);
    }
  }

  byte[] toBytes() {
    return Json.object()
        .put("mediaType", MEDIA_TYPE)
        .put(
            "verificationMaterial",
            Json.object()
                .put("publicKey", Json.object().put("hint", hint).build())
                .build())
        .put(
            "dsseEnvelope",
            Json.object()
                .put("payload", StrictBase64.encode(payload))
                .put("payloadType", Dsse.IN_TOTO)
                .put(
                    "signatures",
                    Json.array(List.of(
                        Json.object().put("sig", StrictBase64.encode(signature)).build())))
                .build())
        .build()
        .ascii()
        .getBytes(StandardCharsets.US_ASCII);
  }
}
