package io.esnode.signer;

/** Verifies time stamps (RFC 3161), offline. Never throws for what a stamp holds. Thread-safe. */
public interface StampVerifier {
  /**
   * Judges one stamp.
   *
   * @param signature the bytes that were stamped
   * @param response DER {@code TimeStampResp}
   * @return with a time if the stamp holds and its authority is trusted here; with a failed check if it does not hold; with a
   *     line of what was not performed if nobody here vouches for the authority
   */
  Judgement verify(byte[] signature, byte[] response);
}
