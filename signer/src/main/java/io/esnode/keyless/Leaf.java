package io.esnode.keyless;

import static io.esnode.signature.ReasonCode.CERTIFICATE_INVALID;

import dev.sigstore.fulcio.client.FulcioVerificationException;
import dev.sigstore.fulcio.client.FulcioVerifier;
import dev.sigstore.trustroot.CertificateAuthority;
import io.esnode.signature.Verdict;
import io.esnode.signer.Excerpt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.OtherName;
import org.bouncycastle.cert.X509CertificateHolder;

/** The certificate of whoever signed, with what was sent of its chain. */
final class Leaf {
  private static final int MAX_BYTES = 64 << 10;
  private static final int MAX_CHAIN = 8;
  private static final String CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

  // github.com/sigstore/fulcio, docs/oid-info.md
  private static final ASN1ObjectIdentifier ISSUER_PLAIN =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.1");
  private static final ASN1ObjectIdentifier ISSUER =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.8");
  private static final ASN1ObjectIdentifier USER_NAME =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.7");

  private final byte[] der;
  private final X509Certificate certificate;
  private final List<X509Certificate> chain;
  private final Verdict.Identity identity;

  private Leaf(
      byte[] der, X509Certificate certificate, List<X509Certificate> chain, Verdict.Identity who) {
    this.der = der;
    this.certificate = certificate;
    this.chain = chain;
    this.identity = who;
  }

  /** @param sent the leaf first */
  static Leaf of(List<byte[]> sent) throws Refusal {
    if (sent.isEmpty() || sent.size() > MAX_CHAIN) {
      throw refused("found %d of them, expected 1 to %d".formatted(sent.size(), MAX_CHAIN));
    }
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (byte[] each : sent) {
        chain.add(parse(each));
      }
      X509Certificate leaf = chain.get(0);
      if (leaf.getBasicConstraints() >= 0) {
        throw refused("is an authority's, expected a signer's");
      }
      List<String> usages = leaf.getExtendedKeyUsage();
      if (usages == null || !usages.contains(CODE_SIGNING)) {
        throw refused("is not for signing code (extended key usage)");
      }
      if (!Signatures.known(leaf.getPublicKey())) {
        throw refused("found a key of %s, expected ECDSA P-256 or RSA"
            .formatted(Excerpt.of(leaf.getPublicKey().getAlgorithm())));
      }
      return new Leaf(sent.get(0), leaf, chain, identity(new X509CertificateHolder(sent.get(0))));
    } catch (CertificateException | IOException e) {
      throw new Refusal(CERTIFICATE_INVALID, "certificate: cannot be read", e);
    }
  }

  private static X509Certificate parse(byte[] der) throws CertificateException, Refusal {
    if (der.length > MAX_BYTES) {
      throw refused("more than %d bytes".formatted(MAX_BYTES));
    }
    X509Certificate parsed = (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    if (parsed.getEncoded().length != der.length) {
      throw refused("something stands behind its end");
    }
    return parsed;
  }

  private static Verdict.Identity identity(X509CertificateHolder certificate)
      throws IOException, Refusal {
    GeneralNames names =
        GeneralNames.fromExtensions(certificate.getExtensions(), Extension.subjectAlternativeName);
    if (names == null || names.getNames().length != 1) {
      throw refused(
          "names %d subjects, expected 1".formatted(names == null ? 0 : names.getNames().length));
    }
    return new Verdict.Identity(issuer(certificate), subject(names.getNames()[0]));
  }

  private static String subject(GeneralName name) throws Refusal {
    if (name.getTagNo() == GeneralName.rfc822Name
        || name.getTagNo() == GeneralName.uniformResourceIdentifier) {
      return ((ASN1String) name.getName()).getString();
    }
    if (name.getTagNo() == GeneralName.otherName) {
      OtherName other = OtherName.getInstance(name.getName());
      if (other.getTypeID().equals(USER_NAME) && other.getValue() instanceof ASN1String text) {
        return text.getString();
      }
    }
    throw refused("names a subject that is no e-mail address, URI or user name");
  }

  private static String issuer(X509CertificateHolder certificate) throws IOException, Refusal {
    Extension text = certificate.getExtension(ISSUER);
    if (text != null
        && ASN1Primitive.fromByteArray(text.getExtnValue().getOctets())
            instanceof ASN1String value) {
      return value.getString();
    }
    Extension plain = certificate.getExtension(ISSUER_PLAIN);
    if (text != null || plain == null) {
      throw refused("does not say who told the authority (OpenID Connect issuer)");
    }
    return new String(plain.getExtnValue().getOctets(), StandardCharsets.UTF_8);
  }

  byte[] der() {
    return der;
  }

  PublicKey key() {
    return certificate.getPublicKey();
  }

  /** Hex SHA-256 of the SubjectPublicKeyInfo. */
  String keyId() {
    return HexFormat.of().formatHex(Signatures.sha256(key().getEncoded()));
  }

  Verdict.Identity identity() {
    return identity;
  }

  /** Whether it leads to an authority of the root, a certificate log of the root saw it, and all were in use at that time. */
  void check(Instant time, TrustedRoot root) throws Refusal {
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    if (time.isBefore(from) || time.isAfter(until)) {
      throw refused("valid from %s until %s, and signed at %s".formatted(from, until, time));
    }
    List<CertificateAuthority> authorities = root.authoritiesAt(time);
    if (authorities.isEmpty()) {
      throw refused("no authority of the trusted root is in use at %s".formatted(time));
    }
    try {
      FulcioVerifier verifier =
          FulcioVerifier.newFulcioVerifier(authorities, root.certificateLogs());
      if (chain.size() > 1 && holds(verifier, chain.subList(0, 1))) {
        return;
      }
      verifier.verifySigningCertificate(
          CertificateFactory.getInstance("X.509").generateCertPath(chain));
    } catch (FulcioVerificationException | IOException | GeneralSecurityException e) {
      throw new Refusal(
          CERTIFICATE_INVALID, "certificate: %s".formatted(Excerpt.of(e.getMessage())), e);
    }
  }

  /** What was sent besides the leaf may stand in the trusted root too. */
  private static boolean holds(FulcioVerifier verifier, List<X509Certificate> leaf)
      throws IOException, GeneralSecurityException {
    try {
      verifier.verifySigningCertificate(
          CertificateFactory.getInstance("X.509").generateCertPath(leaf));
      return true;
    } catch (FulcioVerificationException e) {
      return false;
    }
  }

  private static Refusal refused(String what) {
    return new Refusal(CERTIFICATE_INVALID, "certificate: " + what);
  }
}
