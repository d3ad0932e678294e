package io.esnode.cli;

import io.esnode.analyzer.Analysis;
import io.esnode.analyzer.BundleChangedException;
import io.esnode.bundle.BundleException;
import io.esnode.json.JsonException;
import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Severity;
import io.esnode.ledger.State;
import io.esnode.report.ReportRenderer;
import io.esnode.rule.RuleBook;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode analyze}: what happened, from bundles whose signature was checked first. */
@Command(
    name = "analyze",
    description =
        "Verify bundles, then say what happened: findings, what was not observed, how complete it is.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode analyze node.parquet",
      "  esnode analyze --key site.pub --out day.json am.parquet pm.parquet",
      "  esnode analyze --rule oom-kill --fail-on error node.parquet",
      "",
      "Exit status: 0 done, 1 a finding at or above --fail-on, 2 tampered,",
      "3 unsigned or missing, 4 signer not trusted, 5 not a bundle.",
      "A diagnosis never changes it.",
      "The ledger is signed with this node's key or --by, if the evidence is trusted."
    })
final class AnalyzeCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private TrustOptions trust = new TrustOptions();

  @Option(
      names = "--out",
      paramLabel = "LEDGER.json",
      description = "Write the ledger (schema esnode.analysis/1) to this file as well.")
  private @Nullable Path out;

  @Option(
      names = "--format",
      paramLabel = "human|json",
      description = "human, or json: the ledger (default: human).")
  private Format format = Format.human;

  @Option(
      names = "--fail-on",
      paramLabel = "SEVERITY",
      description = "Exit 1 if a finding is at or above info, warning, error or critical.")
  private @Nullable Severity failOn;

  @Option(names = "--rule", paramLabel = "ID", description = "Ask only this rule; may be repeated.")
  private List<String> ruleIds = new ArrayList<>();

  @Option(
      names = "--unsigned",
      description =
          "Read bundles that carry no signature; the answer says so, and the exit status stays 3.")
  private boolean unsigned;

  @Option(
      names = "--as-of",
      paramLabel = "T",
      description =
          "Moment for outcomes that depend on the date, RFC 3339 (default: the end of the evidence).")
  private @Nullable String asOf;

  @Mixin
  private OutputSigning outputs = new OutputSigning();

  @Option(names = LimitedChild.FLAG, hidden = true)
  private boolean child;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Bundles.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    RuleBook book = RuleBook.builtIn();
    requireKnownRules(book);
    Instant moment = moment();
    if (out != null) {
      requireNoEvidenceAt(out);
    }
    Instant now = Instant.now();
    Verifier verifier = trust.verifier(Home.of(System.getenv()), PredicateType.RECORDINGS, now);
    try (Evidence evidence = Evidence.open(files, verifier, unsigned)) {
      Ledger ledger = evidence.doubtful() && !child ? inChild(evidence) : here(evidence, moment);
      String json = ledger.toJson().canonical() + "\n";
      if (out != null) {
        write(out, json, ledger);
      }
      PrintWriter answer = spec.commandLine().getOut();
      if (format == Format.json) {
        answer.print(json);
      } else {
        new AnalysisText(answer, files).print(evidence.stamps(), ledger);
      }
      return failOn != null && found(ledger, failOn)
          ? ExitCode.worst(evidence.exit(), ExitCode.CHECK_FAILED)
          : evidence.exit();
    }
  }

  private Ledger here(Evidence evidence, @Nullable Instant moment) throws IOException {
    Analysis analysis = Analysis.standard(Version.text());
    if (!ruleIds.isEmpty()) {
      analysis = analysis.only(new TreeSet<>(ruleIds));
    }
    if (child) {
      analysis = analysis.within(LimitedChild.ENGINE_MB);
    }
    try {
      return analysis.run(evidence.bundles(), moment);
    } catch (BundleChangedException e) {
      throw new CommandException(ExitCode.TAMPERED, String.valueOf(e.getMessage()), e);
    } catch (BundleException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(e.getMessage()), e);
    }
  }

  private Ledger inChild(Evidence evidence) throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("analyze", LimitedChild.FLAG, "--format", "json"));
    arguments.addAll(trust.arguments());
    if (unsigned) {
      arguments.add("--unsigned");
    }
    if (asOf != null) {
      arguments.addAll(List.of("--as-of", asOf));
    }
    ruleIds.forEach(id -> arguments.addAll(List.of("--rule", id)));
    arguments.add("--");
    files.forEach(f -> arguments.add(f.toString()));
    LimitedChild.Answer answer = LimitedChild.STANDARD.run(arguments);
    if (answer.out().isEmpty() || answer.exit() != evidence.exit()) {
      throw LimitedReading.failed(answer);
    }
    try {
      Ledger ledger = Ledger.parse(answer.out().getBytes(StandardCharsets.UTF_8));
      Set<String> read =
          new TreeSet<>(ledger.bundles().stream().map(AnalyzedBundle::sha256).toList());
      Set<String> verified = new TreeSet<>(evidence.bundles().stream()
          .map(b -> String.valueOf(b.verdict().sha256()))
          .toList());
      if (!read.equals(verified)) {
        throw new CommandException(
            ExitCode.TAMPERED,
            "%s: changed while it was read; nothing is concluded from it".formatted(files.get(0)));
      }
      return ledger;
    } catch (JsonException e) {
      throw new CommandException(
          ExitCode.MALFORMED,
          "%s: the reading process gave no ledger: %s".formatted(files.get(0), e.getMessage()),
          e);
    }
  }

  private void requireKnownRules(RuleBook book) {
    for (String id : new LinkedHashSet<>(ruleIds)) {
      if (book.find(id).isEmpty()) {
        throw new ParameterException(
            spec.commandLine(),
            "no rule \"%s\"; nearest: %s; all of them are in docs/reference/rules.md"
                .formatted(id, String.join(", ", book.nearest(id))));
      }
    }
  }

  private @Nullable Instant moment() {
    if (asOf == null) {
      return null;
    }
    try {
      return Instant.parse(asOf);
    } catch (DateTimeException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--as-of: found \"%s\", expected a time like 2026-11-21T10:00:00Z".formatted(asOf),
          e);
    }
  }

  private void requireNoEvidenceAt(Path out) throws IOException {
    for (Path file : files) {
      for (Path evidence : List.of(file, SidecarFile.of(file))) {
        if (Files.exists(out) && Files.exists(evidence) && Files.isSameFile(out, evidence)) {
          throw new ParameterException(
              spec.commandLine(),
              "--out %s: is %s, and evidence is never overwritten; name another file"
                  .formatted(out, evidence));
        }
      }
    }
  }

  private void write(Path out, String json, Ledger ledger) {
    PrintWriter err = spec.commandLine().getErr();
    Home home = Home.of(System.getenv());
    TrustState trusted = ReportRenderer.trust(ledger, TrustState.TRUSTED_SIGNER);
    try {
      Signatures.write(
          out,
          json.getBytes(StandardCharsets.UTF_8),
          outputs.of(home, trusted, out, err),
          open -> Claim.analysis(ledger, ruleIds));
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE, "%s: cannot be written: %s".formatted(out, Reason.of(e)), e);
    }
  }

  private static boolean found(Ledger ledger, Severity least) {
    return ledger.findings().stream()
        .filter(f -> f.state() == State.PRESENT)
        .map(Finding::severity)
        .anyMatch(s -> s.compareTo(least) >= 0);
  }
}
