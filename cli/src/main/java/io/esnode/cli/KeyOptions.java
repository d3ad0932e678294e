package io.esnode.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whom a command signs as. */
final class KeyOptions {
  @Option(
      names = "--key",
      paramLabel = "F",
      description =
          "Private key to sign with: a file (PEM), or pkcs11:token=T;object=O?module-path=LIB of one in a token; default: this node's own.")
  private @Nullable String key;

  @Mixin
  private PassphraseOptions passphrase = new PassphraseOptions();

  /** The key that was named, else the node's own, which is made where it is not there yet. */
  GivenKey given(Home home, PrintWriter err) {
    String named = key;
    return named == null
        ? GivenKey.plain(NodeKey.ensure(home, err))
        : new GivenKey(named, passphrase);
  }

  /** The key that was named. */
  GivenKey given() {
    String named = key;
    if (named == null) {
      throw new IllegalStateException("no key was named");
    }
    return new GivenKey(named, passphrase);
  }
}
