package io.esnode.signature;

/** What a signature says about who stands behind a file. The words are the first line of every answer. */
public enum TrustState {
  /** The signature is valid and its key is trusted here. */
  TRUSTED_SIGNER("TRUSTED SIGNER"),
  /** The signature is valid; nobody here vouches for its key. */
  SIGNER_UNKNOWN("INTACT BUT SIGNER UNKNOWN"),
  /** There is no signature. */
  UNSIGNED("UNSIGNED"),
  /** There is a signature and it does not hold, or what stands there cannot be read: no answer is given from this file. */
  REFUSED("REFUSED");

  private final String words;

  TrustState(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }
}
