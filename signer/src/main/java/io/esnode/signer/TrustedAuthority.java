package io.esnode.signer;

import java.time.Instant;
import java.util.List;
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
  public TrustedAuthority {
    certificates = List.copyOf(certificates);
  }
}
