package io.esnode.signer;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a verification goes by. Immutable, thread-safe.
 *
 * @param predicateTypes what a statement may be
 * @param now the time at which a signer must be valid where no trusted time is known
 * @param stamps null where nobody here vouches for a time stamping authority
 * @param keyless null without a trusted root
 */
record Rules(
    TrustedKeys keys,
    List<TrustedIdentity> identities,
    Set<String> predicateTypes,
    Instant now,
    @Nullable StampVerifier stamps,
    @Nullable KeylessVerifier keyless) {}
