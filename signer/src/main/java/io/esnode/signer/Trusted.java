package io.esnode.signer;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Somebody for whom somebody here vouches, or vouched. */
sealed interface Trusted permits TrustedKey, TrustedIdentity, TrustedAuthority {
  String label();

  @Nullable
  Instant validFrom();

  @Nullable
  Instant validUntil();

  TrustedKey.@Nullable Revocation revocation();

  /** From {@link #validFrom} up to but not including {@link #validUntil}. */
  default boolean isValidAt(Instant time) {
    Instant from = validFrom();
    Instant until = validUntil();
    return (from == null || !time.isBefore(from)) && (until == null || time.isBefore(until));
  }
}
