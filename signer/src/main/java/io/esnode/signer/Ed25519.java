package io.esnode.signer;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The curve edwards25519 (RFC 8032 section 5.1) where the JDK has no call for it: whether 32 bytes are a public key that only
 * one private key has, and the public key of a seed, which a PKCS#8 file need not hold.
 *
 * <p>Not constant-time: the one multiplication of a secret runs when a key is loaded, in the process that holds the key
 * anyway. Signing itself is the JDK's.
 */
final class Ed25519 {
  /** Bytes of a seed, of a public key, and of each half of a signature. */
  static final int BYTES = 32;

  private static final BigInteger P =
      BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));
  private static final BigInteger ORDER =
      BigInteger.ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));
  private static final BigInteger D = BigInteger.valueOf(-121665)
      .multiply(BigInteger.valueOf(121666).modInverse(P))
      .mod(P);
  private static final BigInteger ROOT_OF_MINUS_ONE =
      BigInteger.TWO.modPow(P.subtract(BigInteger.ONE).shiftRight(2), P);
  private static final int SIGN = 0x80;

  private Ed25519() {}

  /** The 32 bytes of RFC 8032 section 5.1.5 that belong to a seed. */
  static byte[] publicKey(byte[] seed) {
    byte[] hash = sha512(seed);
    byte[] scalar = Arrays.copyOf(hash, BYTES);
    scalar[0] &= (byte) 0xf8;
    scalar[BYTES - 1] = (byte) ((scalar[BYTES - 1] & 0x7f) | 0x40);
    byte[] encoded = generator().times(littleEndian(scalar)).encoded();
    Arrays.fill(hash, (byte) 0);
    Arrays.fill(scalar, (byte) 0);
    return encoded;
  }

  /** What is wrong with a public key, if anything. */
  static Optional<String> fault(byte[] encoded) {
    if (!isCanonical(encoded)) {
      return Optional.of("is not in its one form");
    }
    Point point = decoded(encoded);
    if (point == null) {
      return Optional.of("is not a point of edwards25519");
    }
    return point.isNeutral() || !point.times(ORDER).isNeutral()
        ? Optional.of("is of small or mixed order, so that others can sign for it")
        : Optional.empty();
  }

  /** Whether a signature has both halves in their one form: R below 2^255 - 19, S below the order. */
  static boolean isSignature(byte[] signature) {
    return signature.length == 2 * BYTES
        && isCanonical(Arrays.copyOf(signature, BYTES))
        && littleEndian(Arrays.copyOfRange(signature, BYTES, 2 * BYTES)).compareTo(ORDER) < 0;
  }

  private static boolean isCanonical(byte[] encoded) {
    if (encoded.length != BYTES) {
      return false;
    }
    BigInteger y = yOf(encoded);
    boolean xIsZero = y.equals(BigInteger.ONE) || y.equals(P.subtract(BigInteger.ONE));
    return y.compareTo(P) < 0 && !(xIsZero && (encoded[BYTES - 1] & SIGN) != 0);
  }

  private static BigInteger yOf(byte[] encoded) {
    byte[] y = encoded.clone();
    y[BYTES - 1] &= 0x7f;
    return littleEndian(y);
  }

  /** RFC 8032 section 5.1.3; null where there is no such point. */
  private static @Nullable Point decoded(byte[] encoded) {
    BigInteger y = yOf(encoded);
    BigInteger square = y.multiply(y).mod(P);
    BigInteger x2 = square
        .subtract(BigInteger.ONE)
        .multiply(D.multiply(square).add(BigInteger.ONE).modInverse(P))
        .mod(P);
    BigInteger x = x2.modPow(P.add(BigInteger.valueOf(3)).shiftRight(3), P);
    if (!x.multiply(x).mod(P).equals(x2)) {
      x = x.multiply(ROOT_OF_MINUS_ONE).mod(P);
    }
    if (!x.multiply(x).mod(P).equals(x2)) {
      return null;
    }
    boolean odd = (encoded[BYTES - 1] & SIGN) != 0;
    return Point.of(x.testBit(0) == odd ? x : P.subtract(x).mod(P), y);
  }

  private static Point generator() {
    byte[] encoded = new byte[BYTES];
    Arrays.fill(encoded, (byte) 0x66);
    encoded[0] = 0x58;
    Point generator = decoded(encoded);
    if (generator == null) {
      throw new IllegalStateException("the generator is on the curve");
    }
    return generator;
  }

  private static BigInteger littleEndian(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return new BigInteger(1, reversed);
  }

  private static byte[] sha512(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-512").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-512", e);
    }
  }

  /** A point (x/z, y/z) with t = xy/z, RFC 8032 section 5.1.4; the sum is complete: it has no exceptions. */
  private record Point(BigInteger x, BigInteger y, BigInteger z, BigInteger t) {
    static Point of(BigInteger x, BigInteger y) {
      return new Point(x, y, BigInteger.ONE, x.multiply(y).mod(P));
    }

    Point times(BigInteger scalar) {
      Point sum = of(BigInteger.ZERO, BigInteger.ONE);
      for (int bit = scalar.bitLength() - 1; bit >= 0; bit--) {
        sum = sum.plus(sum);
        if (scalar.testBit(bit)) {
          sum = sum.plus(this);
        }
      }
      return sum;
    }

    private Point plus(Point other) {
      BigInteger a = y.subtract(x).multiply(other.y.subtract(other.x)).mod(P);
      BigInteger b = y.add(x).multiply(other.y.add(other.x)).mod(P);
      BigInteger c = t.multiply(D).mod(P).multiply(other.t).shiftLeft(1).mod(P);
      BigInteger d = z.multiply(other.z).shiftLeft(1).mod(P);
      BigInteger e = b.subtract(a);
      BigInteger f = d.subtract(c);
      BigInteger g = d.add(c);
      BigInteger h = b.add(a);
      return new Point(
          e.multiply(f).mod(P),
          g.multiply(h).mod(P),
          f.multiply(g).mod(P),
          e.multiply(h).mod(P));
    }

    boolean isNeutral() {
      return x.signum() == 0 && y.equals(z);
    }

    byte[] encoded() {
      BigInteger inverse = z.modInverse(P);
      BigInteger affineX = x.multiply(inverse).mod(P);
      byte[] big = y.multiply(inverse).mod(P).toByteArray();
      byte[] encoded = new byte[BYTES];
      for (int i = 0; i < Math.min(big.length, BYTES); i++) {
        encoded[i] = big[big.length - 1 - i];
      }
      if (affineX.testBit(0)) {
        encoded[BYTES - 1] |= (byte) SIGN;
      }
      return encoded;
    }
  }
}
