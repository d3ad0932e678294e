package io.esnode.signer;

import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Somebody known by a certificate authority's word, not by a key: an e-mail address, a workflow. Immutable, thread-safe.
 *
 * @param label the name under which it is trusted, as {@link TrustedKey#label}
 * @param issuer who said who it is (OpenID Connect issuer), exact
 * @param subject subject alternative name of the certificate, exact, or a pattern for all of it
 * @param pattern whether {@code subject} is a regular expression (java.util.regex), matched from end to end
 * @param validFrom before it nothing this identity signed is accepted, null without such a limit
 * @param validUntil from it on nothing is accepted, null without such a limit
 * @param revocation null while it is trusted
 */
public record TrustedIdentity(
    String label,
    String issuer,
    String subject,
    boolean pattern,
    @Nullable Instant validFrom,
    @Nullable Instant validUntil,
    TrustedKey.@Nullable Revocation revocation)
    implements Trusted {
  /** Whether a certificate with these names is this identity's. */
  public boolean is(String certifiedIssuer, String certifiedSubject) {
    return issuer.equals(certifiedIssuer)
        && (pattern
            ? Pattern.compile(subject).matcher(certifiedSubject).matches()
            : subject.equals(certifiedSubject));
  }
}
