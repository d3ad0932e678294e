package io.esnode.keyless;

import static io.esnode.signature.ReasonCode.TIMESTAMP_INVALID;

import dev.sigstore.trustroot.CertificateAuthority;
import io.esnode.signature.TrustedTime;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.PKIXParameters;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * RFC 3161 stamps by the authorities of a trusted root. The root has the stamping certificate of each: what a stamp carries of
 * certificates is not looked at, and their order does not matter.
 */
final class Stamps {
  private static final int MAX_BYTES = 64 << 10;

  private final TrustedRoot root;

  Stamps(TrustedRoot root) {
    this.root = root;
  }

  /**
   * When somebody whom the root names saw the signature.
   *
   * @return empty if the root does not name who made the stamp
   */
  Optional<TrustedTime> time(byte[] signature, byte[] response) throws Refusal {
    try {
      TimeStampToken token = token(response);
      for (CertificateAuthority authority : root.stampers()) {
        X509Certificate leaf =
            (X509Certificate) authority.getCertPath().getCertificates().get(0);
        if (token.getSID().match(new JcaX509CertificateHolder(leaf))) {
          check(token, leaf, authority, signature);
          return Optional.of(new TrustedTime(
              token.getTimeStampInfo().getGenTime().toInstant(),
              TrustedTime.Source.EXTERNAL_TSA,
              name(authority)));
        }
      }
      return Optional.empty();
    } catch (TSPException | OperatorCreationException | GeneralSecurityException e) {
      throw new Refusal(TIMESTAMP_INVALID, "time stamp: its signature does not hold", e);
    }
  }

  private static TimeStampToken token(byte[] response) throws Refusal {
    if (response.length > MAX_BYTES) {
      throw refused("more than %d bytes".formatted(MAX_BYTES));
    }
    try {
      TimeStampResponse parsed = new TimeStampResponse(response);
      if (parsed.getStatus() > 1 || parsed.getTimeStampToken() == null) {
        throw refused("the authority refused to make one");
      }
      return parsed.getTimeStampToken();
    } catch (TSPException | IOException | RuntimeException e) {
      throw new Refusal(TIMESTAMP_INVALID, "time stamp: cannot be read", e);
    }
  }

  private static void check(
      TimeStampToken token, X509Certificate leaf, CertificateAuthority authority, byte[] signature)
      throws Refusal, TSPException, OperatorCreationException, GeneralSecurityException {
    token.validate(new JcaSimpleSignerInfoVerifierBuilder().build(leaf));
    if (!token.getTimeStampInfo().getMessageImprintAlgOID().equals(NISTObjectIdentifiers.id_sha256)
        || !Arrays.equals(
            token.getTimeStampInfo().getMessageImprintDigest(), Signatures.sha256(signature))) {
      throw refused("is of something else than this signature (SHA-256)");
    }
    Date made = token.getTimeStampInfo().getGenTime();
    Instant time = made.toInstant();
    if (!authority.getValidFor().contains(time)) {
      throw refused("made at %s, when %s was not in use".formatted(time, name(authority)));
    }
    PKIXParameters parameters = new PKIXParameters(Set.of(authority.asTrustAnchor()));
    parameters.setRevocationEnabled(false);
    parameters.setDate(made);
    CertPathValidator.getInstance("PKIX").validate(authority.getCertPath(), parameters);
  }

  private static String name(CertificateAuthority authority) {
    String host = authority.getUri().getHost();
    return host == null ? "an authority of the trusted root" : host;
  }

  private static Refusal refused(String what) {
    return new Refusal(TIMESTAMP_INVALID, "time stamp: " + what);
  }
}
