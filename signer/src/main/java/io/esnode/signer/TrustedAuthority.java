package io.esnode.signer;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A time stamping authority (RFC 3161) somebody here vouches for. Immutable, thread-safe; arrays are shared, not copied.
 *
 * @param label the name under which it is trusted, as {@link TrustedKey#label}
 * @param certificates DER, the root last; stamps carry the leaf, or it stands here
 * @param site whether it belongs to the site itself, and proves less
 * @param validFrom before it none of its stamps counts, null without such a limit
 * @param validUntil from it on none counts, null without such a limit
 * @param revocation null while it is trusted
 */
public record TrustedAuthority(
    String label,
    List<byte[]> certificates,
    boolean site,
    @Nullable Instant validFrom,
    @Nullable Instant validUntil,
    TrustedKey.@Nullable Revocation revocation)
    implements Trusted {
  static final String FORMAT = "esnode.trusted-authority/1";

  private static final Set<String> MEMBERS =
      Set.of("format", "label", "certificates", "site", "valid_from", "valid_until", "revoked");

  public TrustedAuthority {
    certificates = List.copyOf(certificates);
  }

  /**
   * The authority that these certificates are of.
   *
   * @param name of the place, for messages
   * @param certificates X.509 in PEM or DER, one chain in any order
   */
  static TrustedAuthority of(String name, byte[] certificates, String label, boolean site)
      throws TrustException {
    List<X509Certificate> chain;
    try {
      chain = CertificateChain.parse(certificates);
    } catch (KeyFileException e) {
      throw TrustException.malformed("%s: %s".formatted(name, e.getMessage()), e);
    }
    return new TrustedAuthority(label, CertificateChain.der(chain), site, null, null, null);
  }

  @Override
  public String id() {
    MessageDigest digest = Sha256.digest();
    certificates.forEach(digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public TrustedAuthority within(@Nullable Instant from, @Nullable Instant until) {
    return new TrustedAuthority(label, certificates, site, from, until, revocation);
  }

  @Override
  public TrustedAuthority revoked(TrustedKey.Revocation why) {
    return new TrustedAuthority(label, certificates, site, validFrom, validUntil, why);
  }

  @Override
  public Json.Obj toJson() {
    Json.Builder entry = Json.object()
        .put("format", FORMAT)
        .put("label", label)
        .put(
            "certificates",
            Json.strings(certificates.stream().map(StrictBase64::encode).toList()))
        .put("site", site);
    return EntryJson.limits(entry, this).build();
  }

  static TrustedAuthority parse(Json.Obj entry) throws JsonException, KeyFileException {
    EntryJson.only(entry, MEMBERS);
    EntryJson.expect(entry, "format", FORMAT);
    List<byte[]> certificates = new ArrayList<>();
    for (String base64 : entry.arr("certificates").texts()) {
      certificates.add(StrictBase64.decode(base64));
    }
    CertificateChain.check(certificates);
    return new TrustedAuthority(
        EntryJson.label(entry),
        certificates,
        entry.bool("site"),
        EntryJson.timeOrNull(entry, "valid_from"),
        EntryJson.timeOrNull(entry, "valid_until"),
        EntryJson.revocation(entry));
  }
}
