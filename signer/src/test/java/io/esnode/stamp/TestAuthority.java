package io.esnode.stamp;

import io.esnode.signer.TrustedAuthority;
import io.esnode.signer.TrustedKey;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.jspecify.annotations.Nullable;

/** A time stamping authority in process. Everything about it can be changed, for tests. */
final class TestAuthority {
  static final Instant NOW = Instant.parse("2026-11-21T10:15:00Z");
  static final ExtendedKeyUsage STAMPING = new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping);

  final KeyPair rootKey;
  final KeyPair key;
  final X509Certificate root;
  X509Certificate leaf;
  String digest = "SHA256withECDSA";
  boolean carriesLeaf = true;
  List<X509Certificate> carriesToo = List.of();
  int accuracyS;

  @Nullable
  Extensions extensions;

  TestAuthority(String name) {
    try {
      rootKey = ec();
      key = ec();
      root = certificate(
          name + " root",
          name + " root",
          rootKey,
          rootKey,
          NOW.minus(Duration.ofDays(1000)),
          NOW.plus(Duration.ofDays(1000)),
          true);
      leaf = leaf(
          name, NOW.minus(Duration.ofDays(100)), NOW.plus(Duration.ofDays(100)), STAMPING, true);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair ec() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  X509Certificate leaf(
      String name, Instant from, Instant until, @Nullable ExtendedKeyUsage use, boolean critical) {
    return leaf(name, from, until, use, critical, new KeyUsage(KeyUsage.digitalSignature));
  }

  X509Certificate leaf(
      String name,
      Instant from,
      Instant until,
      @Nullable ExtendedKeyUsage use,
      boolean critical,
      KeyUsage keyUsage) {
    try {
      JcaX509v3CertificateBuilder builder =
          builder(name, root.getSubjectX500Principal().getName().substring(3), key, from, until, 7);
      builder.addExtension(Extension.keyUsage, true, keyUsage);
      if (use != null) {
        builder.addExtension(Extension.extendedKeyUsage, critical, use);
      }
      return signed(builder, rootKey);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** An authority in between, for whoever wants one. */
  static X509Certificate certificate(
      String name,
      String issuer,
      KeyPair subjectKey,
      KeyPair issuerKey,
      Instant from,
      Instant until,
      boolean authority) {
    try {
      JcaX509v3CertificateBuilder builder =
          builder(name, issuer, subjectKey, from, until, new SecureRandom().nextInt(1 << 30));
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (authority) {
        builder.addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
      } else {
        builder.addExtension(Extension.extendedKeyUsage, true, STAMPING);
      }
      return signed(builder, issuerKey);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static JcaX509v3CertificateBuilder builder(
      String name, String issuer, KeyPair subjectKey, Instant from, Instant until, int serial) {
    return new JcaX509v3CertificateBuilder(
        new X500Name("CN=" + issuer),
        BigInteger.valueOf(serial),
        Date.from(from),
        Date.from(until),
        new X500Name("CN=" + name),
        subjectKey.getPublic());
  }

  private static X509Certificate signed(JcaX509v3CertificateBuilder builder, KeyPair by)
      throws Exception {
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate())));
  }

  /** Answers a query. */
  byte[] answer(byte[] query, Instant at) {
    try {
      DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().build();
      TimeStampTokenGenerator generator = new TimeStampTokenGenerator(
          new JcaSignerInfoGeneratorBuilder(digests)
              .build(new JcaContentSignerBuilder(digest).build(key.getPrivate()), leaf),
          digests.get(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256)),
          new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.2"));
      List<X509Certificate> carried = new java.util.ArrayList<>(carriesToo);
      if (carriesLeaf) {
        carried.add(leaf);
      }
      generator.addCertificates(new JcaCertStore(carried));
      if (accuracyS > 0) {
        generator.setAccuracySeconds(accuracyS);
      }
      TimeStampResponseGenerator responses =
          new TimeStampResponseGenerator(generator, TSPAlgorithms.ALLOWED);
      BigInteger serial = new BigInteger(64, new SecureRandom());
      TimeStampRequest request = new TimeStampRequest(query);
      return (extensions == null
              ? responses.generate(request, serial, Date.from(at))
              : responses.generateGrantedResponse(
                  request, serial, Date.from(at), "granted", extensions))
          .getEncoded();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  byte[] stamp(byte[] signature, Instant at) {
    return answer(new StampQuery(signature, BigInteger.TEN).toBytes(), at);
  }

  /** As a machine trusts it that has its root. */
  TrustedAuthority trusted() {
    return trusted(List.of(root), null, null, null);
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  static TrustedAuthority trusted(
      List<X509Certificate> certificates,
      @Nullable Instant from,
      @Nullable Instant until,
      TrustedKey.@Nullable Revocation revocation) {
    return new TrustedAuthority(
        "lab TSA",
        certificates.stream().map(TestAuthority::der).toList(),
        false,
        from,
        until,
        revocation);
  }

  static byte[] der(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
