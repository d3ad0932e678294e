package io.esnode.signer;

import java.io.ByteArrayInputStream;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Certificates of which each but the last was issued by the next. Their signatures are the verifier's to check. */
final class CertificateChain {
  private static final int MAX = 8;

  private CertificateChain() {}

  /**
   * Reads and orders them, the root last.
   *
   * @param bytes PEM or DER
   */
  static List<X509Certificate> parse(byte[] bytes) throws KeyFileException {
    List<X509Certificate> left = new ArrayList<>();
    try {
      for (Certificate certificate :
          factory().generateCertificates(new ByteArrayInputStream(bytes))) {
        left.add((X509Certificate) certificate);
      }
    } catch (CertificateException | RuntimeException e) {
      throw new KeyFileException("found bytes that are no X.509 certificate, expected PEM", e);
    }
    if (left.isEmpty() || left.size() > MAX) {
      throw new KeyFileException(
          "found %d certificates, expected 1 to %d".formatted(left.size(), MAX));
    }
    List<X509Certificate> chain = new ArrayList<>();
    while (!left.isEmpty()) {
      chain.add(next(chain, left));
    }
    return chain;
  }

  private static X509Certificate next(List<X509Certificate> chain, List<X509Certificate> left)
      throws KeyFileException {
    for (X509Certificate candidate : left) {
      boolean fits = chain.isEmpty()
          ? left.stream().noneMatch(other -> !other.equals(candidate) && issued(candidate, other))
          : issued(candidate, chain.get(chain.size() - 1));
      if (fits) {
        left.remove(candidate);
        return candidate;
      }
    }
    throw new KeyFileException(
        "the certificates are not one chain: give those of one authority, up to its root");
  }

  private static boolean issued(X509Certificate issuer, X509Certificate certificate) {
    return certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal());
  }

  static List<byte[]> der(List<X509Certificate> chain) {
    List<byte[]> der = new ArrayList<>();
    try {
      for (X509Certificate certificate : chain) {
        der.add(certificate.getEncoded());
      }
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that was read can be written", e);
    }
    return der;
  }

  /** That they are what {@link #parse} gave, in that order. */
  static void check(List<byte[]> certificates) throws KeyFileException {
    List<X509Certificate> read = new ArrayList<>();
    for (byte[] der : certificates) {
      List<X509Certificate> one = parse(der);
      if (one.size() != 1 || !Arrays.equals(der(one).get(0), der)) {
        throw new KeyFileException("found more or less than one certificate in its one DER form");
      }
      read.addAll(one);
    }
    if (read.isEmpty() || read.size() > MAX) {
      throw new KeyFileException(
          "found %d certificates, expected 1 to %d".formatted(read.size(), MAX));
    }
    for (int i = 1; i < read.size(); i++) {
      if (!issued(read.get(i), read.get(i - 1))) {
        throw new KeyFileException("certificate %d did not issue the one before".formatted(i));
      }
    }
  }

  private static CertificateFactory factory() {
    try {
      return CertificateFactory.getInstance("X.509");
    } catch (CertificateException e) {
      throw new IllegalStateException("every Java platform has X.509", e);
    }
  }
}
