package io.esnode.signer;

/** How a key signs. */
public enum SigningAlgorithm {
  ECDSA_P256("ECDSA P-256", "SHA256withECDSA"),

  /** For envelopes and notes; a digest alone cannot be signed or checked with it. */
  ED25519("Ed25519", "Ed25519");

  private final String title;
  private final String jca;

  SigningAlgorithm(String title, String jca) {
    this.title = title;
    this.jca = jca;
  }

  /** As people write it. */
  public String title() {
    return title;
  }

  /** As the JDK's {@code Signature} calls it. */
  String jca() {
    return jca;
  }
}
