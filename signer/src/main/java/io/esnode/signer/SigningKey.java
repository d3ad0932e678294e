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
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A private key that signs: ECDSA P-256 or Ed25519, PKCS#8 in PEM ({@code .key}, mode 0600) with its public half in PEM beside
 * it ({@code .pub}). The private file alone suffices. Or one that another provider holds, such as a token. Immutable,
 * thread-safe.
 */
public final class SigningKey {
  private static final byte[] SELF_TEST =
      "esnode key self-test".getBytes(StandardCharsets.US_ASCII);
  private static final String PLAIN = "PRIVATE KEY";
  static final String ENCRYPTED = "ENCRYPTED ";

  private final PrivateKey key;
  private final @Nullable Provider provider;
  private final VerifyingKey verifyingKey;

  /** @param provider that alone can sign with the key, null for the JDK's choice */
  private SigningKey(PrivateKey key, @Nullable Provider provider, VerifyingKey verifyingKey) {
    this.key = key;
    this.provider = provider;
    this.verifyingKey = verifyingKey;
  }

  /** A new P-256 key, in memory only. */
  public static SigningKey generate() {
    return generate(SigningAlgorithm.ECDSA_P256);
  }

  /** A new key, in memory only. */
  public static SigningKey generate(SigningAlgorithm algorithm) {
    try {
      KeyPairGenerator generator = switch (algorithm) {
        case ECDSA_P256 -> {
          KeyPairGenerator ec = KeyPairGenerator.getInstance("EC");
          ec.initialize(new ECGenParameterSpec("secp256r1"));
          yield ec;
        }
        case ED25519 -> KeyPairGenerator.getInstance("Ed25519");
      };
      KeyPair pair = generator.generateKeyPair();
      return new SigningKey(
          pair.getPrivate(),
          null,
          VerifyingKey.ofSpki("generated key", pair.getPublic().getEncoded()));
    } catch (GeneralSecurityException | KeyFileException e) {
      throw new IllegalStateException(
          "this Java platform cannot make a key for %s".formatted(algorithm.title()), e);
    }
  }

  /**
   * Makes a P-256 key and writes both files; neither may exist.
   *
   * @throws FileAlreadyExistsException if one does; nothing is changed
   */
  public static SigningKey generate(Path privateFile, Path publicFile) throws IOException {
    return generate(SigningAlgorithm.ECDSA_P256, privateFile, publicFile, null);
  }

