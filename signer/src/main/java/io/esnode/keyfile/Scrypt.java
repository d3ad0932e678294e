package io.esnode.keyfile;

import org.bouncycastle.crypto.generators.SCrypt;

/**
 * Parameters of scrypt (RFC 7914), bounded: they come from the file, and say how much memory and time opening it takes.
 *
 * @param n cost, a power of two
 * @param r block size
 * @param p parallelization
 */
record Scrypt(int n, int r, int p) {
  /** cosign asks for 64 MiB, openssl for 16 MiB. */
  static final long MAX_BYTES = 256L << 20;

  private static final int MAX_P = 16;

  /** cosign's is half a million. */
  private static final long MAX_WORK = 1L << 23;

  /** @throws KeyFormatException if they are none, or too much */
  static Scrypt of(long n, long r, long p) throws KeyFormatException {
    if (n < 2 || n > Integer.MAX_VALUE || Long.bitCount(n) != 1 || r < 1 || p < 1) {
      throw new KeyFormatException(
          "no parameters of scrypt: N = %d, r = %d, p = %d".formatted(n, r, p));
    }
    if (r > MAX_BYTES || n * r > MAX_BYTES / 128 || p > MAX_P || n * r * p > MAX_WORK) {
      throw new KeyFormatException(
          "scrypt with N = %d, r = %d, p = %d is asked for, more than the %d MiB or the time that a key may take; encrypt it again with less"
              .formatted(n, r, p, MAX_BYTES >> 20));
    }
    return new Scrypt((int) n, (int) r, (int) p);
  }

  byte[] key(byte[] passphrase, byte[] salt, int bytes) throws KeyFormatException {
    long needed = 128L * n * r;
    if (needed > Runtime.getRuntime().maxMemory() / 2) {
      throw new KeyFormatException(
          "scrypt with N = %d, r = %d needs %d MiB of memory, which this process has not"
              .formatted(n, r, needed >> 20));
    }
    return SCrypt.generate(passphrase, salt, n, r, p, bytes);
  }

  @Override
  public String toString() {
    return "scrypt N=%d r=%d p=%d".formatted(n, r, p);
  }
}
