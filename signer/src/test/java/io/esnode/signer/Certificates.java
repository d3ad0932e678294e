package io.esnode.signer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates made for a test. */
final class Certificates {
  private static final Instant FROM = Instant.parse("2026-01-01T00:00:00Z");

  private Certificates() {}

  /** A root, then what it issued: DER, one after the other. */
  static byte[] chain() throws Exception {
    KeyPair root = keys();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(certificate("CN=root", root, "CN=root", root));
    out.writeBytes(certificate("CN=root", root, "CN=leaf", keys()));
    return out.toByteArray();
  }

  static String subject(byte[] der) throws Exception {
    X509Certificate read = (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    return read.getSubjectX500Principal().getName();
  }

  private static byte[] certificate(String issuer, KeyPair by, String subject, KeyPair of)
      throws Exception {
    return new JcaX509v3CertificateBuilder(
            new X500Name(issuer),
            java.math.BigInteger.ONE,
            Date.from(FROM),
            Date.from(FROM.plusSeconds(1_000_000_000)),
            new X500Name(subject),
            of.getPublic())
        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate()))
        .getEncoded();
  }

  private static KeyPair keys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }
}
