package io.esnode.note;

import io.esnode.bundle.Sha256;
import io.esnode.signer.Excerpt;
import io.esnode.signer.StrictBase64;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Who signs notes: a name and an Ed25519 key, as the text {@code NAME+KEYID+BASE64(0x01 || key)} has them (C2SP signed-note,
 * verifier keys). The other types of signature there are not known here. Immutable, thread-safe.
 */
public final class NoteKey {
  /** Type of signature: Ed25519 over the text. */
  static final byte ED25519 = 1;

  static final int ID_BYTES = 4;
  static final int SIGNATURE_BYTES = 64;

  private static final int KEY_BYTES = 32;

  /** SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410). */
  private static final byte[] SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  private final String name;
  private final byte[] raw;
  private final PublicKey key;

  private NoteKey(String name, byte[] raw, PublicKey key) {
    this.name = name;
    this.raw = raw;
    this.key = key;
  }

  /**
   * Reads the text of a key.
   *
   * @throws NoteException if it is no verifier key, or one of another type
   */
  public static NoteKey parse(String text) throws NoteException {
    String[] parts = text.split("\\+", 3);
    if (parts.length != 3 || !isName(parts[0]) || !parts[1].matches("[0-9a-f]{8}")) {
      throw new NoteException(
          "key: found %s, expected NAME+KEYID+BASE64".formatted(Excerpt.of(text)));
    }
    byte[] typed;
    try {
      typed = StrictBase64.decode(parts[2]);
    } catch (IllegalArgumentException e) {
      throw new NoteException("key %s: not base64".formatted(Excerpt.of(parts[0])), e);
    }
    if (typed.length != 1 + KEY_BYTES || typed[0] != ED25519) {
      throw new NoteException("key %s: found %d bytes of type %s, expected %d of type 1, Ed25519"
          .formatted(
              Excerpt.of(parts[0]),
              Math.max(0, typed.length - 1),
              typed.length == 0 ? "none" : Integer.toString(typed[0] & 0xff),
              KEY_BYTES));
    }
    NoteKey key = of(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
    if (!HexFormat.of().formatHex(key.id()).equals(parts[1])) {
      throw new NoteException("key %s: found id %s, expected %s"
          .formatted(Excerpt.of(parts[0]), parts[1], HexFormat.of().formatHex(key.id())));
    }
    return key;
  }

  /** @throws NoteException if the key is not Ed25519, or the name holds white space or a plus sign */
  static NoteKey of(String name, PublicKey key) throws NoteException {
    byte[] spki = key.getEncoded();
    if (spki == null
        || spki.length != SPKI.length + KEY_BYTES
        || !Arrays.equals(SPKI, 0, SPKI.length, spki, 0, SPKI.length)) {
      throw new NoteException("found a key for %s, expected Ed25519".formatted(key.getAlgorithm()));
    }
    return of(name, Arrays.copyOfRange(spki, SPKI.length, spki.length));
  }

  private static NoteKey of(String name, byte[] raw) throws NoteException {
    if (!isName(name)) {
      throw new NoteException(
          "name: found %s, expected no white space and no plus sign".formatted(Excerpt.of(name)));
    }
    byte[] spki = Arrays.copyOf(SPKI, SPKI.length + KEY_BYTES);
    System.arraycopy(raw, 0, spki, SPKI.length, KEY_BYTES);
    try {
      PublicKey key =
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
      return new NoteKey(name, raw, key);
    } catch (GeneralSecurityException e) {
      throw new NoteException("key %s: no point of Ed25519".formatted(Excerpt.of(name)), e);
    }
  }

  /** Not empty, no white space (of Unicode), no plus sign, no control character. */
  static boolean isName(String text) {
    return !text.isEmpty()
        && text.codePoints()
            .noneMatch(c -> c == '+'
                || Character.isWhitespace(c)
                || Character.isSpaceChar(c)
                || Character.isISOControl(c));
  }

  public String name() {
    return name;
  }

  /** SHA-256(name || LF || 0x01 || key), the first 4 bytes: it selects a key and proves nothing. */
  byte[] id() {
    MessageDigest digest = Sha256.digest();
    digest.update((name + "\n").getBytes(StandardCharsets.UTF_8));
    digest.update(ED25519);
    return Arrays.copyOf(digest.digest(raw), ID_BYTES);
  }

  /** Any bytes are an answer; the signature is 64 bytes. */
  boolean verifies(byte[] text, byte[] signature) {
    if (signature.length != SIGNATURE_BYTES) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(text);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The text that {@link #parse} reads. */
  @Override
  public String toString() {
    byte[] typed = new byte[1 + KEY_BYTES];
    typed[0] = ED25519;
    System.arraycopy(raw, 0, typed, 1, KEY_BYTES);
    return "%s+%s+%s".formatted(name, HexFormat.of().formatHex(id()), StrictBase64.encode(typed));
  }
}
