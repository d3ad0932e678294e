/**
 * Private keys as people keep them: encrypted PKCS#8, the encrypted keys of cosign and sigstore, and keys in PKCS#11 tokens
 * ({@code docs/how-to/keep-keys.md}). Uses BouncyCastle for what the JDK lacks. Parameters that a file asks for are bounded
 * before they are used.
 */
@NullMarked
package io.esnode.keyfile;

import org.jspecify.annotations.NullMarked;
