package io.esnode.keyless;

import static io.esnode.signature.ReasonCode.LOG_ENTRY_INVALID;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signer.Excerpt;
import io.esnode.signer.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * What a log keeps of a signature: digest, signature, and certificate or key, in five kinds. Compared member by member, not as
 * text. What it says must be what the bundle says, or the entry is about something else.
 */
final class EntryBody {
  private final Signed signed;

  private EntryBody(Signed signed) {
    this.signed = signed;
  }

  /**
   * @param kind as the entry says outside of its body
   * @throws JsonException if it cannot be read
   */
  static void check(byte[] utf8, String kind, Signed signed) throws JsonException, Refusal {
    Json.Obj body = JsonReader.object(utf8);
    String found = body.text("kind") + " " + body.text("apiVersion");
    if (!found.equals(kind)) {
      throw refused(
          "kind: found %s, and %s beside it".formatted(Excerpt.of(found), Excerpt.of(kind)));
    }
    EntryBody check = new EntryBody(signed);
    Json.Obj spec = body.obj("spec");
    switch (found) {
      case "hashedrekord 0.0.1" -> check.hashed(spec);
      case "hashedrekord 0.0.2" -> check.hashed2(spec.obj("hashedRekordV002"));
      case "dsse 0.0.1" -> check.envelope(spec);
      case "dsse 0.0.2" -> check.envelope2(spec.obj("dsseV002"));
      case "intoto 0.0.2" -> check.inToto(spec.obj("content"));
      default ->
        throw refused("kind: found %s, expected hashedrekord, dsse or intoto of a known version"
            .formatted(Excerpt.of(found)));
    }
  }

  private void hashed(Json.Obj spec) throws JsonException, Refusal {
    checkHex("data", spec.obj("data").obj("hash"), signed.digest());
    Json.Obj signature = spec.obj("signature");
    checkSignature(Members.base64(signature, "content"));
    checkPem(Members.base64(signature.obj("publicKey"), "content"));
  }

  private void hashed2(Json.Obj spec) throws JsonException, Refusal {
    checkDigest("data", spec.obj("data"), signed.digest());
    signature2(spec.obj("signature"));
  }

  private void envelope(Json.Obj spec) throws JsonException, Refusal {
    checkHex("payloadHash", spec.obj("payloadHash"), payloadDigest());
    Json.Obj signature = only(spec.arr("signatures").objects());
    checkSignature(Members.base64(signature, "signature"));
    checkPem(Members.base64(signature, "verifier"));
  }

  private void envelope2(Json.Obj spec) throws JsonException, Refusal {
    checkDigest("payloadHash", spec.obj("payloadHash"), payloadDigest());
    signature2(only(spec.arr("signatures").objects()));
  }

  /** The signature is in base64 twice. */
  private void inToto(Json.Obj content) throws JsonException, Refusal {
    checkHex("payloadHash", content.obj("payloadHash"), payloadDigest());
    Json.Obj signature = only(content.obj("envelope").arr("signatures").objects());
    String inner = new String(Members.base64(signature, "sig"), StandardCharsets.US_ASCII);
    try {
      checkSignature(StrictBase64.decode(inner));
    } catch (IllegalArgumentException e) {
      throw new JsonException("sig: expected base64 of base64", e);
    }
    checkPem(Members.base64(signature, "publicKey"));
  }

  private void signature2(Json.Obj signature) throws JsonException, Refusal {
    checkSignature(Members.base64(signature, "content"));
    Json.Obj verifier = signature.obj("verifier");
    String member = signed.certified() ? "x509Certificate" : "publicKey";
    if (!verifier.has(member)) {
      throw refused("verifier: no " + member);
    }
    checkSigner(Members.base64(verifier.obj(member), "rawBytes"));
  }

  private byte[] payloadDigest() throws Refusal {
    if (signed.payloadDigest().length == 0) {
      throw refused("is about an envelope, and the bundle has none");
    }
    return signed.payloadDigest();
  }

  private static Json.Obj only(List<Json.Obj> signatures) throws Refusal {
    if (signatures.size() != 1) {
      throw refused("signatures: found %d, expected 1".formatted(signatures.size()));
    }
    return signatures.get(0);
  }

  private static void checkHex(String what, Json.Obj hash, byte[] expected)
      throws JsonException, Refusal {
    String digest = HexFormat.of().formatHex(expected);
    if (!hash.text("algorithm").equals("sha256") || !hash.text("value").equals(digest)) {
      throw refused(what + ": is of something else than what was signed");
    }
  }

  private static void checkDigest(String what, Json.Obj hash, byte[] expected)
      throws JsonException, Refusal {
    if (!hash.text("algorithm").equals("SHA2_256")
        || !Arrays.equals(Members.base64(hash, "digest"), expected)) {
      throw refused(what + ": is of something else than what was signed");
    }
  }

  private void checkSignature(byte[] found) throws Refusal {
    if (!Arrays.equals(found, signed.signature())) {
      throw refused("signature: is another than the bundle's");
    }
  }

  private void checkSigner(byte[] der) throws Refusal {
    if (!Arrays.equals(der, signed.signer())) {
      throw refused(
          (signed.certified() ? "certificate" : "key") + ": is another than the bundle's");
    }
  }

  /** One PEM block. */
  private void checkPem(byte[] pem) throws Refusal {
    String label = signed.certified() ? "CERTIFICATE" : "PUBLIC KEY";
    String text = new String(pem, StandardCharsets.US_ASCII).strip();
    String begin = "-----BEGIN %s-----".formatted(label);
    String end = "-----END %s-----".formatted(label);
    if (text.length() < begin.length() + end.length()
        || !text.startsWith(begin)
        || !text.endsWith(end)) {
      throw refused("verifier: expected one %s in PEM".formatted(label));
    }
    String body = text.substring(begin.length(), text.length() - end.length());
    try {
      checkSigner(Base64.getDecoder().decode(body.replaceAll("[\r\n]", "")));
    } catch (IllegalArgumentException e) {
      throw new Refusal(
          LOG_ENTRY_INVALID, "body: verifier: expected one %s in PEM".formatted(label), e);
    }
  }

  private static Refusal refused(String what) {
    return new Refusal(LOG_ENTRY_INVALID, "body: " + what);
  }
}
