package io.esnode.cli;

import io.esnode.bundle.AtomicFile;
import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import io.esnode.signer.RowSelection;
import io.esnode.signer.SidecarSigner;
import io.esnode.signer.SidecarVerifier;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode verify}: who sealed these files, are they still what was sealed, and is that enough. */
@Command(
    name = "verify",
    description =
        "Check files against the signatures beside them, bundles of one stream against one another, and all against a policy, offline.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode verify incident.parquet",
      "  esnode verify --key site.pub --format json *.parquet",
      "  esnode verify /data    every bundle in it, and whether one is missing",
      "  esnode verify incident.parquet --witness seals.log    until when is it anchored",
      "  esnode verify /data --policy release.yaml --format sarif --out verdict.sarif",
      "  esnode verify torn.parquet --rows gpu,event    which rows it still vouches for",
      "  esnode verify --tsa tsa.pem incident.parquet    when did its signature exist",
      "  esnode verify incident.html --materials /evidence    and what it was made from",
      "Exit status: 0 every check passed, 1 the policy is not met, 2 tampered, 3 signature or file missing,",
      "4 signer or policy unknown, revoked or expired, 5 malformed; the worst file counts.",
      "Codes are explained in docs/reference/reason-codes.md, policies in docs/reference/policy.md."
    })
final class VerifyCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private TrustOptions trust = new TrustOptions();

  @Mixin
  private AnchorOptions anchor = new AnchorOptions();

  @Mixin
  private PolicyOptions policies = new PolicyOptions();

  @Option(
      names = "--predicate-type",
      paramLabel = "URI",
      description = "Accept statements of this type besides esnode's own; may be repeated.")
  private List<String> predicateTypes = new ArrayList<>();

  @Option(
      names = "--materials",
      paramLabel = "DIR",
      description =
          "Where everything is that ledgers and reports were made from; may be repeated (default: what lies beside them).")
  private List<Path> materials = new ArrayList<>();

  @Option(
      names = "--digest",
      paramLabel = "SHA256",
      converter = PolicyOptions.Digest.class,
      description =
          "Do not read FILE, which need not be there: check the signature beside it against this digest.")
  private @Nullable String digest;

  @Option(
      names = "--rows",
      paramLabel = "SELECTION",
      description =
          "Read and check these rows alone: kinds such as gpu,event or numbers of row groups such as 0-3. Says nothing about the whole file.")
  private @Nullable String rows;

  @Option(
      names = "--format",
      description =
          "human, json, sarif (2.1.0), junit (XML) or vsa (SLSA verification summary; with --policy) (default: human).")
  private VerifyFormat format = VerifyFormat.human;

  @Option(
      names = "--out",
      paramLabel = "F",
      description = "Write it to this file; standard output is for people then.")
  private @Nullable Path out;

  @Option(
      names = "--sign-key",
      paramLabel = "KEY",
      description = "Sign what --out wrote with this key: F.sigstore.json.")
  private @Nullable String signKey;

  @Mixin
  private PassphraseOptions passphrase = new PassphraseOptions();

  @Option(
      names = "--resource",
      paramLabel = "URI",
      description = "What a verification summary is about (default: the name of the first file).")
  private @Nullable String resource;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Bundles, ledgers or reports, a directory of them, or a pattern such as '*.parquet'.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() {
    RowSelection selection = selection();
    String fault = fault();
    if (fault != null) {
      throw new ParameterException(spec.commandLine(), fault);
    }
    Instant now = Instant.now();
    Set<String> accepted = new HashSet<>(PredicateType.ALL);
    accepted.addAll(predicateTypes);
    Home home = Home.of(System.getenv());
    SidecarVerifier verifier = trust.verifier(home, accepted, now);
    PolicyFile policy = policies.read(trust, home, now);
    Verification verification = new Verification(
        verifier,
        trust.load(home, now),
        anchor,
        digest,
        selection,
        policy,
        new Besides(trust, home, materials, verifier, now));
    List<Path> all = digest == null ? VerifiedFiles.of(files) : List.of(artefact(files.get(0)));
    PrintWriter standard = spec.commandLine().getOut();
    if (out == null) {
      return verification.run(all, List.of(output(format, standard, policy, all, now)));
    }
    return written(out, verification, all, policy, now, standard);
  }

  private @Nullable RowSelection selection() {
    try {
      return rows == null ? null : RowSelection.parse(rows);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--rows: " + e.getMessage(), e);
    }
  }

  private @Nullable String fault() {
    if (rows != null && (digest != null || policies.given())) {
      return "--rows looks at a part of a file; --digest and --policy judge all of it: give one of them";
    }
    if (digest != null && files.size() != 1) {
      return "--digest is of one file: found %d".formatted(files.size());
    }
    if (format == VerifyFormat.vsa && !policies.given()) {
      return "--format vsa: a verification summary says that a policy is met; give --policy";
    }
    if (signKey != null && out == null) {
      return "--sign-key signs what --out wrote, which is missing";
    }
    return policies.fault();
  }

  /** What a sidecar that is named itself is about. */
  private static Path artefact(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.endsWith(SidecarFile.SUFFIX) && !name.equals(SidecarFile.SUFFIX)
        ? file.resolveSibling(name.substring(0, name.length() - SidecarFile.SUFFIX.length()))
        : file;
  }

  private VerifyOutput output(
      VerifyFormat as, PrintWriter to, @Nullable PolicyFile policy, List<Path> all, Instant now) {
    return switch (as) {
      case human -> new VerifyText(to, policy);
      case json -> new VerifyJson(to, policy);
      case sarif -> new VerifySarif(to, policy);
      case junit -> new VerifyJunit(to, policy);
      case vsa -> {
        if (policy == null) {
          throw new IllegalStateException("a summary without a policy");
        }
        yield new VerifySummary(
            to,
            policy,
            resource == null ? VerifySarif.uri(String.valueOf(all.get(0).getFileName())) : resource,
            now);
      }
    };
  }

  private int written(
      Path to,
      Verification verification,
      List<Path> all,
      @Nullable PolicyFile policy,
      Instant now,
      PrintWriter standard) {
    SidecarSigner signer = signer();
    int exit;
    try (AtomicFile file = AtomicFile.create(to)) {
      PrintWriter writer = new PrintWriter(
          new BufferedWriter(Channels.newWriter(file.channel(), StandardCharsets.UTF_8)));
      List<VerifyOutput> outputs =
          List.of(new VerifyText(standard, policy), output(format, writer, policy, all, now));
      exit = verification.run(all, outputs);
      if (writer.checkError()) {
        throw new IOException("no room, or no permission");
      }
      file.commit();
      if (signer != null) {
        sign(to, signer);
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE, "--out %s: cannot be written: %s".formatted(to, Reason.of(e)), e);
    }
    return exit;
  }

  private @Nullable SidecarSigner signer() {
    return signKey == null ? null : new GivenKey(signKey, passphrase).signer();
  }

  private static void sign(Path written, SidecarSigner signer) throws IOException {
    SidecarFile.write(
        written,
        signer.sign(
            String.valueOf(written.getFileName()),
            Sha256.hex(Files.readAllBytes(written)),
            PredicateType.FILE,
            Json.object().put("reason", "what esnode verify found").build()));
  }
}
