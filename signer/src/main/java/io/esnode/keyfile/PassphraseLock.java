package io.esnode.keyfile;

import io.esnode.signer.KeyFileException;
import io.esnode.signer.KeyLock;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;

/** Encrypts with a passphrase, as PBES2 that openssl reads. */
public final class PassphraseLock implements KeyLock {
  private final Passphrases passphrases;
  private final String name;

  /**
   * One that asks when it is used.
   *
   * @param name of the key, for the question
   */
  public PassphraseLock(Passphrases passphrases, String name) {
    this.passphrases = passphrases;
    this.name = name;
  }

  @Override
  public byte[] lock(byte[] pkcs8) throws IOException {
    byte[] passphrase = PassphraseFile.utf8(passphrases.of(name));
    try {
      if (passphrase.length == 0) {
        throw new KeyFileException(name + ": an empty passphrase protects nothing");
      }
      return Pbes2.encrypt(pkcs8, passphrase, new SecureRandom());
    } finally {
      Arrays.fill(passphrase, (byte) 0);
    }
  }
}
