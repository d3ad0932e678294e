package io.esnode.signer;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
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
  static final String FORMAT = "esnode.trusted-identity/1";

  /** Longer ones are no e-mail address, no workflow and no URL of an issuer. */
  static final int MAX_TEXT = 1024;

  private static final Set<String> MEMBERS = Set.of(
      "format", "label", "issuer", "subject", "pattern", "valid_from", "valid_until", "revoked");

  /** Whether a certificate with these names is this identity's. */
  public boolean is(String certifiedIssuer, String certifiedSubject) {
    return issuer.equals(certifiedIssuer)
        && (pattern
            ? Pattern.compile(subject).matcher(certifiedSubject).matches()
            : subject.equals(certifiedSubject));
  }

  @Override
  public String id() {
    return Sha256.hex(Json.object()
        .put("issuer", issuer)
        .put("pattern", pattern)
        .put("subject", subject)
        .build()
        .canonical());
  }

  @Override
  public TrustedIdentity within(@Nullable Instant from, @Nullable Instant until) {
    return new TrustedIdentity(label, issuer, subject, pattern, from, until, revocation);
  }

  @Override
  public TrustedIdentity revoked(TrustedKey.Revocation why) {
    return new TrustedIdentity(label, issuer, subject, pattern, validFrom, validUntil, why);
  }

  @Override
  public Json.Obj toJson() {
    Json.Builder entry = Json.object()
        .put("format", FORMAT)
        .put("label", label)
        .put("issuer", issuer)
        .put("subject", subject)
        .put("pattern", pattern);
    return EntryJson.limits(entry, this).build();
  }

  static TrustedIdentity parse(Json.Obj entry) throws JsonException {
    EntryJson.only(entry, MEMBERS);
    EntryJson.expect(entry, "format", FORMAT);
    TrustedIdentity identity = new TrustedIdentity(
        EntryJson.label(entry),
        entry.text("issuer"),
        entry.text("subject"),
        entry.bool("pattern"),
        EntryJson.timeOrNull(entry, "valid_from"),
        EntryJson.timeOrNull(entry, "valid_until"),
        EntryJson.revocation(entry));
    String fault = identity.fault();
    if (fault != null) {
      throw new JsonException(fault);
    }
    return identity;
  }

  /** What makes it nobody's, or everybody's; null where nothing does. */
  @Nullable
  String fault() {
    for (String text : new String[] {issuer, subject}) {
      if (text.isBlank() || text.length() > MAX_TEXT) {
        return "found %s, expected 1 to %d characters".formatted(Excerpt.of(text), MAX_TEXT);
      }
    }
    if (pattern) {
      try {
        Pattern.compile(subject);
      } catch (PatternSyntaxException e) {
        return "found %s, expected a regular expression: %s"
            .formatted(Excerpt.of(subject), e.getDescription());
      }
    }
    return null;
  }
}
