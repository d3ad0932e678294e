package io.esnode.signer;

import java.io.IOException;

/** Encrypts a private key before it is written. */
@FunctionalInterface
public interface KeyLock {
  /**
   * The key encrypted.
   *
   * @param pkcs8 DER; whoever asks wipes it
   * @return DER of an EncryptedPrivateKeyInfo (RFC 5958 section 3)
   */
  byte[] lock(byte[] pkcs8) throws IOException;
}
