package io.esnode.stamp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.cert.X509CertificateHolder;

/** Certificates and their paths, read and validated by the JDK (RFC 5280); revocation lists are not asked. */
final class Certificates {
  /** Signatures tried on the search for one path: hostile certificates may all have one name. */
  private static final int MAX_TRIED = 64;

  private Certificates() {}

  static X509Certificate read(byte[] der) throws CertificateException {
    return (X509Certificate) factory().generateCertificate(new ByteArrayInputStream(der));
  }

  /** Empty where the JDK cannot read it. */
  static Optional<X509Certificate> read(X509CertificateHolder holder) {
    try {
      return Optional.of(read(holder.getEncoded()));
    } catch (IOException | CertificateException e) {
      return Optional.empty();
    }
  }

  private static CertificateFactory factory() throws CertificateException {
    return CertificateFactory.getInstance("X.509");
  }

  /**
   * From the one that signed up to, not including, the anchor: each issued by the next, by name and signature. Not validated
   * otherwise.
   */
  static Optional<List<X509Certificate>> path(
      X509Certificate signer, X509Certificate anchor, Collection<X509Certificate> between) {
    if (signer.equals(anchor)) {
      return Optional.of(List.of());
    }
    List<X509Certificate> issuers = new ArrayList<>();
    issuers.add(anchor);
    issuers.addAll(between);
    List<X509Certificate> path = new ArrayList<>(List.of(signer));
    return extend(path, anchor, issuers, new Search()) ? Optional.of(path) : Optional.empty();
  }

  private static boolean extend(
      List<X509Certificate> path,
      X509Certificate anchor,
      List<X509Certificate> issuers,
      Search search) {
    X509Certificate last = path.get(path.size() - 1);
    for (X509Certificate issuer : issuers) {
      if (search.issued(issuer, last)) {
        if (issuer.equals(anchor)) {
          return true;
        }
        if (search.seen.add(issuer)) {
          path.add(issuer);
          if (extend(path, anchor, issuers, search)) {
            return true;
          }
          path.remove(path.size() - 1);
        }
      }
    }
    return false;
  }

  /** Remembers what was tried. */
  private static final class Search {
    private final Set<X509Certificate> seen = new HashSet<>();
    private int tried;

    boolean issued(X509Certificate issuer, X509Certificate certificate) {
      if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
          || tried++ >= MAX_TRIED) {
        return false;
      }
      try {
        certificate.verify(issuer.getPublicKey());
        return true;
      } catch (GeneralSecurityException | RuntimeException e) {
        return false;
      }
    }
  }

  /** @throws GeneralSecurityException if the path to this anchor was not valid at that time */
  static void validate(List<X509Certificate> path, X509Certificate anchor, Instant time)
      throws GeneralSecurityException {
    anchor.checkValidity(Date.from(time));
    if (path.isEmpty()) {
      return;
    }
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(time));
    CertPathValidator.getInstance("PKIX").validate(factory().generateCertPath(path), parameters);
  }
}
