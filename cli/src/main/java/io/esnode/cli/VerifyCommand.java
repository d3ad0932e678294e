package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.Verdict;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.TrustedKeys;
import java.io.PrintWriter;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode verify}: who sealed these files, and are they still what was sealed. */
@Command(
    name = "verify",
    description =
        "Check files against the signatures beside them, and bundles of one stream against one another, offline.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode verify incident.parquet",
      "  esnode verify --key site.pub --format json *.parquet",
      "  esnode verify /data    every bundle in it, and whether one is missing",
      "  esnode verify incident.parquet --witness seals.log    until when is it anchored",
      "Exit status: 0 every check passed, 2 tampered, 3 signature or file missing,",
      "4 signer unknown, revoked or expired, 5 malformed; the worst file counts.",
      "Codes are explained in docs/reference/reason-codes.md."
    })
final class VerifyCommand implements Callable<Integer> {
  private static final List<String> NOT_PROVEN = List.of(
      "that the recorded values are true",
      "that the recorder's clock was right",
      "when the file was signed");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private TrustOptions trust = new TrustOptions();

  @Mixin
  private AnchorOptions anchor = new AnchorOptions();

  @Option(
      names = "--predicate-type",
      paramLabel = "URI",
      description = "Accept statements of this type besides esnode's own; may be repeated.")
  private List<String> predicateTypes = new ArrayList<>();

  @Option(names = "--format", description = "human or json (default: human).")
  private Format format = Format.human;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "Bundles, ledgers or reports, or a directory of them.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() {
    Instant now = Instant.now();
    Set<String> accepted = new HashSet<>(PredicateType.ALL);
    accepted.addAll(predicateTypes);
    Home home = Home.of(System.getenv());
    TrustedKeys trusted = trust.load(home, now);
    SidecarVerifier verifier = trust.verifier(home, accepted, now);
    PrintWriter out = spec.commandLine().getOut();
    List<Json> verdicts = new ArrayList<>();
    List<Verdict> all = new ArrayList<>();
    List<SealedBundle> bundles = new ArrayList<>();
    int exit = ExitCode.OK;
    for (Path file : VerifiedFiles.of(files)) {
      Verdict verdict = verifier.verify(file);
      SealedBundle bundle = SealedBundle.of(file, verdict);
      if (bundle != null) {
        bundles.add(bundle);
        verdict = verdict.performed(SidecarVerifier.NO_WITNESS);
      }
      all.add(verdict);
      exit = ExitCode.worst(exit, verdict.exit());
      if (format == Format.json) {
        verdicts.add(json(verdict));
      } else {
        print(out, verdict);
      }
    }
    List<Json> streams = new ArrayList<>();
    for (StreamVerdict stream : StreamVerdict.of(all)) {
      exit = ExitCode.worst(exit, stream.exit());
      if (format == Format.json) {
        streams.add(json(stream));
      } else {
        print(out, stream);
      }
    }
    List<Json> seals = new ArrayList<>();
    for (AnchorVerdict recording : AnchorVerdict.of(bundles, trusted, anchor)) {
      exit = ExitCode.worst(exit, recording.exit());
      if (format == Format.json) {
        seals.add(recording.toJson().put("checks", json(recording.checks())).build());
      } else {
        print(out, recording);
      }
    }
    if (format == Format.json) {
      out.print(Json.object()
          .put("schema", "esnode.verify/1")
          .put("files", Json.array(verdicts))
          .put("streams", Json.array(streams))
          .put("seals", Json.array(seals))
          .put("does_not_prove", Json.strings(NOT_PROVEN))
          .put("exit", exit)
          .build()
          .pretty());
    } else {
      out.println("A signature does not prove " + String.join(", nor ", NOT_PROVEN) + ".");
    }
    return exit;
  }

  private static void print(PrintWriter out, Verdict verdict) {
    out.println("%s%s: %s"
        .formatted(
            verdict.trust().words(),
            simulated(verdict) ? ", SIMULATED" : "",
            Text.oneLine(verdict.name())));
    if (verdict.sha256() != null) {
      out.println("  sha256 " + verdict.sha256());
    }
    print(out, verdict.checks());
    for (String check : verdict.notPerformed()) {
      out.println("  not performed: " + Text.oneLine(check));
    }
  }

  private static void print(PrintWriter out, List<Verdict.Check> checks) {
    for (Verdict.Check check : checks) {
      out.println("  %s  %s  %s"
          .formatted(
              check.passed() ? "PASS" : "FAIL",
              check.reason().code(),
              Text.oneLine(check.message())));
    }
  }

  private static void print(PrintWriter out, AnchorVerdict recording) {
    out.println("SEALS of recording %s: %s"
        .formatted(Text.oneLine(recording.recordingId()), Text.oneLine(recording.words())));
    print(out, recording.checks());
    for (String check : recording.notPerformed()) {
      out.println("  not performed: " + Text.oneLine(check));
    }
  }

  private static void print(PrintWriter out, StreamVerdict stream) {
    out.println("STREAM %s: %d bundles".formatted(Text.oneLine(stream.id()), stream.bundles()));
    print(out, stream.checks());
    out.println("  not performed: " + stream.notPerformed());
  }

  private static Json.Obj json(StreamVerdict stream) {
    return Json.object()
        .put("id", stream.id())
        .put("first_sequence", stream.first())
        .put("last_sequence", stream.last())
        .put("bundles", stream.bundles())
        .put("checks", json(stream.checks()))
        .put("not_performed", Json.strings(List.of(stream.notPerformed())))
        .put("exit", stream.exit())
        .build();
  }

  private static Json json(List<Verdict.Check> all) {
    List<Json> checks = new ArrayList<>();
    for (Verdict.Check check : all) {
      checks.add(Json.object()
          .put("code", check.reason().code())
          .put("reason", check.passed() ? null : check.reason().name())
          .put("passed", check.passed())
          .put("message", check.message())
          .build());
    }
    return Json.array(checks);
  }

  private static Json.Obj json(Verdict verdict) {
    Verdict.SignerIdentity signer = verdict.signer();
    return Json.object()
        .put("name", verdict.name())
        .put("sha256", verdict.sha256())
        .put("trust", verdict.trust().words())
        .put("simulated", simulated(verdict))
        .put("predicate_type", Json.of(predicateType(verdict)))
        .put(
            "signer",
            signer == null
                ? Json.Null.NULL
                : Json.object()
                    .put("key_id", signer.keyId())
                    .put("label", signer.label())
                    .build())
        .put("checks", json(verdict.checks()))
        .put("not_performed", Json.strings(verdict.notPerformed()))
        .put("exit", verdict.exit())
        .build();
  }

  private static boolean simulated(Verdict verdict) {
    return PredicateType.SIMULATED_RECORDING.equals(predicateType(verdict));
  }

  private static @Nullable String predicateType(Verdict verdict) {
    return verdict.statement() != null
            && verdict.statement().find("predicateType").orElse(Json.Null.NULL)
                instanceof Json.Str type
        ? type.value()
        : null;
  }
}
