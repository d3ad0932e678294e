package io.esnode.cli;

import io.esnode.signer.SigningAlgorithm;

/** How a key that is made signs, as it is typed. */
enum KeyKind {
  p256(SigningAlgorithm.ECDSA_P256),
  ed25519(SigningAlgorithm.ED25519);

  private final SigningAlgorithm algorithm;

  KeyKind(SigningAlgorithm algorithm) {
    this.algorithm = algorithm;
  }

  SigningAlgorithm algorithm() {
    return algorithm;
  }
}
