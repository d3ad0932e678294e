package io.esnode.keyfile;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Object;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * Encrypted PKCS#8 (RFC 5958 section 3) by PBES2 (RFC 8018 section 6.2): PBKDF2 with HMAC-SHA-2 or scrypt, then AES-CBC.
 *
 * @param prf of PBKDF2, as the JDK calls it, null with scrypt
 * @param iterations of PBKDF2
 * @param scrypt null with PBKDF2
 * @param keyBytes 16, 24 or 32
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived carrier; never compared
record Pbes2(
    @Nullable String prf,
    int iterations,
    @Nullable Scrypt scrypt,
    byte[] salt,
    int keyBytes,
    byte[] iv,
    byte[] content)
    implements Sealed {
  /** Several seconds; the usual advice for HMAC-SHA256 is 600 000. */
  private static final int MAX_ITERATIONS = 10_000_000;

  private static final int WRITTEN_ITERATIONS = 600_000;
  private static final int WRITTEN_SALT = 16;
  private static final int MAX_SALT = 1024;
  private static final int BLOCK = 16;

  private static final Map<ASN1ObjectIdentifier, String> PRFS = Map.of(
      PKCSObjectIdentifiers.id_hmacWithSHA256, "HmacSHA256",
      PKCSObjectIdentifiers.id_hmacWithSHA384, "HmacSHA384",
      PKCSObjectIdentifiers.id_hmacWithSHA512, "HmacSHA512");
  private static final Map<ASN1ObjectIdentifier, Integer> CIPHERS = Map.of(
      NISTObjectIdentifiers.id_aes128_CBC, 16,
      NISTObjectIdentifiers.id_aes192_CBC, 24,
      NISTObjectIdentifiers.id_aes256_CBC, 32);

  static Pbes2 parse(byte[] der) throws KeyFormatException {
    try {
      ASN1Primitive read = ASN1Primitive.fromByteArray(der);
      EncryptedPrivateKeyInfo info = EncryptedPrivateKeyInfo.getInstance(read);
      if (!Arrays.equals(info.getEncoded(ASN1Encoding.DER), der)) {
        throw new KeyFormatException("the encrypted key is not in its one DER form");
      }
      AlgorithmIdentifier algorithm = info.getEncryptionAlgorithm();
      if (!algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBES2)) {
        throw new KeyFormatException(
            "found encryption %s, expected PBES2; encrypt it again with 'openssl pkcs8 -topk8 -v2 aes-256-cbc'"
                .formatted(algorithm.getAlgorithm()));
      }
      return of(PBES2Parameters.getInstance(algorithm.getParameters()), info.getEncryptedData());
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new KeyFormatException("not an encrypted private key in DER", e);
    }
  }

  private static Pbes2 of(PBES2Parameters parameters, byte[] content) throws KeyFormatException {
    EncryptionScheme scheme = parameters.getEncryptionScheme();
    Integer keyBytes = CIPHERS.get(scheme.getAlgorithm());
    if (keyBytes == null) {
      throw new KeyFormatException("found cipher %s, expected AES in CBC mode; %s"
          .formatted(scheme.getAlgorithm(), "encrypt it again with -v2 aes-256-cbc"));
    }
    byte[] iv = ASN1OctetString.getInstance(scheme.getParameters()).getOctets();
    if (iv.length != BLOCK || content.length == 0 || content.length % BLOCK != 0) {
      throw new KeyFormatException(
          "found an IV of %d bytes and %d bytes of AES-CBC".formatted(iv.length, content.length));
    }
    KeyDerivationFunc kdf = parameters.getKeyDerivationFunc();
    if (kdf.getAlgorithm().equals(MiscObjectIdentifiers.id_scrypt)) {
      ScryptParams asked = ScryptParams.getInstance(kdf.getParameters());
      checkLength(asked.getKeyLength(), keyBytes);
      Scrypt scrypt = Scrypt.of(
          whole(asked.getCostParameter()),
          whole(asked.getBlockSize()),
          whole(asked.getParallelizationParameter()));
      return new Pbes2(null, 0, scrypt, salt(asked.getSalt()), keyBytes, iv, content);
    }
    if (!kdf.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBKDF2)) {
      throw new KeyFormatException(
          "found key derivation %s, expected PBKDF2 or scrypt".formatted(kdf.getAlgorithm()));
    }
    PBKDF2Params asked = PBKDF2Params.getInstance(kdf.getParameters());
    checkLength(asked.getKeyLength(), keyBytes);
    String prf = PRFS.get(asked.getPrf().getAlgorithm());
    if (prf == null) {
      throw new KeyFormatException("found PBKDF2 with %s, expected HMAC-SHA256, 384 or 512"
          .formatted(asked.getPrf().getAlgorithm()));
    }
    long iterations = whole(asked.getIterationCount());
    if (iterations < 1 || iterations > MAX_ITERATIONS) {
      throw new KeyFormatException("PBKDF2 with %d iterations is asked for, expected 1 to %d"
          .formatted(iterations, MAX_ITERATIONS));
    }
    return new Pbes2(prf, (int) iterations, null, salt(asked.getSalt()), keyBytes, iv, content);
  }

  private static long whole(BigInteger value) throws KeyFormatException {
    if (value.bitLength() > 62) {
      throw new KeyFormatException("found a parameter of %d bits".formatted(value.bitLength()));
    }
    return value.longValue();
  }

  private static byte[] salt(byte[] salt) throws KeyFormatException {
    if (salt.length == 0 || salt.length > MAX_SALT) {
      throw new KeyFormatException(
          "found a salt of %d bytes, expected 1 to %d".formatted(salt.length, MAX_SALT));
    }
    return salt;
  }

  private static void checkLength(@Nullable BigInteger length, int expected)
      throws KeyFormatException {
    if (length != null && !length.equals(BigInteger.valueOf(expected))) {
      throw new KeyFormatException("found a derived key of another length than the cipher's");
    }
  }

  @Override
  public String words() {
    return "PBES2: %s, AES-%d-CBC"
        .formatted(
            scrypt != null
                ? scrypt.toString()
                : "PBKDF2-%s %d iterations".formatted(prf, iterations),
            keyBytes * 8);
  }

  @Override
  public byte[] open(byte[] passphrase) throws KeyFormatException {
    byte[] key = scrypt != null
        ? scrypt.key(passphrase, salt, keyBytes)
        : pbkdf2(String.valueOf(prf), passphrase, salt, iterations, keyBytes);
    try {
      byte[] opened = aes(Cipher.DECRYPT_MODE, key, iv).doFinal(content);
      if (!looksLikeKey(opened)) {
        Arrays.fill(opened, (byte) 0);
        throw KeyFormatException.wrongPassphrase();
      }
      return opened;
    } catch (GeneralSecurityException e) {
      throw new KeyFormatException(
          String.valueOf(KeyFormatException.wrongPassphrase().getMessage()), e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /** CBC has no tag: of 256 wrong passphrases one leaves a padding that holds. */
  private static boolean looksLikeKey(byte[] der) {
    return der.length > 4 && der[0] == 0x30;
  }

  /** DER of an EncryptedPrivateKeyInfo: PBKDF2-HMAC-SHA256 and AES-256-CBC, which every openssl since 1.1 reads. */
  static byte[] encrypt(byte[] pkcs8, byte[] passphrase, SecureRandom random) throws IOException {
    return encrypt(pkcs8, passphrase, random, WRITTEN_ITERATIONS);
  }

  static byte[] encrypt(byte[] pkcs8, byte[] passphrase, SecureRandom random, int iterations)
      throws IOException {
    byte[] salt = new byte[WRITTEN_SALT];
    byte[] iv = new byte[BLOCK];
    random.nextBytes(salt);
    random.nextBytes(iv);
    byte[] key = pbkdf2("HmacSHA256", passphrase, salt, iterations, 32);
    try {
      ASN1Object parameters = new PBES2Parameters(
          new KeyDerivationFunc(
              PKCSObjectIdentifiers.id_PBKDF2,
              new PBKDF2Params(
                  salt,
                  iterations,
                  new AlgorithmIdentifier(
                      PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE))),
          new EncryptionScheme(NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(iv)));
      return new EncryptedPrivateKeyInfo(
              new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBES2, parameters),
              aes(Cipher.ENCRYPT_MODE, key, iv).doFinal(pkcs8))
          .getEncoded(ASN1Encoding.DER);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has AES", e);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static Cipher aes(int mode, byte[] key, byte[] iv) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(iv));
    return cipher;
  }

  private static byte[] pbkdf2(
      String prf, byte[] passphrase, byte[] salt, int iterations, int bytes) {
    CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(passphrase));
    char[] characters = new char[decoded.remaining()];
    decoded.get(characters);
    PBEKeySpec spec = new PBEKeySpec(characters, salt, iterations, bytes * 8);
    try {
      // The JDK encodes them in UTF-8 again; its PBES2 would take ASCII only.
      return SecretKeyFactory.getInstance("PBKDF2With" + prf)
          .generateSecret(spec)
          .getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has PBKDF2 with " + prf, e);
    } finally {
      spec.clearPassword();
      Arrays.fill(characters, '\0');
      Arrays.fill(decoded.array(), '\0');
    }
  }
}
