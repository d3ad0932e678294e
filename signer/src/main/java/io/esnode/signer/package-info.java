/**
 * Signing, verifying and trust with keys, on the JDK alone: DSSE in a Sigstore bundle v0.3 beside each file, ECDSA P-256
 * or Ed25519 ({@code docs/format/sidecar.md}). No network, no hidden defaults.
 */
@NullMarked
package io.esnode.signer;

import org.jspecify.annotations.NullMarked;
