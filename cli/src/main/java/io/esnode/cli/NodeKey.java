package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.signer.KeyFileException;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** The key a recording is signed with: this node's own, made on first use, or one that was named. */
final class NodeKey {
  private NodeKey() {}

  /** The node's own key; says so when it has to be made. */
  static Path ensure(Home home, PrintWriter err) {
    Path key = home.nodeKey();
    boolean made = !Files.exists(key);
    try {
      SigningKey own = SigningKey.loadOrGenerate(key, home.nodePublicKey());
      if (made) {
        err.println("esnode: made this node's signing key %s (public half: %s, id %s)"
            .formatted(key, home.nodePublicKey(), own.verifyingKey().keyId().substring(0, 16)));
      }
      return key;
    } catch (KeyFileException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE,
          "%s: this node's signing key cannot be made: %s; set ESNODE_HOME to a directory you may write"
              .formatted(key, Reason.of(e)),
          e);
    }
  }

  /** Signs with the key in that file; a key that cannot sign is found before anything is recorded. */
  static SidecarSigner signer(Path key) {
    return GivenKey.plain(key).signer();
  }
}
