package io.esnode.keyfile;

import io.esnode.signer.KeyFileException;
import io.esnode.signer.KeyOpener;
import java.io.IOException;
import java.util.Arrays;

/** Opens encrypted PKCS#8, and the keys of cosign and sigstore. */
public final class EncryptedKeys implements KeyOpener {
  private static final String PKCS8 = "ENCRYPTED PRIVATE KEY";
  private static final String COSIGN = "ENCRYPTED COSIGN PRIVATE KEY";
  private static final String SIGSTORE = "ENCRYPTED SIGSTORE PRIVATE KEY";

  private final Passphrases passphrases;

  public EncryptedKeys(Passphrases passphrases) {
    this.passphrases = passphrases;
  }

  @Override
  public byte[] open(String name, String label, byte[] content) throws IOException {
    try {
      Sealed sealed = parse(name, label, content);
      byte[] secret = PassphraseFile.utf8(passphrases.of(name));
      try {
        return sealed.open(secret);
      } finally {
        Arrays.fill(secret, (byte) 0);
      }
    } catch (KeyFormatException e) {
      throw new KeyFileException("%s: %s".formatted(name, e.getMessage()), e);
    }
  }

  /**
   * How a key is encrypted, in words, without opening it.
   *
   * @throws KeyFileException if it is not encrypted in a way that is known here
   */
  public static String describe(String name, String label, byte[] content) throws KeyFileException {
    try {
      return parse(name, label, content).words();
    } catch (KeyFormatException e) {
      throw new KeyFileException("%s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static Sealed parse(String name, String label, byte[] content)
      throws KeyFileException, KeyFormatException {
    return switch (label) {
      case PKCS8 -> Pbes2.parse(content);
      case COSIGN, SIGSTORE -> CosignKey.parse(content);
      default ->
        throw new KeyFileException(
            "%s: found another kind of encrypted key, expected a PEM block \"%s\", \"%s\" or \"%s\""
                .formatted(name, PKCS8, COSIGN, SIGSTORE));
    };
  }
}
