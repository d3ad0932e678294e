package io.esnode.keyfile;

import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.macs.Poly1305;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;

/** NaCl's secretbox: a Poly1305 tag of 16 bytes, then XSalsa20, whose first 32 bytes key the tag. */
final class Secretbox {
  static final int NONCE_BYTES = 24;
  static final int KEY_BYTES = 32;
  static final int TAG_BYTES = 16;

  private Secretbox() {}

  /** @throws KeyFormatException if the tag is not that of the rest; nothing is deciphered then */
  static byte[] open(byte[] box, byte[] nonce, byte[] key) throws KeyFormatException {
    XSalsa20Engine stream = new XSalsa20Engine();
    stream.init(false, new ParametersWithIV(new KeyParameter(key), nonce));
    byte[] tagKey = new byte[KEY_BYTES];
    stream.processBytes(tagKey, 0, KEY_BYTES, tagKey, 0);
    Poly1305 mac = new Poly1305();
    mac.init(new KeyParameter(tagKey));
    Arrays.fill(tagKey, (byte) 0);
    mac.update(box, TAG_BYTES, box.length - TAG_BYTES);
    byte[] tag = new byte[TAG_BYTES];
    mac.doFinal(tag, 0);
    if (!MessageDigest.isEqual(tag, Arrays.copyOf(box, TAG_BYTES))) {
      throw KeyFormatException.wrongPassphrase();
    }
    byte[] opened = new byte[box.length - TAG_BYTES];
    stream.processBytes(box, TAG_BYTES, opened.length, opened, 0);
    return opened;
  }
}
