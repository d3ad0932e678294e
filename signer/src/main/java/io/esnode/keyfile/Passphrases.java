package io.esnode.keyfile;

import io.esnode.signer.KeyFileException;

/** Knows what opens keys. */
@FunctionalInterface
public interface Passphrases {
  /**
   * The passphrase or PIN of a key.
   *
   * @param name of the key, for the question
   * @return a copy; whoever asked wipes it
   * @throws KeyFileException if there is none
   */
  char[] of(String name) throws KeyFileException;
}
