package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signer.SidecarSigner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode sign}: one more signature beside a file. */
@Command(
    name = "sign",
    description = {
      "Sign files: bundles, ledgers, reports, certificates and policies as what they are, others with a reason.",
      "What somebody else signed is signed as the same thing, in FILE.KEYID.sigstore.json; nothing is overwritten."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode sign photo.jpg --reason \"the open chassis, before the board was pulled\"",
      "  esnode sign incident.parquet --by auditor.key    a second signature",
      "  esnode sign release-policy.yaml --as policy --by site.key",
      "Exit status: 0 signed, 2 what is there does not verify, 3 missing, 4 signed by a revoked key, 5 malformed, 74 cannot be written."
    })
final class SignCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private SigningOptions signing = new SigningOptions();

  @Option(
      names = "--further",
      description = "Only where somebody else signed already; otherwise it is an error.")
  private boolean further;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why; stands in the signature. Needed for files that esnode does not know.")
  private @Nullable String reason;

  @Option(
      names = "--as",
      paramLabel = "KIND",
      description =
          "What it is: recording, analysis, report, certificate, policy, file (default: what it looks like).")
  private Claim.@Nullable Kind kind;

  @Option(names = "--format", description = "human or json (default: human).")
  private Format format = Format.human;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Home home = Home.of(System.getenv());
    SidecarSigner signer = signing.signer(home, spec.commandLine().getErr());
    Signatures signatures = Signatures.by(signer, home);
    List<Json> answers = new ArrayList<>();
    for (Path file : files) {
      Signatures.Signed signed =
          signatures.sign(file, open -> Claim.of(file, open, kind, reason), further);
      if (format == Format.json) {
        answers.add(json(file, signed));
      } else {
        out.println("%s  %s  as %s"
            .formatted(
                signed.made() ? "signed" : "signed already",
                Text.oneLine(signed.sidecar().toString()),
                Text.oneLine(signed.type())));
      }
    }
    if (format == Format.json) {
      out.print(Json.object()
          .put("schema", "esnode.signed/1")
          .put("key_id", signer.keyId())
          .put("files", Json.array(answers))
          .build()
          .pretty());
    }
    return ExitCode.OK;
  }

  static Json.Obj json(Path file, Signatures.Signed signed) {
    return Json.object()
        .put("name", file.toString())
        .put("sha256", signed.sha256())
        .put("sidecar", signed.sidecar().toString())
        .put("predicate_type", signed.type())
        .put("made", signed.made())
        .build();
  }
}
