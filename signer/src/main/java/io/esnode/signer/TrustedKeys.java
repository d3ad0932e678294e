package io.esnode.signer;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The keys a verification may rely on, revoked ones included. Immutable, thread-safe. */
public final class TrustedKeys {
  private final Map<String, TrustedKey> byId;

  private TrustedKeys(Map<String, TrustedKey> byId) {
    this.byId = Map.copyOf(byId);
  }

  /** No key at all: every signer is unknown. */
  public static TrustedKeys none() {
    return new TrustedKeys(Map.of());
  }

  public static TrustedKeys of(Collection<TrustedKey> keys) {
    Map<String, TrustedKey> byId = new LinkedHashMap<>();
    keys.forEach(key -> byId.merge(key.keyId(), key, TrustedKeys::stricter));
    return new TrustedKeys(byId);
  }

  /**
   * These keys and those of a directory of which only revocations count: a key given on the command line stays revoked if
   * this machine knows that it is.
   */
  public TrustedKeys withRevocationsOf(Collection<TrustedKey> directory) {
    Map<String, TrustedKey> merged = new LinkedHashMap<>(byId);
    for (TrustedKey key : directory) {
      if (key.revocation() != null) {
        merged.put(key.keyId(), key);
      }
    }
    return new TrustedKeys(merged);
  }

  private static TrustedKey stricter(TrustedKey a, TrustedKey b) {
    return b.revocation() != null && a.revocation() == null ? b : a;
  }

  public Optional<TrustedKey> find(String keyId) {
    return Optional.ofNullable(byId.get(keyId));
  }
}
