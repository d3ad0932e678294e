package io.esnode.analyzer;

import io.esnode.signature.Verdict;

/**
 * An open bundle and what verifying it gave.
 *
 * @param verdict with the digest of the whole file; whether its trust state is good enough was decided by the caller
 */
public record VerifiedBundle(OpenBundle bundle, Verdict verdict) {
  public VerifiedBundle {
    if (verdict.sha256() == null) {
      throw new IllegalArgumentException(bundle.file() + ": not verified, no digest");
    }
  }

  String sha256() {
    String digest = verdict.sha256();
    if (digest == null) {
      throw new IllegalStateException("checked when made");
    }
    return digest;
  }
}
