package io.esnode.signer;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A Sigstore bundle: the text of {@code FILE.sigstore.json}. What esnode writes is a bundle v0.3 with a key and a DSSE
 * envelope:
 *
 * <pre>
 * {"dsseEnvelope":{"payload":BASE64,"payloadType":"application/vnd.in-toto+json","signatures":[{"sig":BASE64}]},
 *  "mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
 *  "verificationMaterial":{"publicKey":{"hint":BASE64}}}
 * </pre>
 *
 * Written without white space and without a final newline, so that no bit of it is free to change. Read are also bundles with a
 * certificate instead of a key, with a {@code messageSignature} instead of an envelope, with time stamps and log entries. Members
 * that are not known are ignored, and kept where a stamp is added. Immutable, thread-safe; arrays are shared, not copied.
 */
public final class Sidecar {
  static final String MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";

  /** A day of row groups is under 100 KiB; beyond this a sidecar is not one of ours. */
  public static final int MAX_BYTES = 4 << 20;

  /** A stamp is under 10 KiB, and two or three are many. */
  static final int MAX_STAMPS = 16;

  private static final Set<String> MEDIA_TYPES_WITH_CERTIFICATE = Set.of(
      MEDIA_TYPE,
      "application/vnd.dev.sigstore.bundle+json;version=0.1",
      "application/vnd.dev.sigstore.bundle+json;version=0.2",
      "application/vnd.dev.sigstore.bundle+json;version=0.3");

  private final Json.Obj bundle;
  private final @Nullable String hint;
  private final byte @Nullable [] payload;
  private final byte @Nullable [] messageDigest;
  private final byte[] signature;
  private final List<byte[]> stamps;

  private Sidecar(
      Json.Obj bundle,
      @Nullable String hint,
      byte @Nullable [] payload,
      byte @Nullable [] messageDigest,
      byte[] signature,
      List<byte[]> stamps) {
    this.bundle = bundle;
    this.hint = hint;
    this.payload = payload;
    this.messageDigest = messageDigest;
    this.signature = signature;
    this.stamps = stamps;
  }

  /**
   * Reads a bundle.
   *
   * @throws SidecarException if it is none, or one whose meaning is not certain
   */
  public static Sidecar parse(byte[] bytes) throws SidecarException {
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
    String mediaType = bundle.text("mediaType");
    Json.Obj material = bundle.obj("verificationMaterial");
    boolean certified = material.has("certificate") || material.has("x509CertificateChain");
    if (!mediaType.equals(MEDIA_TYPE)
        && !(certified && MEDIA_TYPES_WITH_CERTIFICATE.contains(mediaType))) {
      throw new SidecarException(
          "mediaType: found %s, expected \"%s\"".formatted(Excerpt.of(mediaType), MEDIA_TYPE));
    }
    if (certified && material.has("publicKey")) {
      throw new SidecarException(
          "verificationMaterial: found a certificate and a publicKey, expected one of them");
    }
    String hint = certified ? null : hint(material);
    List<byte[]> stamps = stamps(material);
    if (bundle.has("messageSignature") == bundle.has("dsseEnvelope")) {
      throw new SidecarException("found %s, expected dsseEnvelope or messageSignature"
          .formatted(bundle.has("dsseEnvelope") ? "both" : "neither"));
    }
    if (bundle.has("messageSignature")) {
      Json.Obj message = bundle.obj("messageSignature");
      return new Sidecar(
          bundle, hint, null, messageDigest(message), base64(message, "signature"), stamps);
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
    return new Sidecar(
        bundle, hint, base64(envelope, "payload"), null, base64(signatures.get(0), "sig"), stamps);
  }

  private static String hint(Json.Obj material) throws JsonException, SidecarException {
    Json.Obj key = material.obj("publicKey");
    if (base64(key, "hint").length != 32) {
      throw new SidecarException(
          "hint: found %s, expected base64 of a SHA-256".formatted(Excerpt.of(key.text("hint"))));
    }
    return key.text("hint");
  }

  private static byte[] messageDigest(Json.Obj message) throws JsonException, SidecarException {
    Json.Obj digest = message.obj("messageDigest");
    byte[] sha256 = base64(digest, "digest");
    if (!digest.text("algorithm").equals("SHA2_256") || sha256.length != 32) {
      throw new SidecarException("messageDigest: found %d bytes of %s, expected 32 of SHA2_256"
          .formatted(sha256.length, Excerpt.of(digest.text("algorithm"))));
    }
    return sha256;
  }

  private static List<byte[]> stamps(Json.Obj material) throws JsonException, SidecarException {
    List<byte[]> stamps = new ArrayList<>();
    if (material.has("timestampVerificationData")) {
      Json.Obj data = material.obj("timestampVerificationData");
      if (data.has("rfc3161Timestamps")) {
        for (Json.Obj stamp : data.arr("rfc3161Timestamps").objects()) {
          stamps.add(base64(stamp, "signedTimestamp"));
        }
      }
    }
    if (stamps.size() > MAX_STAMPS) {
      throw new SidecarException(
          "rfc3161Timestamps: found %d, expected at most %d".formatted(stamps.size(), MAX_STAMPS));
    }
    return List.copyOf(stamps);
  }

  private static byte[] base64(Json.Obj object, String member)
      throws JsonException, SidecarException {
    String text = object.text(member);
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

  /** A bundle with a key and an envelope. */
  static Sidecar of(String hint, byte[] payload, byte[] signature) {
    return new Sidecar(
        Json.object()
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
                        Json.array(List.of(Json.object()
                            .put("sig", StrictBase64.encode(signature))
                            .build())))
                    .build())
            .build(),
        hint,
        payload,
        null,
        signature,
        List.of());
  }

