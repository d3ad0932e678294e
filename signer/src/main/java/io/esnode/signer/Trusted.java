package io.esnode.signer;

import io.esnode.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Somebody for whom somebody here vouches, or vouched. */
public sealed interface Trusted permits TrustedKey, TrustedIdentity, TrustedAuthority {
  String label();

  /** Hex SHA-256 of what it is known by: a key, issuer and subject, certificates. */
  String id();

  @Nullable
  Instant validFrom();

  @Nullable
  Instant validUntil();

  TrustedKey.@Nullable Revocation revocation();

  /** As it stands in the trust directory. */
  Json.Obj toJson();

  /** The same, accepted from the one time up to but not including the other. */
  Trusted within(@Nullable Instant from, @Nullable Instant until);

  /** The same, trusted no more. */
  Trusted revoked(TrustedKey.Revocation why);

  /** From {@link #validFrom} up to but not including {@link #validUntil}. */
  default boolean isValidAt(Instant time) {
    Instant from = validFrom();
    Instant until = validUntil();
    return (from == null || !time.isBefore(from)) && (until == null || time.isBefore(until));
  }

  /** The entry's file: one line of canonical JSON. */
  default byte[] toBytes() {
    return (toJson().canonical() + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
