package io.esnode.seal;

import io.esnode.bundle.Sha256;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The key of one epoch, ECDSA P-256: it signs once, and its private half is let go of. Java cannot overwrite it: until the
 * collector reuses the memory, and in what was swapped out meanwhile, copies may be left. It is never written anywhere. Not
 * thread-safe.
 */
public final class EpochKey {
  private final byte[] spki;
  private @Nullable PrivateKey half;

  private EpochKey(KeyPair pair) {
    this.spki = pair.getPublic().getEncoded();
    this.half = pair.getPrivate();
  }

  /** A new one. Costs about as much as to sign: 1 to 5 ms where the code is not compiled yet. */
  public static EpochKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return new EpochKey(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform cannot make a P-256 key", e);
    }
  }

  /** Base64 of the SubjectPublicKeyInfo. */
  String base64() {
    return Base64.getEncoder().encodeToString(spki);
  }

  /** Hex SHA-256 of the SubjectPublicKeyInfo. */
  public String sha256() {
    return Sha256.hex(spki);
  }

  /**
   * Signs, once.
   *
   * @param seal whose key this is; its signature is left out
   */
  EpochSeal signOnce(EpochSeal seal) {
    PrivateKey key = half;
    if (key == null) {
      throw new IllegalStateException("the key of an epoch signs once");
    }
    half = null;
    try {
      Signature ecdsa = Signature.getInstance("SHA256withECDSA");
      ecdsa.initSign(key);
      ecdsa.update(seal.signed());
      return seal.signed(ecdsa.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform cannot sign with a P-256 key", e);
    }
  }
}
