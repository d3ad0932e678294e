package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import io.esnode.ledger.Ledger;
import io.esnode.report.Report;
import io.esnode.report.ReportException;
import io.esnode.report.ReportRenderer;
import io.esnode.report.ReportTemplate;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import io.esnode.signature.Verifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
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

/** {@code esnode report}: a page and a PDF in which every number names the query it came from. */
@Command(
    name = "report",
    description =
        "Verify and analyse bundles, or take a ledger, and write a report: HTML, PDF and the ledger.",
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode report node.parquet --template incident",
      "  esnode report node.parquet --template incident --out reports --key site.pub",
      "  esnode report node.analysis.json --template incident --unsigned",
      "",
      "Exit status: 0 written, 2 tampered, 3 unsigned or missing, 4 signer not trusted, 5 neither bundle",
      "nor ledger, 64 unknown template, 74 cannot be written. With 3 and 4 a report may be written: it says so.",
      "What is written is signed with this node's key or --by, if the evidence is trusted."
    })
final class ReportCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private TrustOptions trust = new TrustOptions();

  @Option(
      names = "--template",
      paramLabel = "NAME",
      required = true,
      description = "Which report: incident.")
  private String template = "";

  @Option(names = "--out", paramLabel = "DIR", description = "Where to write it (default: here).")
  private Path directory = Path.of("");

  @Option(
      names = "--unsigned",
      description =
          "Read evidence that carries no signature; the report says so, and the exit status stays 3.")
  private boolean unsigned;

  @Option(
      names = "--as-of",
      paramLabel = "T",
      description =
          "Moment for outcomes that depend on the date, RFC 3339 (default: the end of the evidence).")
  private @Nullable String asOf;

  @Mixin
  private OutputSigning outputs = new OutputSigning();

  @Option(
      names = "--format",
      paramLabel = "human|json",
      description = "human or json (default: human).")
  private Format format = Format.human;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Bundles, or one ledger.")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    ReportTemplate chosen = ReportTemplate.find(template)
        .orElseThrow(() -> new ParameterException(
            spec.commandLine(),
            "no template \"%s\"; there are: %s"
                .formatted(template, String.join(", ", ReportTemplate.words()))));
    Source source = isLedger(files.get(0)) ? ledger(files) : analysis(files);
    makeDirectory(); // before the work that would be lost
    CustodyLogs custody = CustodyLogs.of(files, trust);
    Report report = render(chosen, source, custody);
    TrustState stamp = ReportRenderer.trust(source.ledger(), source.file());
    List<Written> written = write(chosen, report, source, stamp, custody);
    int exit = ExitCode.worst(source.exit(), custody.exit());
    if (format == Format.json) {
      spec.commandLine()
          .getOut()
          .print(json(chosen, source, stamp, written, exit).pretty());
    } else {
      print(stamp, source.ledger(), written);
    }
    return exit;
  }

  /**
   * A ledger and how far it may be believed.
   *
   * @param file who stands behind the ledger itself; what we made ourselves counts as trusted
   * @param made whether we made it from bundles
   * @param exit status that the evidence leads to
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares sources
  private record Source(Ledger ledger, byte[] bytes, TrustState file, boolean made, int exit) {
    Signatures.Claims claim() {
      return open -> made ? Claim.analysis(ledger, List.of()) : Claim.repeated(ledger, null);
    }
  }

  /** What {@code esnode analyze} says, so that a report rests on the same checks, in the same limited process. */
  private Source analysis(List<Path> bundles) {
    List<String> arguments = new ArrayList<>(List.of("analyze", "--format", "json"));
    arguments.addAll(trust.arguments());
    if (unsigned) {
      arguments.add("--unsigned");
    }
    if (asOf != null) {
      arguments.addAll(List.of("--as-of", asOf));
    }
    arguments.add("--");
    bundles.forEach(b -> arguments.add(b.toString()));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        Main.run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
    if (out.getBuffer().length() == 0) {
      String message = err.toString().lines().findFirst().orElse("the analysis gave no answer");
      throw new CommandException(
          exit, message.startsWith("esnode: ") ? message.substring("esnode: ".length()) : message);
    }
    err.toString().lines().forEach(spec.commandLine().getErr()::println);
    try {
      byte[] bytes = out.toString().getBytes(StandardCharsets.UTF_8);
      return new Source(Ledger.parse(bytes), bytes, TrustState.TRUSTED_SIGNER, true, exit);
    } catch (JsonException e) {
      throw new IllegalStateException("analyze wrote a ledger it cannot read", e);
    }
  }

  /** A ledger from a file: verified like any evidence, because its words about trust are only words. */
  private Source ledger(List<Path> given) throws IOException {
    Path file = given.get(0);
    if (given.size() > 1) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is a ledger: one report, one ledger; or give bundles".formatted(file));
    }
    if (asOf != null) {
      throw new ParameterException(
          spec.commandLine(),
          "--as-of: %s carries its moment already; give the bundles to choose another"
              .formatted(file));
    }
    Instant now = Instant.now();
    Verifier verifier =
        trust.verifier(Home.of(System.getenv()), Set.of(PredicateType.ANALYSIS), now);
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
      Verdict verdict = verifier.verify(file, open);
      TrustState state = accepted(file, verdict);
      byte[] bytes = bytes(file, open);
      Ledger ledger = Ledger.parse(bytes);
      return new Source(ledger, bytes, state, false, ExitCode.worst(verdict.exit(), exit(ledger)));
    } catch (JsonException e) {
      throw new CommandException(
          ExitCode.MALFORMED, "%s: not a ledger: %s".formatted(file, e.getMessage()), e);
    }
  }

  private TrustState accepted(Path file, Verdict verdict) {
    if (verdict.trust() == TrustState.REFUSED) {
      throw new CommandException(
          verdict.exit(),
          "%s: %s".formatted(file, verdict.worst().map(Verdict.Check::message).orElse("refused")));
    }
    if (verdict.trust() == TrustState.UNSIGNED && !unsigned) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING,
          "%s: a ledger without signature; give the bundles it was made from, or --unsigned for a report that says so"
              .formatted(file));
    }
    return verdict.trust();
  }

  /** The status that the ledger's own words about its evidence lead to. */
  private static int exit(Ledger ledger) {
    return switch (ReportRenderer.trust(ledger, TrustState.TRUSTED_SIGNER)) {
      case TRUSTED_SIGNER -> ExitCode.OK;
      case SIGNER_UNKNOWN -> ExitCode.UNTRUSTED;
      case UNSIGNED -> ExitCode.EVIDENCE_MISSING;
      case REFUSED -> ExitCode.MALFORMED;
    };
  }

  private static byte[] bytes(Path file, FileChannel open) throws IOException {
    if (open.size() > JsonReader.MAX_CHARS) {
      throw new CommandException(
          ExitCode.MALFORMED,
          "%s: %s bytes, a ledger has at most %s"
              .formatted(file, open.size(), JsonReader.MAX_CHARS));
    }
    return Channels.newInputStream(open.position(0)).readAllBytes();
  }

  /** A ledger begins with a brace; whatever else it is, {@code analyze} says what is wrong with it. */
  private static boolean isLedger(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (FileChannel open = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer first = ByteBuffer.allocate(1);
      return open.read(first) == 1 && first.get(0) == '{';
    } catch (IOException e) {
      return false; // analyze opens it again, and says why it cannot
    }
  }

  private void makeDirectory() {
    try {
      Files.createDirectories(directory.toAbsolutePath());
    } catch (IOException e) {
      throw cannotWrite(directory, e);
    }
  }

  private Report render(ReportTemplate chosen, Source source, CustodyLogs custody)
      throws IOException {
    try {
      return ReportRenderer.render(chosen, source.bytes(), source.file(), custody.handovers());
    } catch (ReportException e) {
      throw new CommandException(
          ExitCode.MALFORMED,
          "%s: the ledger contradicts itself: %s".formatted(files.get(0), e.getMessage()),
          e);
    }
  }

  /** One file of the report. */
  private record Written(String kind, Path path, String sha256, long sizeBytes) {}

  private List<Written> write(
      ReportTemplate chosen, Report report, Source source, TrustState stamp, CustodyLogs custody) {
    String name = name(files.get(0));
    String ledger = name + ".analysis.json";
    List<Provenance.Input> inputs = new ArrayList<>();
    inputs.add(new Provenance.Input(ledger, Sha256.hex(report.ledger())));
    inputs.addAll(custody.inputs());
    Json.Obj parameters = Json.object().put("template", chosen.word()).build();
    Signatures.Claims rendered = open ->
        new Claim(PredicateType.REPORT, Provenance.made(Provenance.REPORT, parameters, inputs));
    Signatures signatures = outputs.of(
        Home.of(System.getenv()),
        stamp,
        directory.resolve(name + "." + chosen.word()),
        spec.commandLine().getErr());
    List<Written> written = new ArrayList<>();
    written.add(write("ledger", ledger, report.ledger(), signatures, source.claim()));
    written.add(write(
        "html", "%s.%s.html".formatted(name, chosen.word()), report.html(), signatures, rendered));
    written.add(write(
        "pdf", "%s.%s.pdf".formatted(name, chosen.word()), report.pdf(), signatures, rendered));
    return written;
  }

  private Written write(
      String kind,
      String name,
      byte[] content,
      @Nullable Signatures signatures,
      Signatures.Claims claims) {
    Path path = directory.resolve(name);
    try {
      if (!path.toAbsolutePath()
          .normalize()
          .equals(files.get(0).toAbsolutePath().normalize())) {
        // A ledger that lies there already is the same bytes, and its signature the one we go by.
        Signatures.write(path, content, signatures, claims);
      }
      return new Written(kind, path, Sha256.hex(content), content.length);
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  private static CommandException cannotWrite(Path path, IOException e) {
    return new CommandException(
        ExitCode.CANNOT_WRITE, "%s: cannot be written: %s".formatted(path, Reason.of(e)), e);
  }

  /** The file's name without what says that it is a bundle or a ledger. */
  private static String name(Path file) {
    String name = String.valueOf(file.getFileName());
    for (String suffix : List.of(".parquet", ".analysis.json", ".json")) {
      if (name.endsWith(suffix) && name.length() > suffix.length()) {
        return name.substring(0, name.length() - suffix.length());
      }
    }
    return name;
  }

  private void print(TrustState stamp, Ledger ledger, List<Written> written) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("%s%s".formatted(stamp.words(), ledger.simulated() ? ", SIMULATED" : ""));
    for (Written file : written) {
      out.println(Text.oneLine(file.path().toString()));
    }
  }

  private static Json.Obj json(
      ReportTemplate chosen, Source source, TrustState stamp, List<Written> written, int exit) {
    List<Json> files = new ArrayList<>();
    for (Written file : written) {
      files.add(Json.object()
          .put("kind", file.kind())
          .put("path", file.path().toString())
          .put("sha256", file.sha256())
          .put("size_bytes", file.sizeBytes())
          .build());
    }
    return Json.object()
        .put("schema", "esnode.report/1")
        .put("template", chosen.word())
        .put("trust", stamp.words())
        .put("simulated", source.ledger().simulated())
        .put("files", Json.array(files))
        .put("exit", exit)
        .build();
  }
}
