package io.esnode.signer;

import java.io.IOException;

/** Opens private keys that lie encrypted. */
@FunctionalInterface
public interface KeyOpener {
  /**
   * The key inside.
   *
   * @param name of the file, for messages
   * @param label of its PEM block, which begins with {@code ENCRYPTED}
   * @param content of that block
   * @return PKCS#8 in DER; whoever asked for it wipes it
   * @throws KeyFileException if it cannot be opened, or not with that passphrase
   */
  byte[] open(String name, String label, byte[] content) throws IOException;
}
