package io.esnode.cli;

import io.esnode.signer.SidecarSigner;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The key that a command signs with: this node's own, made on first use, or one that was named. */
final class SigningOptions {
  @Option(
      names = "--by",
      paramLabel = "KEY",
      description = "Sign with this private key instead of this node's own.")
  private @Nullable Path key;

  SidecarSigner signer(Home home, PrintWriter err) {
    return NodeKey.signer(key != null ? key : NodeKey.ensure(home, err));
  }
}
