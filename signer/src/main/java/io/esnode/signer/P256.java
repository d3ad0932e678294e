package io.esnode.signer;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;

/**
 * The curve P-256 (FIPS 186-4 D.1.2.3) where the JDK has no call for it: whether a key lies on it, and the public point of
 * a private scalar, which a PKCS#8 file need not hold.
 *
 * <p>Not constant-time: the one multiplication runs when a key is loaded, in the process that holds the key anyway.
 * Signing itself is the JDK's.
 */
final class P256 {
  static final ECParameterSpec PARAMETERS = parameters();

  private static final BigInteger P = ((ECFieldFp) PARAMETERS.getCurve().getField()).getP();
  private static final BigInteger THREE = BigInteger.valueOf(3);

  private P256() {}

  private static ECParameterSpec parameters() {
    try {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
      parameters.init(new ECGenParameterSpec("secp256r1"));
      return parameters.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks the curve P-256", e);
    }
  }

  static BigInteger order() {
    return PARAMETERS.getOrder();
  }

  static boolean isCurveOf(ECParameterSpec key) {
    return key.getCurve().equals(PARAMETERS.getCurve())
        && key.getGenerator().equals(PARAMETERS.getGenerator())
        && key.getOrder().equals(PARAMETERS.getOrder())
        && key.getCofactor() == PARAMETERS.getCofactor();
  }

  static boolean contains(ECPoint point) {
    if (point.equals(ECPoint.POINT_INFINITY)) {
      return false;
    }
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    if (x.signum() < 0 || y.signum() < 0 || x.compareTo(P) >= 0 || y.compareTo(P) >= 0) {
      return false;
    }
    BigInteger right = x.multiply(x)
        .add(PARAMETERS.getCurve().getA())
        .multiply(x)
        .add(PARAMETERS.getCurve().getB())
        .mod(P);
    return y.multiply(y).mod(P).equals(right);
  }

  /**
   * scalar times the generator, in Jacobian coordinates from the top bit down. Between 1 and the order less 1 no sum meets
   * the generator or its opposite, so the formulas need no exceptions.
   *
   * @param scalar from 1 to the order less 1
   */
  static ECPoint publicPoint(BigInteger scalar) {
    if (scalar.signum() <= 0 || scalar.compareTo(order()) >= 0) {
      throw new IllegalArgumentException("a private scalar lies between 1 and the order less 1");
    }
    Jacobian sum = new Jacobian(
        PARAMETERS.getGenerator().getAffineX(),
        PARAMETERS.getGenerator().getAffineY(),
        BigInteger.ONE);
    for (int bit = scalar.bitLength() - 2; bit >= 0; bit--) {
      sum = sum.doubled();
      if (scalar.testBit(bit)) {
        sum = sum.plusGenerator();
      }
    }
    return sum.affine();
  }

  /** A point (x/z², y/z³). */
  private record Jacobian(BigInteger x, BigInteger y, BigInteger z) {
    /** dbl-2001-b, for a = -3. */
    Jacobian doubled() {
      BigInteger delta = z.multiply(z).mod(P);
      BigInteger gamma = y.multiply(y).mod(P);
      BigInteger beta = x.multiply(gamma).mod(P);
      BigInteger alpha =
          THREE.multiply(x.subtract(delta)).multiply(x.add(delta)).mod(P);
      BigInteger x3 = alpha.multiply(alpha).subtract(beta.shiftLeft(3)).mod(P);
      BigInteger sum = y.add(z);
      BigInteger z3 = sum.multiply(sum).subtract(gamma).subtract(delta).mod(P);
      BigInteger y3 = alpha
          .multiply(beta.shiftLeft(2).subtract(x3))
          .subtract(gamma.multiply(gamma).shiftLeft(3))
          .mod(P);
      return new Jacobian(x3, y3, z3);
    }

    /** Mixed addition of an affine point. */
    Jacobian plusGenerator() {
      BigInteger gx = PARAMETERS.getGenerator().getAffineX();
      BigInteger gy = PARAMETERS.getGenerator().getAffineY();
      BigInteger zz = z.multiply(z).mod(P);
      BigInteger h = gx.multiply(zz).subtract(x).mod(P);
      BigInteger r = gy.multiply(z).multiply(zz).subtract(y).mod(P);
      BigInteger hh = h.multiply(h).mod(P);
      BigInteger hhh = h.multiply(hh).mod(P);
      BigInteger v = x.multiply(hh).mod(P);
      BigInteger x3 = r.multiply(r).subtract(hhh).subtract(v.shiftLeft(1)).mod(P);
      BigInteger y3 = r.multiply(v.subtract(x3)).subtract(y.multiply(hhh)).mod(P);
      return new Jacobian(x3, y3, z.multiply(h).mod(P));
    }

    ECPoint affine() {
      BigInteger inverse = z.modInverse(P);
      BigInteger square = inverse.multiply(inverse).mod(P);
      return new ECPoint(
          x.multiply(square).mod(P), y.multiply(square).multiply(inverse).mod(P));
    }
  }
}