  /**
   * Makes a key and writes both files; neither may exist.
   *
   * @param lock with which the private one is encrypted, null to leave it plain
   * @throws FileAlreadyExistsException if one does; nothing is changed
   */
  public static SigningKey generate(
      SigningAlgorithm algorithm, Path privateFile, Path publicFile, @Nullable KeyLock lock)
      throws IOException {
    for (Path file : new Path[] {privateFile, publicFile}) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(file.toString());
      }
    }
    SigningKey made = generate(algorithm);
    writeNew(privateFile, made.privatePem(lock), "rw-------");
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
        writeNew(privateFile, generate().privatePem(null), "rw-------");
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
   * @throws KeyFileException if it is not an unencrypted P-256 or Ed25519 key in PKCS#8 PEM
   */
  public static SigningKey load(Path file) throws IOException {
    return of(file.toString(), Pem.load(file));
  }

  /**
   * The same of a key that may be encrypted.
   *
   * @param opener is asked only if it is
   */
  public static SigningKey load(Path file, KeyOpener opener) throws IOException {
    Pem pem = Pem.load(file);
    if (!pem.label().startsWith(ENCRYPTED)) {
      return of(file.toString(), pem);
    }
    byte[] pkcs8 = opener.open(file.toString(), pem.label(), pem.der());
    try {
      return of(file.toString(), new Pem(PLAIN, pkcs8));
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  /**
   * A key that never leaves what holds it.
   *
   * @param name of the place, for messages
   * @param provider that signs with it
   * @throws KeyFileException if it cannot sign, or what it signs does not verify with that public key
   */
  public static SigningKey held(
      String name, PrivateKey key, Provider provider, VerifyingKey verifyingKey)
      throws KeyFileException {
    SigningKey held = new SigningKey(key, provider, verifyingKey);
    held.test(name, "the key cannot verify what it signs; its certificate is another key's");
    return held;
  }

  static SigningKey of(String name, Pem pem) throws KeyFileException {
    if (!pem.label().equals(PLAIN)) {
      throw new KeyFileException("%s: %s".formatted(name, refusal(pem.label())));
    }
    PrivateKey key = read(name, pem.der());
    SigningKey loaded = new SigningKey(key, null, VerifyingKey.ofSpki(name, spki(name, key)));
    loaded.test(name, "the key cannot verify what it signs; it is damaged");
    return loaded;
  }

  private static PrivateKey read(String name, byte[] pkcs8) throws KeyFileException {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(pkcs8);
    return read("EC", spec)
        .or(() -> read("Ed25519", spec))
        .orElseThrow(() -> new KeyFileException(
            "%s: found %s, expected an ECDSA P-256 or Ed25519 private key; make one with 'esnode key generate'"
                .formatted(name, KeyAlgorithm.ofPrivate(pkcs8))));
  }

  /** Empty if it is a key of another kind, or none. */
  private static Optional<PrivateKey> read(String algorithm, PKCS8EncodedKeySpec spec) {
    try {
      return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(spec));
    } catch (InvalidKeySpecException | RuntimeException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + algorithm, e);
    }
  }

  private static byte[] spki(String name, PrivateKey key) throws KeyFileException {
    if (key instanceof EdECPrivateKey ed) {
      byte[] seed = ed.getBytes()
          .filter(bytes -> bytes.length == Ed25519.BYTES)
          .orElseThrow(() -> new KeyFileException(name + ": not the 32 bytes of an Ed25519 key"));
      byte[] spki = VerifyingKey.encoded(Ed25519.publicKey(seed));
      Arrays.fill(seed, (byte) 0);
      return spki;
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
    return VerifyingKey.encoded(P256.publicPoint(scalar));
  }

  private void test(String name, String otherwise) throws KeyFileException {
    if (!verifyingKey.verifies(SELF_TEST, signature(SELF_TEST))) {
      throw new KeyFileException("%s: %s".formatted(name, otherwise));
    }
  }

  private static String refusal(String label) {
    return switch (label) {
      case "ENCRYPTED PRIVATE KEY" ->
        "found an encrypted private key, which is not opened here; decrypt it with 'openssl pkcs8 -in KEY -out PLAIN.key'";
      case "EC PRIVATE KEY", "EC PARAMETERS" ->
        "found an EC key in SEC 1 form, expected PKCS#8; convert it with 'openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW.key'";
      case "PUBLIC KEY" -> "found a public key, expected a private key: give the .key file";
      case "RSA PRIVATE KEY" ->
        "found an RSA key, expected an ECDSA P-256 or Ed25519 private key; make one with 'esnode key generate'";
      default ->
        "found %s, expected a PEM block \"PRIVATE KEY\" (PKCS#8)".formatted(Excerpt.of(label));
    };
  }

  public VerifyingKey verifyingKey() {
    return verifyingKey;
  }

  /** ECDSA as DER {@code SEQUENCE {r, s}} over SHA-256 of the message, or the 64 bytes of Ed25519. */
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
      String algorithm = verifyingKey.algorithm().jca();
      Signature signer = provider == null
          ? Signature.getInstance(algorithm)
          : Signature.getInstance(algorithm, provider);
      signer.initSign(key);
      signer.update(message);
      return signer.sign();
    } catch (GeneralSecurityException | ProviderException e) {
      throw new KeyFileException(
          "key %s cannot sign: %s".formatted(verifyingKey.keyId(), e.getMessage()), e);
    }
  }

  private String privatePem(@Nullable KeyLock lock) throws IOException {
    byte[] pkcs8 = key.getEncoded();
    try {
      return lock == null
          ? new Pem(PLAIN, pkcs8).text()
          : new Pem(ENCRYPTED + PLAIN, lock.lock(pkcs8)).text();
    } finally {
      Arrays.fill(pkcs8, (byte) 0);
    }
  }

  private static void writeNew(Path target, String text, String mode) throws IOException {
    AtomicFile.writeNew(
        target, text.getBytes(StandardCharsets.US_ASCII), PosixFilePermissions.fromString(mode));
  }
}
