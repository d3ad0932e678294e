package io.esnode.signer;

import java.io.IOException;
import java.nio.file.Path;

/** What a key file holds, before anything is opened. Immutable, thread-safe. */
public final class StoredKey {
  private final String name;
  private final Pem pem;

  private StoredKey(String name, Pem pem) {
    this.name = name;
    this.pem = pem;
  }

  /**
   * Reads a key file.
   *
   * @throws KeyFileException if it is not one PEM block
   */
  public static StoredKey load(Path file) throws IOException {
    return new StoredKey(file.toString(), Pem.load(file));
  }

  /** What stands after {@code BEGIN}. */
  public String label() {
    return pem.label();
  }

  public byte[] content() {
    return pem.der().clone();
  }

  public boolean isPrivate() {
    return pem.label().endsWith("PRIVATE KEY");
  }

  public boolean isEncrypted() {
    return pem.label().startsWith(SigningKey.ENCRYPTED);
  }

  /** The public key that it is; of a private one, see {@link SigningKey#load(Path)}. */
  public VerifyingKey verifyingKey() throws KeyFileException {
    return VerifyingKey.of(name, pem);
  }
}
