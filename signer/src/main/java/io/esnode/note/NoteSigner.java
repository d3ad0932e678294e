package io.esnode.note;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;

/** Signs notes with an Ed25519 key. Immutable, thread-safe. */
public final class NoteSigner {
  private final NoteKey key;
  private final PrivateKey secret;

  /**
   * Signs under a name.
   *
   * @throws NoteException if the key is not Ed25519, or the name holds white space or a plus sign
   */
  public NoteSigner(String name, KeyPair pair) throws NoteException {
    this.key = NoteKey.of(name, pair.getPublic());
    this.secret = pair.getPrivate();
  }

  /** What verifies. */
  public NoteKey key() {
    return key;
  }

  /** @throws IOException if the key cannot be used */
  byte[] sign(String text) throws IOException {
    try {
      Signature signer = Signature.getInstance("Ed25519");
      signer.initSign(secret);
      signer.update(text.getBytes(StandardCharsets.UTF_8));
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IOException("the key %s cannot sign: %s".formatted(key, e.getMessage()), e);
    }
  }
}
