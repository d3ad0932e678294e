package io.esnode.cli;

import io.esnode.keyfile.EncryptedKeys;
import io.esnode.keyfile.PassphraseFile;
import io.esnode.keyfile.Token;
import io.esnode.keyfile.TokenUri;
import io.esnode.seal.EpochChain;
import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SigningAlgorithm;
import io.esnode.signer.SigningKey;
import io.esnode.signer.StoredKey;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A private key to sign with: a file, plain or encrypted, or one in a token, and what opens it. Opened on first use. Used by
 * one thread; the sealing processes of a recording are fed by several.
 */
final class GivenKey {
  private final String where;
  private final PassphraseOptions passphrase;
  private @Nullable SidecarSigner opened;
  private volatile @Nullable Boolean locked;
  private @Nullable VouchingChild vouching;

  /** @param where a path, or a {@code pkcs11:} address */
  GivenKey(String where, PassphraseOptions passphrase) {
    this.where = where;
    this.passphrase = passphrase;
  }

  static GivenKey plain(Path file) {
    return new GivenKey(file.toString(), new PassphraseOptions());
  }

  /** Opens it in this process; a key that cannot sign is found before anything is recorded. */
  SidecarSigner signer() {
    SidecarSigner known = opened;
    if (known == null) {
      known = new SidecarSigner(load());
      opened = known;
    }
    return known;
  }

  /** The key itself, for who shows what it is. */
  SigningKey load() {
    try {
      return TokenUri.is(where)
          ? Token.open(TokenUri.parse(where), passphrase, System.out)
          : SigningKey.load(file(), new EncryptedKeys(passphrase));
    } catch (KeyFileException e) {
      throw refused(e);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING,
          "%s: the signing key cannot be read: %s".formatted(where, Reason.of(e)),
          e);
    }
  }

  /**
   * Vouches for a recording's seals, and tells the key. A plain key does so in this process; any other in one of its own:
   * what opens it takes more memory than a recorder has, and a token's library stays loaded.
   */
  EpochChain.NodeKey nodeKey() {
    VouchingChild child = isLocked() ? VouchingChild.of(this) : null;
    EpochChain.NodeKey node = child != null ? child : signer();
    vouching = child;
    if (publicHalf(node).algorithm() != SigningAlgorithm.ECDSA_P256) {
      vouched();
      throw new CommandException(
          ExitCode.MALFORMED,
          "%s: found an Ed25519 key, expected ECDSA P-256, with which a recording and its seals are signed; make one with 'esnode key generate'"
              .formatted(where));
    }
    return node;
  }

  /** Ends the process that vouched, if there is one. */
  void vouched() {
    if (vouching != null) {
      vouching.close();
      vouching = null;
    }
  }

  static VerifyingKey publicHalf(EpochChain.NodeKey node) {
    try {
      return VerifyingKey.ofSpki("key", node.spki());
    } catch (KeyFileException e) {
      throw refused(e);
    }
  }

  /** Whether it has to be opened. */
  boolean isLocked() {
    Boolean known = locked;
    if (known != null) {
      return known;
    }
    try {
      boolean found = TokenUri.is(where) || StoredKey.load(file()).isEncrypted();
      locked = found;
      return found;
    } catch (KeyFileException e) {
      throw refused(e);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }

  private boolean needsPassphrase() {
    try {
      return isLocked() && !(TokenUri.is(where) && TokenUri.parse(where).pinSource() != null);
    } catch (KeyFileException e) {
      throw refused(e);
    }
  }

  private Path file() throws KeyFileException {
    try {
      return Path.of(where);
    } catch (InvalidPathException e) {
      throw new KeyFileException(where + ": not a file name", e);
    }
  }

  private static CommandException refused(KeyFileException e) {
    return new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
  }

  /** Adds what the configuration is to say: no path, and nothing secret. */
  void describe(Map<String, String> config) {
    config.put("key.kept", TokenUri.is(where) ? "token" : isLocked() ? "encrypted file" : "file");
    config.put("key.passphrase", needsPassphrase() ? passphrase.words() : "none");
  }

  /** The options with which a child process opens the same key. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>(List.of("--key", where));
    if (needsPassphrase()) {
      arguments.addAll(List.of("--passphrase-fd", "0"));
    }
    return arguments;
  }

  /** Starts a child process that has {@link #arguments}, and writes the passphrase to its standard input, which is closed then. */
  Process start(ProcessBuilder child) throws IOException {
    if (!needsPassphrase()) {
      return child.redirectInput(Path.of("/dev/null").toFile()).start();
    }
    Process started = child.redirectInput(ProcessBuilder.Redirect.PIPE).start();
    try (OutputStream pipe = started.getOutputStream()) {
      writePassphrase(pipe);
    } catch (IOException e) {
      // It ended before it read: its status says why.
      return started;
    }
    return started;
  }

  /** One line, where the key needs one. */
  void writePassphrase(OutputStream to) throws IOException {
    if (!needsPassphrase()) {
      return;
    }
    byte[] secret = PassphraseFile.utf8(passphrase.of(where));
    to.write(secret);
    to.write('\n');
    to.flush();
    Arrays.fill(secret, (byte) 0);
  }

  @Override
  public String toString() {
    return where;
  }
}
