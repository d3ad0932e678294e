package io.esnode.stamp;

import static io.esnode.signature.ReasonCode.TIMESTAMP_INVALID;

import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import io.esnode.signer.Excerpt;
import io.esnode.signer.Judgement;
import io.esnode.signer.StampVerifier;
import io.esnode.signer.TrustedAuthority;
import io.esnode.signer.TrustedKey;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies time stamps (RFC 3161) by the authorities trusted here, all judged at the time that the stamp states, since a stamp
 * outlives the certificate that made it. Immutable, thread-safe.
 *
 * <p>Order: answer, imprint, signature and its certificate, and only then who stands behind it. Revocation lists are not asked: an
 * authority is revoked here.
 */
public final class TsaVerifier implements StampVerifier {
  /** Clocks of two machines differ; beyond this a stamp is from the future. */
  private static final Duration TOLERANCE = Duration.ofMinutes(10);

  private final List<Authority> authorities;
  private final Instant now;

  /** An authority and its certificates, the anchor last. */
  private record Authority(TrustedAuthority trusted, List<X509Certificate> certificates) {
    static Authority of(TrustedAuthority trusted) {
      List<X509Certificate> certificates = new ArrayList<>();
      try {
        for (byte[] der : trusted.certificates()) {
          certificates.add(Certificates.read(der));
        }
      } catch (CertificateException e) {
        throw new IllegalArgumentException(
            "authority %s: a certificate cannot be read".formatted(trusted.label()), e);
      }
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException(
            "authority %s: no certificate".formatted(trusted.label()));
      }
      return new Authority(trusted, certificates);
    }

    X509Certificate anchor() {
      return certificates.get(certificates.size() - 1);
    }
  }

  /**
   * @param authorities revoked ones too, for their stamps are refused
   * @param now no stamp is younger
   */
  public TsaVerifier(List<TrustedAuthority> authorities, Instant now) {
    this.authorities = authorities.stream().map(Authority::of).toList();
    this.now = now;
  }

  @Override
  public Judgement verify(byte[] signature, byte[] response) {
    try {
      Stamp stamp = Stamp.parse(response);
      checkContent(stamp, signature);
      return judge(stamp);
    } catch (StampException e) {
      return invalid(String.valueOf(e.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      // No input may end a verification with anything but a judgement.
      return invalid("cannot be understood: " + Excerpt.of(String.valueOf(e)));
    }
  }

  private void checkContent(Stamp stamp, byte[] signature) throws StampException {
    if (!stamp.covers(signature)) {
      throw new StampException("is of something else than this signature, by its SHA-256");
    }
    if (stamp.time().isAfter(now.plus(TOLERANCE))) {
      throw new StampException(
          "is from %s, and it is %s here; check the clocks".formatted(stamp.time(), now));
    }
  }

  private Judgement judge(Stamp stamp) throws StampException {
    Set<X509Certificate> known = new LinkedHashSet<>(stamp.certificates());
    authorities.forEach(authority -> known.addAll(authority.certificates()));
    List<X509Certificate> named = known.stream().filter(stamp::names).toList();
    if (named.isEmpty()) {
      return notPerformed("there is one of %s without its certificate".formatted(stamp.time()));
    }
    X509Certificate signer = signer(stamp, named);
    Judgement found = null;
    for (Authority authority : authorities) {
      Judgement judged = judge(stamp, signer, authority);
      if (judged != null && isRevoked(authority.trusted(), stamp.time())) {
        return judged;
      }
      if (judged != null && (found == null || (found.time() == null && judged.time() != null))) {
        found = judged;
      }
    }
    return found != null
        ? found
        : notPerformed("there is one of %s by %s, for whom nobody here vouches"
            .formatted(stamp.time(), Excerpt.of(signer.getSubjectX500Principal().getName())));
  }

  /** The one of those that the stamp may mean that made it: the digest in the stamp fits only one. */
  private static X509Certificate signer(Stamp stamp, List<X509Certificate> named)
      throws StampException {
    StampException first = null;
    for (X509Certificate candidate : named) {
      try {
        stamp.checkSignedBy(candidate);
        return candidate;
      } catch (StampException e) {
        first = first == null ? e : first;
      }
    }
    throw first == null ? new StampException("names no signer") : first;
  }

  /** Null if this authority did not make it. */
  private static @Nullable Judgement judge(Stamp stamp, X509Certificate signer, Authority vouched) {
    List<X509Certificate> between = new ArrayList<>(vouched.certificates());
    between.addAll(stamp.certificates());
    Optional<List<X509Certificate>> path = Certificates.path(signer, vouched.anchor(), between);
    if (path.isEmpty()) {
      return null;
    }
    TrustedAuthority authority = vouched.trusted();
    String by = "by %s".formatted(authority.label());
    if (isRevoked(authority, stamp.time())) {
      return invalid(revoked(by, stamp.time(), authority.revocation()));
    }
    if (!authority.isValidAt(stamp.time())) {
      return invalid("%s is of %s, and it is trusted from %s until %s"
          .formatted(
              by,
              stamp.time(),
              authority.validFrom() == null ? "ever" : authority.validFrom(),
              authority.validUntil() == null ? "further notice" : authority.validUntil()));
    }
    try {
      Certificates.validate(path.get(), vouched.anchor(), stamp.time());
    } catch (GeneralSecurityException e) {
      return invalid("%s: its certificates were not valid at %s: %s"
          .formatted(by, stamp.time(), Excerpt.of(e.getMessage())));
    }
    return valid(stamp, authority);
  }

  private static boolean isRevoked(TrustedAuthority authority, Instant time) {
    TrustedKey.Revocation revocation = authority.revocation();
    if (revocation == null) {
      return false;
    }
    Instant compromised = revocation.compromisedSince();
    return compromised == null || !time.isBefore(compromised);
  }

  private static String revoked(
      String by, Instant time, TrustedKey.@Nullable Revocation revocation) {
    return revocation == null
        ? by
        : "%s is of %s, and the authority was revoked at %s: %s; it was safe %s"
            .formatted(
                by,
                time,
                revocation.at(),
                Excerpt.of(revocation.reason()),
                revocation.compromisedSince() == null
                    ? "nobody says until when"
                    : "until " + revocation.compromisedSince());
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  private static Judgement valid(Stamp stamp, TrustedAuthority authority) {
    TrustedTime.Source source =
        authority.site() ? TrustedTime.Source.SITE_TSA : TrustedTime.Source.EXTERNAL_TSA;
    String accuracy = stamp.accuracy().isZero() ? "" : ", accurate to " + stamp.accuracy();
    Verdict.Check check = new Verdict.Check(
        TIMESTAMP_INVALID,
        true,
        "time stamp: the signature existed at %s, by %s (%s%s)"
            .formatted(stamp.time(), authority.label(), source.word(), accuracy));
    return new Judgement(
        List.of(check), List.of(), null, new TrustedTime(stamp.time(), source, authority.label()));
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  private static Judgement invalid(String message) {
    return new Judgement(
        List.of(new Verdict.Check(TIMESTAMP_INVALID, false, "time stamp: " + message)),
        List.of(),
        null,
        null);
  }

  @SuppressWarnings("NullAway") // javac 17 drops the @Nullable of the record's components
  private static Judgement notPerformed(String message) {
    return new Judgement(
        List.of(),
        List.of("RFC 3161 time stamp: %s; if it should count, give its authority with --tsa"
            .formatted(message)),
        null,
        null);
  }
}
