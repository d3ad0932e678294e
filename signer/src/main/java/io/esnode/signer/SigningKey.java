package io.esnode.signer;

import io.esnode.bundle.AtomicFile;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;

/**
 * A private key that signs: ECDSA P-256, PKCS#8 in PEM ({@code .key}, mode 0600) with its public half in PEM beside it
 * ({@code .pub}). The private file alone suffices. Immutable, thread-safe.
 */
public final class SigningKey {
  private static final byte[] SELF_TEST =
      "esnode key self-test".getBytes(StandardCharsets.US_ASCII);

  private final PrivateKey key;
  private final VerifyingKey verifyingKey;

  private SigningKey(PrivateKey key, VerifyingKey verifyingKey) {
    this.key = key;
    this.verifyingKey = verifyingKey;
  }

  /** A new key, in memory only. */
  public static SigningKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      return new SigningKey(
          pair.getPrivate(),
          VerifyingKey.ofSpki("generated key", pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException | KeyFileException e) {
      throw new IllegalStateException("this Java platform cannot make a P-256 key", e);
    }
  }

  /**
   * Makes a key and writes both files; neither may exist.
   *
   * @throws FileAlreadyExistsException if one does; nothing is changed
   */
  public static SigningKey generate(Path privateFile, Path publicFile) throws IOException {
    for (Path file : new Path[] {privateFile, publicFile}) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(file.toString());
      }
    }
    SigningKey made = generate();
    writeNew(privateFile, made.privatePem(), "rw-------");
    try {
      writeNew(publicFile, made.verifyingKey.pem(), "rw-r--r--");
    } catch (IOException e) {
      Files.deleteIfExists(privateFile);
      throw e;
    }
    return made;
  }

  /**
   * The key in a file, made on first use. Two processes that start together end with the same key.
   *
   * @param publicFile written where it is missing, so that others can be given it
   */
  public static SigningKey loadOrGenerate(Path privateFile, Path publicFile) throws IOException {
    if (!Files.exists(privateFile)) {
      Path directory = privateFile.toAbsolutePath().getParent();
      if (directory != null) {
        Files.createDirectories(directory);
      }
      try {
        writeNew(privateFile, generate().privatePem(), "rw-------");
      } catch (FileAlreadyExistsException e) {
        return loadOrGenerate(privateFile, publicFile);
      }
    }
    SigningKey key = load(privateFile);
    if (!Files.exists(publicFile)) {
      AtomicFile.write(publicFile, key.verifyingKey.pem().getBytes(StandardCharsets.US_ASCII));
    }
    return key;
  }

  /**
   * Reads a {@code .key} file, computes the public half, and signs once to see that both belong together.
   *
   * @throws KeyFileException if it is not an unencrypted P-256 key in PKCS#8 PEM
   */
  public static SigningKey load(Path file) throws IOException {
    return of(file.toString(), Pem.load(file));
  }

  static SigningKey of(String name, Pem pem) throws KeyFileException {
    if (!pem.label().equals("PRIVATE KEY")) {
      throw new KeyFileException("%s: %s".formatted(name, refusal(pem.label())));
    }
    PrivateKey key;
    try {
      key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pem.der()));
    } catch (InvalidKeySpecException | RuntimeException e) {
      throw new KeyFileException(
          "%s: found %s, expected an ECDSA P-256 private key; make one with 'esnode key generate'"
              .formatted(name, KeyAlgorithm.ofPrivate(pem.der())),
          e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has EC", e);
    }
    if (!(key instanceof ECPrivateKey ec) || !P256.isCurveOf(ec.getParams())) {
      throw new KeyFileException(
          "%s: found an EC key on another curve, expected ECDSA P-256 (secp256r1); make one with 'esnode key generate'"
              .formatted(name));
    }
    BigInteger scalar = ec.getS();
    if (scalar.signum() <= 0 || scalar.compareTo(P256.order()) >= 0) {
      throw new KeyFileException(
          name + ": the private number lies outside 1 to the order of P-256");
    }
    SigningKey loaded = new SigningKey(
        key, VerifyingKey.ofSpki(name, VerifyingKey.encoded(P256.publicPoint(scalar))));
    if (!loaded.verifyingKey.verifies(SELF_TEST, loaded.signature(SELF_TEST))) {
      throw new KeyFileException(name + ": the key cannot verify what it signs; it is damaged");
    }
    return loaded;
  }

  private static String refusal(String label) {
    return switch (label) {
      case "ENCRYPTED PRIVATE KEY" ->
        "found an encrypted private key, which this esnode cannot open; decrypt it with 'openssl pkcs8 -in KEY -out PLAIN.key'";
      case "EC PRIVATE KEY", "EC PARAMETERS" ->
        "found an EC key in SEC 1 form, expected PKCS#8; convert it with 'openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW.key'";
      case "PUBLIC KEY" -> "found a public key, expected a private key: give the .key file";
      case "RSA PRIVATE KEY" ->
        "found an RSA key, expected an ECDSA P-256 private key; make one with 'esnode key generate'";
      default ->
        "found %s, expected a PEM block \"PRIVATE KEY\" (PKCS#8)".formatted(Excerpt.of(label));
    };
  }

  public VerifyingKey verifyingKey() {
    return verifyingKey;
  }

  /** DER {@code SEQUENCE {r, s}} over SHA-256 of the message. */
  byte[] sign(byte[] message) throws KeyFileException {
    byte[] signature = signature(message);
    if (!verifyingKey.verifies(message, signature)) {
      throw new KeyFileException(
          "key %s made a signature that does not verify".formatted(verifyingKey.keyId()));
    }
    return signature;
  }

  private byte[] signature(byte[] message) throws KeyFileException {
    try {
      Signature ecdsa = Signature.getInstance(VerifyingKey.ALGORITHM);
      ecdsa.initSign(key);
      ecdsa.update(message);
      return ecdsa.sign();
    } catch (GeneralSecurityException e) {
      throw new KeyFileException(
          "key %s cannot sign: %s".formatted(verifyingKey.keyId(), e.getMessage()), e);
    }
  }

  private String privatePem() {
    return new Pem("PRIVATE KEY", key.getEncoded()).text();
  }

  private static void writeNew(Path target, String text, String mode) throws IOException {
    AtomicFile.writeNew(
        target, text.getBytes(StandardCharsets.US_ASCII), PosixFilePermissions.fromString(mode));
  }
}
