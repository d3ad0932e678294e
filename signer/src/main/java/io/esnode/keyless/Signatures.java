package io.esnode.keyless;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Signatures of logs, and of those whom certificates name, by the JDK's own providers. */
final class Signatures {
  /** {@code DigestInfo} of a SHA-256, up to its 32 bytes (RFC 8017 section 9.2, note 1). */
  private static final byte[] SHA256_DIGEST_INFO =
      HexFormat.of().parseHex("3031300d060960864801650304020105000420");

  private static final BigInteger P256_PRIME =
      new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);

  private Signatures() {}

  /** A key of a log. */
  static PublicKey key(byte[] spki, String details) throws GeneralSecurityException {
    String algorithm = details.startsWith("PKIX_ECDSA_")
        ? "EC"
        : details.startsWith("PKIX_RSA_") ? "RSA" : details.equals("PKIX_ED25519") ? "Ed25519" : "";
    if (algorithm.isEmpty()) {
      throw new InvalidKeySpecException("keys of this kind are not known to this esnode");
    }
    return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(spki));
  }

  /** Whether a certificate's holder can sign with this key, as far as this esnode can tell: ECDSA P-256 or RSA. */
  static boolean known(PublicKey key) {
    return isP256(key) || key instanceof RSAPublicKey;
  }

  /** Whether the key signed the message: SHA-256, or what belongs to the curve. Bad keys and signatures are a no. */
  static boolean holds(PublicKey key, byte[] message, byte[] signature) {
    if (key instanceof ECPublicKey ec) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      return holds(
          bits <= 256 ? "SHA256withECDSA" : bits <= 384 ? "SHA384withECDSA" : "SHA512withECDSA",
          key,
          message,
          signature);
    }
    return holds(
        key instanceof RSAPublicKey ? "SHA256withRSA" : "Ed25519", key, message, signature);
  }

  /** The same of a message of which only the SHA-256 is at hand, by a key that is {@link #known}. */
  static boolean holdsOfDigest(PublicKey key, byte[] sha256, byte[] signature) {
    if (key instanceof RSAPublicKey) {
      byte[] info = new byte[SHA256_DIGEST_INFO.length + sha256.length];
      System.arraycopy(SHA256_DIGEST_INFO, 0, info, 0, SHA256_DIGEST_INFO.length);
      System.arraycopy(sha256, 0, info, SHA256_DIGEST_INFO.length, sha256.length);
      return holds("NONEwithRSA", key, info, signature);
    }
    return holds("NONEwithECDSA", key, sha256, signature);
  }

  private static boolean holds(String algorithm, PublicKey key, byte[] message, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static boolean isP256(PublicKey key) {
    return key instanceof ECPublicKey ec
        && ec.getParams().getCurve().getField() instanceof java.security.spec.ECFieldFp field
        && field.getP().equals(P256_PRIME);
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
