package io.esnode.stamp;

import io.esnode.bundle.Sha256;
import io.esnode.signer.Excerpt;
import java.io.IOException;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.tsp.Accuracy;
import org.bouncycastle.asn1.tsp.TSTInfo;
import org.bouncycastle.asn1.tsp.TimeStampResp;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/** A granted {@code TimeStampResp} (RFC 3161 section 2.4.2), not verified yet. Immutable. */
final class Stamp {
  /** A stamp with its whole chain is under 10 KiB. */
  static final int MAX_BYTES = 64 << 10;

  private static final int MAX_CERTIFICATES = 16;

  /** Authorities state a second or less; one that does not know its time to a minute proves none. */
  private static final Duration MAX_ACCURACY = Duration.ofMinutes(1);

  private static final Set<String> DIGESTS = Set.of(
      NISTObjectIdentifiers.id_sha256.getId(),
      NISTObjectIdentifiers.id_sha384.getId(),
      NISTObjectIdentifiers.id_sha512.getId());

  private static final int DIGITAL_SIGNATURE = 0;
  private static final int NON_REPUDIATION = 1;

  private final TimeStampToken token;
  private final TSTInfo info;
  private final Duration accuracy;

  private Stamp(TimeStampToken token, TSTInfo info, Duration accuracy) {
    this.token = token;
    this.info = info;
    this.accuracy = accuracy;
  }

  /**
   * Reads one and checks what needs no certificate. May throw any unchecked exception, which means the same.
   *
   * @throws StampException if it is none, or one whose meaning is not certain
   */
  static Stamp parse(byte[] response) throws StampException {
    if (response.length > MAX_BYTES) {
      throw new StampException(
          "found %d bytes, expected at most %d".formatted(response.length, MAX_BYTES));
    }
    TimeStampResponse read;
    try {
      read =
          new TimeStampResponse(TimeStampResp.getInstance(ASN1Primitive.fromByteArray(response)));
    } catch (IOException | TSPException e) {
      throw new StampException("is no TimeStampResp: " + Excerpt.of(e.getMessage()), e);
    }
    if (read.getStatus() != PKIStatus.GRANTED && read.getStatus() != PKIStatus.GRANTED_WITH_MODS) {
      throw new StampException("the authority refused, status %d: %s"
          .formatted(read.getStatus(), Excerpt.of(read.getStatusString())));
    }
    TimeStampToken token = read.getTimeStampToken();
    if (token == null) {
      throw new StampException("granted without a token");
    }
    TSTInfo info = token.getTimeStampInfo().toASN1Structure();
    if (!info.getVersion().hasValue(1)) {
      throw new StampException("TSTInfo of version %s, expected 1".formatted(info.getVersion()));
    }
    if (info.getExtensions() != null && info.getExtensions().hasAnyCriticalExtensions()) {
      throw new StampException("a critical extension, whose meaning is not known");
    }
    String digest =
        token.toCMSSignedData().getSignerInfos().getSigners().iterator().next().getDigestAlgOID();
    if (!DIGESTS.contains(digest)) {
      throw new StampException("digest algorithm %s, expected SHA-2".formatted(digest));
    }
    return new Stamp(token, info, accuracy(info.getAccuracy()));
  }

  private static Duration accuracy(Accuracy stated) throws StampException {
    if (stated == null) {
      return Duration.ZERO;
    }
    Duration accuracy = Duration.ofSeconds(number(stated.getSeconds()))
        .plusMillis(number(stated.getMillis()))
        .plusNanos(1000L * number(stated.getMicros()));
    if (accuracy.isNegative() || accuracy.compareTo(MAX_ACCURACY) > 0) {
      throw new StampException(
          "accuracy %s, expected at most %s".formatted(accuracy, MAX_ACCURACY));
    }
    return accuracy;
  }

  private static int number(ASN1Integer number) {
    return number == null ? 0 : number.intValueExact();
  }

  /** Whether these bytes are what was stamped. */
  boolean covers(byte[] signature) {
    AlgorithmIdentifier algorithm = info.getMessageImprint().getHashAlgorithm();
    return algorithm.getAlgorithm().equals(NISTObjectIdentifiers.id_sha256)
        && (algorithm.getParameters() == null || DERNull.INSTANCE.equals(algorithm.getParameters()))
        && MessageDigest.isEqual(
            info.getMessageImprint().getHashedMessage(), Sha256.digest().digest(signature));
  }

  /** By the authority's clock. */
  Instant time() {
    return token.getTimeStampInfo().getGenTime().toInstant();
  }

  /** Zero where none is stated. */
  Duration accuracy() {
    return accuracy;
  }

  Optional<BigInteger> nonce() {
    return Optional.ofNullable(token.getTimeStampInfo().getNonce());
  }

  /** Those in the token that can be read, at most {@value #MAX_CERTIFICATES}. */
  List<X509Certificate> certificates() {
    List<X509Certificate> certificates = new ArrayList<>();
    for (X509CertificateHolder holder : token.getCertificates().getMatches(null)) {
      if (certificates.size() < MAX_CERTIFICATES) {
        Certificates.read(holder).ifPresent(certificates::add);
      }
    }
    return certificates;
  }

  /** Whether the token names this certificate as its signer's. */
  boolean names(X509Certificate certificate) {
    try {
      return token.getSID().match(new JcaX509CertificateHolder(certificate));
    } catch (java.security.cert.CertificateEncodingException e) {
      return false;
    }
  }

  /**
   * That the certificate made it: its digest is in the signed attributes (ESS), it is for time stamping alone, was valid then, and
   * the signature is its key's.
   */
  void checkSignedBy(X509Certificate certificate) throws StampException {
    boolean[] usage = certificate.getKeyUsage();
    if (usage != null && !usage[DIGITAL_SIGNATURE] && !usage[NON_REPUDIATION]) {
      throw new StampException("its certificate is not for signing");
    }
    try {
      token.validate(new JcaSimpleSignerInfoVerifierBuilder().build(certificate));
    } catch (TSPException | OperatorCreationException e) {
      throw new StampException(Excerpt.of(e.getMessage()), e);
    }
  }
}
