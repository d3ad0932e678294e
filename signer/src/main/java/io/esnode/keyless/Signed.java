package io.esnode.keyless;

import io.esnode.signer.Dsse;
import io.esnode.signer.Sidecar;

/**
 * What a bundle says was signed, and by whom: what each of its log entries must repeat.
 *
 * @param digest SHA-256 of what the signature is over
 * @param payloadDigest SHA-256 of the statement, empty without one
 * @param signer DER of the certificate, or of the key
 * @param certified which of both
 */
@SuppressWarnings("ArrayRecordComponent") // short-lived carrier; never compared
record Signed(
    byte[] digest, byte[] payloadDigest, byte[] signature, byte[] signer, boolean certified) {
  static Signed of(Sidecar sidecar, byte[] signer, boolean certified) {
    return new Signed(
        sidecar
            .payload()
            .map(
                payload -> Signatures.sha256(Dsse.preAuthenticationEncoding(Dsse.IN_TOTO, payload)))
            .orElseGet(() -> sidecar.messageDigest().orElseThrow()),
        sidecar.payload().map(Signatures::sha256).orElse(new byte[0]),
        sidecar.signature(),
        signer,
        certified);
  }
}
