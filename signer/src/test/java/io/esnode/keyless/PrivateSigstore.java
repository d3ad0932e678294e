package io.esnode.keyless;

import io.esnode.json.Json;
import io.esnode.signer.StrictBase64;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;
import org.jspecify.annotations.Nullable;

/** A certificate authority with its certificate log, two signature logs and a time stamping authority, for tests. */
final class PrivateSigstore {
  /** When everybody signs. */
  static final Instant SIGNED = Instant.parse("2026-06-01T12:00:00Z");

  static final String SUBJECT = "dev@example.org";
  static final String ISSUER = "https://accounts.example.org";
  static final String LOG_HOST = "rekor.example.org";
  static final String LOG2_HOST = "log2026.example.org";

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant END = Instant.parse("2036-01-01T00:00:00Z");
  private static final ASN1ObjectIdentifier SCTS =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2");
  private static final ASN1ObjectIdentifier ISSUER_OID =
      new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.1.8");

  private final KeyPair rootKey = ec();
  private final KeyPair authorityKey = ec();
  private final KeyPair stampKey = ec();
  private final X509CertificateHolder root = authority("root", "root", rootKey, rootKey);
  private final X509CertificateHolder authority =
      authority("root", "intermediate", authorityKey, rootKey);
  private final X509CertificateHolder stamper = stamper();

  final KeyPair certificateLog = ec();
  final KeyPair log = ec();
  final KeyPair log2 = generate("Ed25519");

  /** What a certificate shall say; fields are changed by tests. */
  static final class Request {
    KeyPair key = ec();
    GeneralName subject = new GeneralName(GeneralName.rfc822Name, SUBJECT);
    Instant from = SIGNED.minusSeconds(60);
    Duration validity = Duration.ofMinutes(10);
    KeyPurposeId usage = KeyPurposeId.id_kp_codeSigning;
    boolean certifiesIssuer = true;
    boolean logged = true;
    boolean isAuthority;

    @Nullable
    KeyPair loggedBy;

    Instant loggedAt = SIGNED.minusSeconds(60);
  }

  /** Who signs. */
  record Signer(KeyPair key, X509CertificateHolder certificate) {
    byte[] der() {
      return bytes(certificate::getEncoded);
    }

    byte[] sign(byte[] message) {
      String algorithm = key.getPrivate().getAlgorithm();
      return PrivateSigstore.sign(
          algorithm.equals("EC")
              ? "SHA256withECDSA"
              : algorithm.equals("RSA") ? "SHA256withRSA" : "Ed25519",
          key,
          message);
    }
  }

  Signer signer() {
    return signer(new Request());
  }

