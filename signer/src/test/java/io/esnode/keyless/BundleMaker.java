package io.esnode.keyless;

import static io.esnode.keyless.PrivateSigstore.LOG2_HOST;
import static io.esnode.keyless.PrivateSigstore.LOG_HOST;
import static io.esnode.keyless.PrivateSigstore.SIGNED;
import static io.esnode.keyless.PrivateSigstore.sign;

import io.esnode.json.Json;
import io.esnode.merkle.MerkleTree;
import io.esnode.signer.Dsse;
import io.esnode.signer.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes one bundle; fields are changed by tests before {@link #make}. */
final class BundleMaker {
  static final byte[] FILE = "what was signed\n".getBytes(StandardCharsets.UTF_8);

  final PrivateSigstore sigstore;
  PrivateSigstore.Signer signer;
  String mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json";
  String kind = "hashedrekord 0.0.1";

  /** Null for a plain signature. */
  @Nullable
  String statement;

  /** With a key instead of the certificate. */
  boolean keyed;

  boolean promised = true;
  boolean proven = true;
  Instant integrated = SIGNED;

  @Nullable
  Instant stamped;

  /** Who signs checkpoint and promise, if not the log. */
  @Nullable
  KeyPair logKey;

  String checkpointSuffix = "";

  /** As a log may write it: other spacing, more members. */
  boolean looseBody;

  @Nullable
  String origin;

  @Nullable
  Long checkpointSize;

  byte @Nullable [] signatureInEntry;
  byte @Nullable [] signerInEntry;
  byte @Nullable [] digestInEntry;
  byte @Nullable [] stampedBytes;

  BundleMaker(PrivateSigstore sigstore) {
    this.sigstore = sigstore;
    this.signer = sigstore.signer();
  }

  static BundleMaker plain(PrivateSigstore sigstore) {
    return new BundleMaker(sigstore);
  }

  static BundleMaker enveloped(PrivateSigstore sigstore) {
    BundleMaker maker = new BundleMaker(sigstore);
    maker.kind = "dsse 0.0.1";
    maker.statement = statement("85 \u00b0C");
    return maker;
  }

  static String statement(String text) {
    return """
        {"_type":"https://in-toto.io/Statement/v1",\
        "subject":[{"name":"file","digest":{"sha256":"%s"}}],\
        "predicateType":"https://example.org/note/v1","predicate":{"t":"%s"}}""".formatted(HexFormat.of().formatHex(Signatures.sha256(FILE)), text);
  }

  BundleMaker kind(String name) {
    kind = name;
    if (name.endsWith("0.0.2") && !name.startsWith("intoto")) {
      promised = false;
      stamped = SIGNED;
    }
    return this;
  }

  private boolean second() {
    return kind.endsWith("0.0.2") && !kind.startsWith("intoto");
  }

  private String kindName() {
    return kind.substring(0, kind.indexOf(' '));
  }

  private String kindVersion() {
    return kind.substring(kind.indexOf(' ') + 1);
  }

  private String host() {
    return second() ? LOG2_HOST : LOG_HOST;
  }

  byte[] message() {
    return statement == null
        ? FILE
        : Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, statement.getBytes(StandardCharsets.UTF_8));
  }

  Json.Obj make() {
    byte[] signature = signer.sign(message());
    Json.Builder material = Json.object();
    if (keyed) {
      byte[] spki = signer.key().getPublic().getEncoded();
      material.put(
          "publicKey", Json.object().put("hint", b64(Signatures.sha256(spki))).build());
    } else {
      material.put(
          "certificate", Json.object().put("rawBytes", b64(signer.der())).build());
    }
    material.put("tlogEntries", Json.array(List.of(entry(signature))));
    if (stamped != null) {
      byte[] what = stampedBytes == null ? signature : stampedBytes;
      material.put(
          "timestampVerificationData",
          Json.object()
              .put(
                  "rfc3161Timestamps",
                  Json.array(List.of(Json.object()
                      .put("signedTimestamp", b64(sigstore.stamp(what, stamped)))
                      .build())))
              .build());
    }
    Json.Builder bundle =
        Json.object().put("mediaType", mediaType).put("verificationMaterial", material.build());
    if (statement == null) {
      bundle.put(
          "messageSignature",
          Json.object()
              .put(
                  "messageDigest",
                  Json.object()
                      .put("algorithm", "SHA2_256")
                      .put("digest", b64(Signatures.sha256(FILE)))
                      .build())
              .put("signature", b64(signature))
              .build());
    } else {
      bundle.put(
          "dsseEnvelope",
          Json.object()
              .put("payload", b64(statement.getBytes(StandardCharsets.UTF_8)))
              .put("payloadType", Dsse.IN_TOTO)
              .put(
                  "signatures",
                  Json.array(List.of(Json.object().put("sig", b64(signature)).build())))
              .build());
    }
    return bundle.build();
  }

  private Json.Obj entry(byte[] signature) {
    String text = looseBody ? body(signature).pretty() : body(signature).canonical();
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    byte[] id = sigstore.logId(host());
    KeyPair own = second() ? sigstore.log2 : sigstore.log;
    KeyPair key = logKey == null ? own : logKey;
    Json.Builder entry = Json.object()
        .put("logIndex", "4")
        .put("logId", Json.object().put("keyId", b64(id)).build())
        .put(
            "kindVersion",
            Json.object().put("kind", kindName()).put("version", kindVersion()).build())
        .put("canonicalizedBody", b64(body));
    if (promised) {
      String promise = "{\"body\":\"%s\",\"integratedTime\":%d,\"logID\":\"%s\",\"logIndex\":4}"
          .formatted(b64(body), integrated.getEpochSecond(), HexFormat.of().formatHex(id));
      entry
          .put("integratedTime", Long.toString(integrated.getEpochSecond()))
          .put(
              "inclusionPromise",
              Json.object()
                  .put("signedEntryTimestamp", b64(logSignature(key, promise)))
                  .build());
    }
    if (proven) {
      entry.put("inclusionProof", proof(MerkleTree.leaf(body), key, id));
    }
    return entry.build();
  }

  private static byte[] logSignature(KeyPair key, String text) {
    return sign(
        key.getPrivate().getAlgorithm().equals("EC") ? "SHA256withECDSA" : "Ed25519",
        key,
        text.getBytes(StandardCharsets.UTF_8));
  }

  /** The fifth of seven entries. */
  private Json.Obj proof(byte[] leaf, KeyPair key, byte[] id) {
    List<byte[]> leaves = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      leaves.add(i == 4 ? leaf : MerkleTree.leaf(new byte[] {(byte) i}));
    }
    byte[] pair01 = MerkleTree.node(leaves.get(0), leaves.get(1));
    byte[] pair23 = MerkleTree.node(leaves.get(2), leaves.get(3));
    byte[] pair45 = MerkleTree.node(leaf, leaves.get(5));
    byte[] left = MerkleTree.node(pair01, pair23);
    byte[] root = MerkleTree.node(left, MerkleTree.node(pair45, leaves.get(6)));
    String text = "%s\n%d\n%s\n"
        .formatted(
            origin == null ? host() + (second() ? "" : " - 12345") : origin,
            checkpointSize == null ? 7 : checkpointSize,
            b64(root));
    byte[] signature = logSignature(key, text);
    byte[] hinted = new byte[4 + signature.length];
    System.arraycopy(id, 0, hinted, 0, 4);
    System.arraycopy(signature, 0, hinted, 4, signature.length);
    return Json.object()
        .put("logIndex", "4")
        .put("treeSize", "7")
        .put("rootHash", b64(root))
        .put("hashes", Json.strings(List.of(b64(leaves.get(5)), b64(leaves.get(6)), b64(left))))
        .put(
            "checkpoint",
            Json.object()
                .put(
                    "envelope",
                    text + "\n\u2014 " + host() + " " + b64(hinted) + "\n" + checkpointSuffix)
                .build())
        .build();
  }

  private Json.Obj body(byte[] signature) {
    byte[] sig = signatureInEntry == null ? signature : signatureInEntry;
    byte[] own = keyed ? signer.key().getPublic().getEncoded() : signer.der();
    byte[] der = signerInEntry == null ? own : signerInEntry;
    byte[] digest = digestInEntry == null
        ? Signatures.sha256(
            kind.startsWith("hashedrekord")
                ? message()
                : String.valueOf(statement).getBytes(StandardCharsets.UTF_8))
        : digestInEntry;
    String pem = b64(pem(der).getBytes(StandardCharsets.US_ASCII));
    Json.Obj hex = Json.object()
        .put("algorithm", "sha256")
        .put("value", HexFormat.of().formatHex(digest))
        .build();
    Json.Obj raw =
        Json.object().put("algorithm", "SHA2_256").put("digest", b64(digest)).build();
    Json.Obj signature2 = Json.object()
        .put("content", b64(sig))
        .put(
            "verifier",
            Json.object()
                .put(
                    keyed ? "publicKey" : "x509Certificate",
                    Json.object().put("rawBytes", b64(der)).build())
                .put("keyDetails", "PKIX_ECDSA_P256_SHA_256")
                .build())
        .build();
    Json.Obj spec = switch (kind) {
      case "hashedrekord 0.0.1" ->
        object("data", object("hash", hex))
            .put(
                "signature",
                Json.object()
                    .put("content", b64(sig))
                    .put("publicKey", Json.object().put("content", pem).build())
                    .build())
            .build();
      case "hashedrekord 0.0.2" ->
        object("hashedRekordV002", object("data", raw).put("signature", signature2))
            .build();
      case "dsse 0.0.1" ->
        object("payloadHash", hex)
            .put(
                "signatures",
                Json.array(List.of(Json.object()
                    .put("signature", b64(sig))
                    .put("verifier", pem)
                    .build())))
            .build();
      case "dsse 0.0.2" ->
        object(
                "dsseV002",
                object("payloadHash", raw).put("signatures", Json.array(List.of(signature2))))
            .build();
      case "intoto 0.0.2" ->
        object(
                "content",
                object("payloadHash", hex)
                    .put(
                        "envelope",
                        Json.object()
                            .put("payloadType", Dsse.IN_TOTO)
                            .put(
                                "signatures",
                                Json.array(List.of(Json.object()
                                    .put("publicKey", pem)
                                    .put("sig", b64(b64(sig).getBytes(StandardCharsets.US_ASCII)))
                                    .build())))
                            .build()))
            .build();
      default -> Json.object().build();
    };
    return Json.object()
        .put("apiVersion", kindVersion())
        .put("kind", kindName())
        .put("spec", spec)
        .build();
  }

  private static Json.Builder object(String name, Json.Obj value) {
    return Json.object().put(name, value);
  }

  private static Json.Builder object(String name, Json.Builder value) {
    return Json.object().put(name, value.build());
  }

  private String pem(byte[] der) {
    String label = keyed ? "PUBLIC KEY" : "CERTIFICATE";
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label);
  }

  static String b64(byte[] bytes) {
    return StrictBase64.encode(bytes);
  }
}
