package io.esnode.cli;

import io.esnode.signer.SidecarSigner;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The key that a command signs with: this node's own, made on first use, or one that was named. */
final class SigningOptions {
  @Option(
      names = "--by",
      paramLabel = "KEY",
      description =
          "Sign with this private key instead of this node's own: a file (PEM), or pkcs11:token=T;object=O?module-path=LIB of one in a token.")
  private @Nullable String key;

  @Mixin
  private PassphraseOptions passphrase = new PassphraseOptions();

  SidecarSigner signer(Home home, PrintWriter err) {
    String named = key;
    return named == null
        ? NodeKey.signer(NodeKey.ensure(home, err))
        : new GivenKey(named, passphrase).signer();
  }
}
