package io.esnode.signer;

import java.security.Key;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;

/** What a key that esnode does not take is called, for the message that refuses it. */
final class KeyAlgorithm {
  private static final List<String> KNOWN =
      List.of("EC", "RSA", "RSASSA-PSS", "Ed25519", "Ed448", "X25519", "X448", "DSA", "DH");

  private KeyAlgorithm() {}

  static String ofPrivate(byte[] pkcs8) {
    return name(new PKCS8EncodedKeySpec(pkcs8), true);
  }

  static String ofPublic(byte[] spki) {
    return name(new X509EncodedKeySpec(spki), false);
  }

  private static String name(KeySpec spec, boolean secret) {
    return KNOWN.stream()
        .filter(algorithm -> reads(algorithm, spec, secret))
        .findFirst()
        .map(algorithm -> "%s %s key".formatted(article(algorithm), algorithm))
        .orElse("bytes that are no key this Java knows");
  }

  private static boolean reads(String algorithm, KeySpec spec, boolean secret) {
    try {
      KeyFactory factory = KeyFactory.getInstance(algorithm);
      Key key = secret ? factory.generatePrivate(spec) : factory.generatePublic(spec);
      return key != null;
    } catch (InvalidKeySpecException | NoSuchAlgorithmException | RuntimeException e) {
      return false;
    }
  }

  private static String article(String algorithm) {
    return algorithm.startsWith("D") ? "a" : "an";
  }
}
