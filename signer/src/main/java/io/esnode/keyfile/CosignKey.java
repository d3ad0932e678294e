package io.esnode.keyfile;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.signer.StrictBase64;
import java.io.IOException;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/**
 * A private key of cosign or sigstore: JSON that names scrypt and a NaCl secretbox. Inside is PKCS#8, or SEC 1, which cosign
 * itself wrote once and no longer reads.
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived carrier; never compared
record CosignKey(Scrypt scrypt, byte[] salt, byte[] nonce, byte[] box) implements Sealed {
  private static final int MAX_SALT = 1024;

  static CosignKey parse(byte[] json) throws KeyFormatException {
    try {
      Json.Obj key = JsonReader.object(json);
      Json.Obj kdf = key.obj("kdf");
      Json.Obj cipher = key.obj("cipher");
      if (!kdf.text("name").equals("scrypt") || !cipher.text("name").equals("nacl/secretbox")) {
        throw new KeyFormatException(
            "found another key derivation or cipher than scrypt and nacl/secretbox");
      }
      Json.Obj params = kdf.obj("params");
      Scrypt scrypt = Scrypt.of(params.integer("N"), params.integer("r"), params.integer("p"));
      byte[] salt = StrictBase64.decode(kdf.text("salt"));
      byte[] nonce = StrictBase64.decode(cipher.text("nonce"));
      byte[] box = StrictBase64.decode(key.text("ciphertext"));
      if (salt.length > MAX_SALT
          || nonce.length != Secretbox.NONCE_BYTES
          || box.length <= Secretbox.TAG_BYTES) {
        throw new KeyFormatException(
            "found a salt of %d bytes, a nonce of %d and a box of %d, expected at most %d, %d and more than %d"
                .formatted(
                    salt.length,
                    nonce.length,
                    box.length,
                    MAX_SALT,
                    Secretbox.NONCE_BYTES,
                    Secretbox.TAG_BYTES));
      }
      return new CosignKey(scrypt, salt, nonce, box);
    } catch (JsonException | IllegalArgumentException e) {
      throw new KeyFormatException("not the JSON of an encrypted cosign key: " + e.getMessage(), e);
    }
  }

  @Override
  public String words() {
    return "%s, NaCl secretbox".formatted(scrypt);
  }

  @Override
  public byte[] open(byte[] passphrase) throws KeyFormatException {
    byte[] key = scrypt.key(passphrase, salt, Secretbox.KEY_BYTES);
    byte[] opened = Secretbox.open(box, nonce, key);
    Arrays.fill(key, (byte) 0);
    return pkcs8(opened);
  }

  /** SEC 1 (RFC 5915) begins with version 1 where PKCS#8 has 0; on P-256 it is wrapped. */
  private static byte[] pkcs8(byte[] der) throws KeyFormatException {
    try {
      if (!isSec1(der)) {
        return der;
      }
      ECPrivateKey sec1 = ECPrivateKey.getInstance(ASN1Primitive.fromByteArray(der));
      if (!SECObjectIdentifiers.secp256r1.equals(sec1.getParametersObject())) {
        throw new KeyFormatException("found an EC key on another curve, expected P-256");
      }
      byte[] wrapped = new PrivateKeyInfo(
              new AlgorithmIdentifier(
                  X9ObjectIdentifiers.id_ecPublicKey, SECObjectIdentifiers.secp256r1),
              sec1)
          .getEncoded();
      Arrays.fill(der, (byte) 0);
      return wrapped;
    } catch (IOException | RuntimeException e) {
      throw new KeyFormatException("what was encrypted is no private key", e);
    }
  }

  /** SEQUENCE { INTEGER 1, OCTET STRING … } of fewer than 128 bytes, as one of P-256 is. */
  private static boolean isSec1(byte[] der) {
    return der.length > 6
        && der[0] == 0x30
        && der[2] == 0x02
        && der[3] == 1
        && der[4] == 1
        && der[5] == 0x04;
  }
}
