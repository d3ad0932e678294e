package io.esnode.signer;

import io.esnode.bundle.Sha256;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** A public key that can have signed something: ECDSA P-256 or Ed25519, nothing else. Immutable, thread-safe. */
public final class VerifyingKey {
  /** SubjectPublicKeyInfo of a P-256 key is 91 bytes; this only bounds the work for other input. */
  private static final int MAX_SPKI = 16 << 10;

  /** All of a SubjectPublicKeyInfo of Ed25519 (RFC 8410 section 4) but the 32 bytes at its end. */
  private static final byte[] ED25519_SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  private final PublicKey key;
  private final SigningAlgorithm algorithm;
  private final byte[] spki;
  private final byte[] id;

  private VerifyingKey(PublicKey key, SigningAlgorithm algorithm, byte[] spki) {
    this.key = key;
    this.algorithm = algorithm;
    this.spki = spki;
    this.id = Sha256.digest().digest(spki);
  }

  /**
   * Reads a {@code .pub} file.
   *
   * @throws KeyFileException if it is not a P-256 or Ed25519 public key in PEM
   */
  public static VerifyingKey load(Path file) throws IOException {
    return of(file.toString(), Pem.load(file));
  }

  static VerifyingKey of(String name, Pem pem) throws KeyFileException {
    if (!pem.label().equals("PUBLIC KEY")) {
      throw new KeyFileException(
          pem.label().endsWith("PRIVATE KEY")
              ? "%s: found a private key (%s), expected a public key: give the .pub file, and keep this one to yourself"
                  .formatted(name, Excerpt.of(pem.label()))
              : "%s: found %s, expected a PEM block \"PUBLIC KEY\""
                  .formatted(name, Excerpt.of(pem.label())));
    }
    return ofSpki(name, pem.der());
  }