  /** Base64 SHA-256 of the signer's SubjectPublicKeyInfo: it selects a key and proves nothing. Empty with a certificate. */
  public Optional<String> hint() {
    return Optional.ofNullable(hint);
  }

  /** The statement, not to be parsed before its signature holds; empty with a {@code messageSignature}. */
  public Optional<byte[]> payload() {
    return Optional.ofNullable(payload);
  }

  /** SHA-256 that a {@code messageSignature} is over; empty with an envelope. */
  public Optional<byte[]> messageDigest() {
    return Optional.ofNullable(messageDigest);
  }

  /** Over the pre-authentication encoding of the payload, or over the file. Stamps are over these bytes. */
  public byte[] signature() {
    return signature;
  }

  /** RFC 3161 {@code TimeStampResp}, DER. Nobody signed the list: a stamp may be added, or be missing. */
  public List<byte[]> stamps() {
    return stamps;
  }

  /** Whether entries of a transparency log are attached. */
  public boolean logged() {
    return material().has("tlogEntries");
  }

  private Json.Obj material() {
    return (Json.Obj) bundle.find("verificationMaterial").orElseThrow();
  }

  /** The same with one more stamp, and all else as it was. */
  public Sidecar withStamp(byte[] response) {
    List<byte[]> more = new ArrayList<>(stamps);
    more.add(response);
    Json.Obj data = Json.object()
        .put(
            "rfc3161Timestamps",
            Json.array(more.stream()
                .map(stamp -> Json.object()
                    .put("signedTimestamp", StrictBase64.encode(stamp))
                    .build())
                .toList()))
        .build();
    Json.Obj stamped =
        with(bundle, "verificationMaterial", with(material(), "timestampVerificationData", data));
    return new Sidecar(stamped, hint, payload, messageDigest, signature, List.copyOf(more));
  }

  private static Json.Obj with(Json.Obj object, String member, Json value) {
    Json.Builder builder = Json.object();
    object.members().forEach((name, old) -> {
      if (!name.equals(member)) {
        builder.put(name, old);
      }
    });
    return builder.put(member, value).build();
  }

  public byte[] toBytes() {
    return bundle.ascii().getBytes(StandardCharsets.US_ASCII);
  }
}
