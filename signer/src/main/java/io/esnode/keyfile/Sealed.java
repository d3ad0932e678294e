package io.esnode.keyfile;

/** An encrypted key that was read and not opened. */
interface Sealed {
  /** How it is encrypted. */
  String words();

  /**
   * The PKCS#8 inside, DER.
   *
   * @param passphrase UTF-8
   */
  byte[] open(byte[] passphrase) throws KeyFormatException;
}