  /**
   * Reads a public key.
   *
   * @param name of the place, for messages
   * @param spki DER SubjectPublicKeyInfo: RFC 5480, point uncompressed, or RFC 8410
   */
  public static VerifyingKey ofSpki(String name, byte[] spki) throws KeyFileException {
    if (spki.length > MAX_SPKI) {
      throw new KeyFileException("%s: %d bytes, expected a public key, P-256 of 91 or Ed25519 of 44"
          .formatted(name, spki.length));
    }
    if (Arrays.mismatch(ED25519_SPKI, spki) == ED25519_SPKI.length) {
      return ofEd25519(name, spki);
    }
    PublicKey key;
    try {
      key = KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
    } catch (InvalidKeySpecException | RuntimeException e) {
      throw new KeyFileException(
          "%s: found %s, expected an ECDSA P-256 or Ed25519 public key"
              .formatted(name, KeyAlgorithm.ofPublic(spki)),
          e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has EC", e);
    }
    if (!(key instanceof ECPublicKey ec) || !P256.isCurveOf(ec.getParams())) {
      throw new KeyFileException(
          "%s: found an EC key on another curve, expected ECDSA P-256 (secp256r1)".formatted(name));
    }
    if (!P256.contains(ec.getW())) {
      throw new KeyFileException(name + ": the public key is not a point of P-256");
    }
    if (!Arrays.equals(encoded(ec.getW()), spki)) {
      throw new KeyFileException(name + ": the public key is not in its one DER form");
    }
    return new VerifyingKey(ec, SigningAlgorithm.ECDSA_P256, spki.clone());
  }

  private static VerifyingKey ofEd25519(String name, byte[] spki) throws KeyFileException {
    Optional<String> fault =
        Ed25519.fault(Arrays.copyOfRange(spki, ED25519_SPKI.length, spki.length));
    if (fault.isPresent()) {
      throw new KeyFileException("%s: the public key %s".formatted(name, fault.get()));
    }
    try {
      PublicKey key =
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
      return new VerifyingKey(key, SigningAlgorithm.ED25519, spki.clone());
    } catch (InvalidKeySpecException e) {
      throw new KeyFileException(name + ": this Java does not read the Ed25519 public key", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has Ed25519", e);
    }
  }

  /** The one DER form of an Ed25519 key. */
  static byte[] encoded(byte[] ed25519) {
    byte[] spki = Arrays.copyOf(ED25519_SPKI, ED25519_SPKI.length + ed25519.length);
    System.arraycopy(ed25519, 0, spki, ED25519_SPKI.length, ed25519.length);
    return spki;
  }

  /** The one DER form; a key that was read keeps the bytes it was read from. */
  static byte[] encoded(ECPoint point) {
    try {
      return KeyFactory.getInstance("EC")
          .generatePublic(new ECPublicKeySpec(point, P256.PARAMETERS))
          .getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform cannot encode a P-256 key", e);
    }
  }

  public SigningAlgorithm algorithm() {
    return algorithm;
  }

  /** Hex SHA-256 of the SubjectPublicKeyInfo. */
  public String keyId() {
    return HexFormat.of().formatHex(id);
  }

  /** Base64 of the same digest: the form in which a Sigstore bundle names a key, as cosign writes it. */
  public String hint() {
    return StrictBase64.encode(id);
  }

  /** DER SubjectPublicKeyInfo. */
  public byte[] spki() {
    return spki.clone();
  }

  /** The {@code .pub} file. */
  public String pem() {
    return new Pem("PUBLIC KEY", spki).text();
  }

  /**
   * Whether this key signed the message.
   *
   * @param signature in its one form, DER {@code SEQUENCE {r, s}} or the 64 bytes of Ed25519; any other is refused, so that no
   *     bit of it is free
   */
  public boolean verifies(byte[] message, byte[] signature) {
    return verifies(algorithm.jca(), message, signature);
  }

  /** The same of a message of which only the SHA-256 is at hand; never with Ed25519, which signs the message itself. */
  public boolean verifiesDigest(byte[] sha256, byte[] signature) {
    return signsDigests() && verifies("NONEwithECDSA", sha256, signature);
  }

  /** Whether the digest of a message is enough to check a signature. */
  boolean signsDigests() {
    return algorithm == SigningAlgorithm.ECDSA_P256;
  }

  private boolean verifies(String jca, byte[] message, byte[] signature) {
    if (!hasOneForm(signature)) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance(jca);
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (SignatureException | InvalidKeyException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + jca, e);
    }
  }

  private boolean hasOneForm(byte[] signature) {
    return switch (algorithm) {
      case ECDSA_P256 -> isDer(signature);
      case ED25519 -> Ed25519.isSignature(signature);
    };
  }

  private static boolean isDer(byte[] signature) {
    if (signature.length < 8
        || signature.length > 72
        || signature[3] < 1
        || 4 + signature[3] + 2 >= signature.length) {
      return false;
    }
    int middle = 4 + signature[3];
    BigInteger r = new BigInteger(Arrays.copyOfRange(signature, 4, middle));
    BigInteger s = new BigInteger(Arrays.copyOfRange(signature, middle + 2, signature.length));
    return inRange(r) && inRange(s) && Arrays.equals(der(r, s), signature);
  }

  private static boolean inRange(BigInteger value) {
    return value.signum() > 0 && value.compareTo(P256.order()) < 0;
  }

  private static byte[] der(BigInteger r, BigInteger s) {
    byte[] first = r.toByteArray();
    byte[] second = s.toByteArray();
    byte[] der = new byte[6 + first.length + second.length];
    der[0] = 0x30;
    der[1] = (byte) (4 + first.length + second.length);
    der[2] = 0x02;
    der[3] = (byte) first.length;
    System.arraycopy(first, 0, der, 4, first.length);
    der[4 + first.length] = 0x02;
    der[5 + first.length] = (byte) second.length;
    System.arraycopy(second, 0, der, 6 + first.length, second.length);
    return der;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VerifyingKey that && Arrays.equals(spki, that.spki);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(spki);
  }

  @Override
  public String toString() {
    return keyId();
  }
}