  Signer signer(Request request) {
    return done(() -> {
      X509v3CertificateBuilder builder = builder(
          "intermediate", "", request.key, request.from, request.from.plus(request.validity));
      builder
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(request.usage))
          .addExtension(Extension.subjectAlternativeName, true, new GeneralNames(request.subject));
      if (request.isAuthority) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      }
      if (request.certifiesIssuer) {
        builder.addExtension(ISSUER_OID, false, new DERUTF8String(ISSUER));
      }
      if (request.logged) {
        byte[] toBeSigned =
            signed(builder, authorityKey).toASN1Structure().getTBSCertificate().getEncoded();
        KeyPair by = request.loggedBy == null ? certificateLog : request.loggedBy;
        builder.addExtension(
            SCTS, false, new DEROctetString(scts(toBeSigned, by, request.loggedAt)));
      }
      return new Signer(request.key, signed(builder, authorityKey));
    });
  }

  /** {@code SignedCertificateTimestampList} with one (RFC 6962 section 3.3). */
  private byte[] scts(byte[] toBeSigned, KeyPair by, Instant time) {
    byte[] signature = sign("SHA256withECDSA", by, written(out -> {
      out.writeShort(0);
      out.writeLong(time.toEpochMilli());
      out.writeShort(1);
      out.write(Signatures.sha256(authorityKey.getPublic().getEncoded()));
      out.writeByte(toBeSigned.length >> 16);
      out.writeShort(toBeSigned.length);
      out.write(toBeSigned);
      out.writeShort(0);
    }));
    byte[] sct = written(out -> {
      out.writeByte(0);
      out.write(Signatures.sha256(certificateLog.getPublic().getEncoded()));
      out.writeLong(time.toEpochMilli());
      out.writeShort(0);
      out.writeShort(0x0403);
      out.writeShort(signature.length);
      out.write(signature);
    });
    return written(out -> {
      out.writeShort(sct.length + 2);
      out.writeShort(sct.length);
      out.write(sct);
    });
  }

  /** What names all of them. */
  Json.Obj trustedRoot() {
    return Json.object()
        .put("mediaType", "application/vnd.dev.sigstore.trustedroot+json;version=0.1")
        .put("tlogs", Json.array(List.of(log(LOG_HOST, log), log(LOG2_HOST, log2))))
        .put("ctlogs", Json.array(List.of(log("ctfe.example.org", certificateLog))))
        .put("certificateAuthorities", Json.array(List.of(authority("fulcio", authority, root))))
        .put("timestampAuthorities", Json.array(List.of(authority("tsa", stamper, root))))
        .build();
  }

  byte[] logId(String host) {
    return host.equals(LOG_HOST)
        ? Signatures.sha256(log.getPublic().getEncoded())
        : Signatures.sha256(written(out -> {
          out.write((host + "\n\u0001").getBytes(StandardCharsets.UTF_8));
          byte[] spki = log2.getPublic().getEncoded();
          out.write(Arrays.copyOfRange(spki, spki.length - 32, spki.length));
        }));
  }

  private Json.Obj log(String host, KeyPair key) {
    byte[] spki = key.getPublic().getEncoded();
    return Json.object()
        .put("baseUrl", "https://" + host)
        .put("hashAlgorithm", "SHA2_256")
        .put(
            "publicKey",
            Json.object()
                .put("rawBytes", StrictBase64.encode(spki))
                .put(
                    "keyDetails",
                    key.getPublic().getAlgorithm().equals("EC")
                        ? "PKIX_ECDSA_P256_SHA_256"
                        : "PKIX_ED25519")
                .put("validFor", window())
                .build())
        .put(
            "logId",
            Json.object()
                .put(
                    "keyId",
                    StrictBase64.encode(
                        host.startsWith("ctfe") ? Signatures.sha256(spki) : logId(host)))
                .build())
        .build();
  }

  private static Json.Obj authority(String host, X509CertificateHolder... chain) {
    return Json.object()
        .put("uri", "https://" + host + ".example.org")
        .put(
            "subject",
            Json.object().put("organization", "example").put("commonName", host).build())
        .put(
            "certChain",
            Json.object()
                .put(
                    "certificates",
                    Json.array(Arrays.stream(chain)
                        .map(each -> Json.object()
                            .put("rawBytes", StrictBase64.encode(bytes(each::getEncoded)))
                            .build())
                        .toList()))
                .build())
        .put("validFor", window())
        .build();
  }

  private static Json.Obj window() {
    return Json.object()
        .put("start", START.toString())
        .put("end", END.toString())
        .build();
  }

  byte[] rootCertificate() {
    return bytes(root::getEncoded);
  }

  byte[] authorityCertificate() {
    return bytes(authority::getEncoded);
  }

  /** {@code TimeStampResp}, DER. */
  byte[] stamp(byte[] signature, Instant time) {
    return done(() -> {
      TimeStampTokenGenerator tokens = new TimeStampTokenGenerator(
          new JcaSimpleSignerInfoGeneratorBuilder()
              .build("SHA256withECDSA", stampKey.getPrivate(), stamper),
          new JcaDigestCalculatorProviderBuilder()
              .build()
              .get(new org.bouncycastle.asn1.x509.AlgorithmIdentifier(
                  org.bouncycastle.asn1.oiw.OIWObjectIdentifiers.idSHA1)),
          new ASN1ObjectIdentifier("1.3.6.1.4.1.57264.2"));
      tokens.addCertificates(
          new JcaCertStore(List.of(new JcaX509CertificateConverter().getCertificate(stamper))));
      TimeStampRequestGenerator requests = new TimeStampRequestGenerator();
      requests.setCertReq(true);
      return new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED)
          .generate(
              requests.generate(TSPAlgorithms.SHA256, Signatures.sha256(signature)),
              BigInteger.TEN,
              Date.from(time))
          .getEncoded();
    });
  }

  private static X509CertificateHolder authority(
      String issuer, String subject, KeyPair key, KeyPair by) {
    return done(() -> signed(
        builder(issuer, subject, key, START, END)
            .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
            .addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign)),
        by));
  }

  private X509CertificateHolder stamper() {
    return done(() -> signed(
        builder("root", "stamps", stampKey, START, END)
            .addExtension(
                Extension.extendedKeyUsage,
                true,
                new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping)),
        rootKey));
  }

  private static X509v3CertificateBuilder builder(
      String issuer, String subject, KeyPair key, Instant from, Instant until) {
    return new X509v3CertificateBuilder(
        new X500Name("CN=" + issuer),
        new BigInteger(1, (issuer + subject).getBytes(StandardCharsets.UTF_8)),
        Date.from(from),
        Date.from(until),
        new X500Name(subject.isEmpty() ? "" : "CN=" + subject),
        SubjectPublicKeyInfo.getInstance(key.getPublic().getEncoded()));
  }

  private static X509CertificateHolder signed(X509v3CertificateBuilder builder, KeyPair by) {
    return done(
        () -> builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(by.getPrivate())));
  }

  static byte[] sign(String algorithm, KeyPair key, byte[] message) {
    return done(() -> {
      Signature signature = Signature.getInstance(algorithm);
      signature.initSign(key.getPrivate());
      signature.update(message);
      return signature.sign();
    });
  }

  static KeyPair ec() {
    return done(() -> {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    });
  }

  static KeyPair generate(String algorithm) {
    return done(() -> KeyPairGenerator.getInstance(algorithm).generateKeyPair());
  }

  @FunctionalInterface
  interface Work<T> {
    T run() throws Exception;
  }

  @FunctionalInterface
  interface Writing {
    void run(DataOutputStream out) throws Exception;
  }

  static <T> T done(Work<T> work) {
    try {
      return work.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] bytes(Work<byte[]> work) {
    return done(work);
  }

  static byte[] written(Writing writing) {
    return done(() -> {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      writing.run(new DataOutputStream(bytes));
      return bytes.toByteArray();
    });
  }
}
