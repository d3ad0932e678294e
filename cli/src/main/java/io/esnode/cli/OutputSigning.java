package io.esnode.cli;

import io.esnode.signature.TrustState;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whether and with which key a command signs what it makes from evidence. */
final class OutputSigning {
  @Mixin
  private SigningOptions signing = new SigningOptions();

  @Option(names = "--no-sign", description = "Leave what is written unsigned.")
  private boolean unsigned;

  /**
   * Null where it is not to be signed: our signature beside an answer must not look like one of whoever recorded.
   *
   * @param evidence who stands behind what it is made from
   * @param output what is written, for the line that says why it is not signed
   */
  @Nullable
  Signatures of(Home home, TrustState evidence, Path output, PrintWriter err) {
    if (unsigned) {
      return null;
    }
    if (evidence != TrustState.TRUSTED_SIGNER) {
      err.println(
          "esnode: %s: not signed, because its evidence is %s; 'esnode sign' signs it all the same"
              .formatted(Text.oneLine(output.toString()), evidence.words()));
      return null;
    }
    return Signatures.by(signing.signer(home, err), home);
  }
}
