package io.esnode.signer;

/**
 * Verifies what a transparency log and a certificate authority say about a signature, offline, by a trusted root. Never throws for
 * what a sidecar holds. Thread-safe.
 */
public interface KeylessVerifier {
  /**
   * A sidecar with a certificate: chain, certificate time stamp, log entry, trusted time, signature. The digest of the file is not
   * looked at: the caller compares it with what was signed.
   *
   * @return with a signer only if everything holds; {@code identity} and {@code issuer} are what the certificate says
   */
  Judgement certificate(byte[] sidecar);

  /**
   * The log entries of a sidecar made with a key.
   *
   * @return with a time if an entry holds; with a failed check if one does not
   */
  Judgement logEntries(byte[] sidecar, VerifyingKey key);
}
