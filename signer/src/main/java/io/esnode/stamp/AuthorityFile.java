package io.esnode.stamp;

import io.esnode.signer.KeyFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** The certificates of a time stamping authority in one PEM file, in any order. */
public final class AuthorityFile {
  private static final int MAX_BYTES = 256 << 10;
  private static final int MAX_CERTIFICATES = 16;

  private AuthorityFile() {}

  /**
   * DER, the root last, as {@link io.esnode.signer.TrustedAuthority} wants them.
   *
   * @throws IOException if it cannot be read; a {@link KeyFileException} if it holds something else
   */
  public static List<byte[]> load(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return parse(file.toString(), in.readNBytes(MAX_BYTES + 1));
    } catch (NoSuchFileException e) {
      throw new KeyFileException(file + ": no such file, expected certificates in PEM", e);
    }
  }

  /**
   * The same of bytes.
   *
   * @param name of the file, for messages
   * @throws KeyFileException if it holds anything but certificates of one chain
   */
  public static List<byte[]> parse(String name, byte[] pem) throws KeyFileException {
    String text = new String(pem, StandardCharsets.ISO_8859_1);
    if (pem.length > MAX_BYTES || !text.contains("-----BEGIN CERTIFICATE-----")) {
      throw new KeyFileException(
          "%s: found %d bytes without a certificate, expected certificates in PEM of at most %d"
              .formatted(name, pem.length, MAX_BYTES));
    }
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      for (var certificate : CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem))) {
        certificates.add((X509Certificate) certificate);
      }
    } catch (CertificateException | RuntimeException e) {
      throw new KeyFileException(
          name + ": found a certificate that cannot be read, expected X.509 in PEM", e);
    }
    if (certificates.isEmpty() || certificates.size() > MAX_CERTIFICATES) {
      throw new KeyFileException("%s: found %d certificates, expected 1 to %d"
          .formatted(name, certificates.size(), MAX_CERTIFICATES));
    }
    return rootLast(name, certificates);
  }

  private static List<byte[]> rootLast(String name, List<X509Certificate> certificates)
      throws KeyFileException {
    List<X509Certificate> tops = certificates.stream()
        .filter(candidate -> certificates.stream()
            .noneMatch(other -> !other.equals(candidate)
                && candidate.getIssuerX500Principal().equals(other.getSubjectX500Principal())))
        .distinct()
        .toList();
    if (tops.size() != 1) {
      throw new KeyFileException(
          "%s: found %d certificates that no other one there issued, expected one chain; give each authority a file"
              .formatted(name, tops.size()));
    }
    List<X509Certificate> ordered = new ArrayList<>(certificates);
    ordered.removeAll(tops);
    ordered.addAll(tops);
    List<byte[]> der = new ArrayList<>();
    try {
      for (X509Certificate certificate : ordered) {
        der.add(certificate.getEncoded());
      }
    } catch (CertificateEncodingException e) {
      throw new KeyFileException(name + ": found a certificate that cannot be encoded", e);
    }
    return der;
  }
}
