package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.custody.CustodyEntry;
import io.esnode.custody.CustodyLog;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.SidecarFile;
import io.esnode.signature.Verdict;
import io.esnode.signer.SidecarSigner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code esnode custody}: through whose hands an artefact went. */
@Command(
    name = "custody",
    description = "Write down and show through whose hands an artefact went.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {CustodyCommand.Add.class, CustodyCommand.Show.class})
final class CustodyCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(spec.commandLine(), "no command given, expected 'add' or 'show'");
  }

  /** {@code esnode custody add}. */
  @Command(
      name = "add",
      description = {
        "Add a signed entry to FILE.custody.jsonl: who has it from now on, and what for.",
        "The receipt that is printed shows later that the entry was not cut off."
      },
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  esnode custody add incident.parquet --actor \"J. Doe, lab\" --purpose \"failure analysis\" --from \"R. Roe, site\"",
        "  esnode custody add incident.parquet --actor \"vendor\" --purpose RMA --copy working --case 4711 --by lab.key",
        "Exit status: 0 added, 2 added, but what arrived is not what was handed over, 3 no such file."
      })
  static final class Add implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private SigningOptions signing = new SigningOptions();

    @Option(
        names = "--actor",
        required = true,
        paramLabel = "NAME",
        description = "Who has it now.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private String actor;

    @Option(names = "--purpose", required = true, paramLabel = "TEXT", description = "What for.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private String purpose;

    @Option(names = "--authority", paramLabel = "TEXT", description = "By whose leave.")
    private @Nullable String authority;

    @Option(names = "--from", paramLabel = "NAME", description = "Who had it.")
    private @Nullable String from;

    @Option(
        names = "--copy",
        paramLabel = "KIND",
        description = "original, working or derived (default: original).")
    private CustodyEntry.Copy copy = CustodyEntry.Copy.ORIGINAL;

    @Option(names = "--case", paramLabel = "ID", description = "The case it belongs to.")
    private @Nullable String caseId;

    @Parameters(paramLabel = "FILE", description = "The artefact.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private Path file;

    @Override
    public Integer call() throws IOException {
      String now = digest(file);
      Home home = Home.of(System.getenv());
      SidecarSigner signer = signing.signer(home, spec.commandLine().getErr());
      CustodyEntry entry = entry(before(home), now);
      String receipt;
      try {
        receipt = CustodyLog.add(file, entry, signer);
      } catch (IOException e) {
        throw new CommandException(
            ExitCode.CANNOT_WRITE,
            "%s: cannot be written: %s".formatted(CustodyLog.of(file), Reason.of(e)),
            e);
      }
      PrintWriter out = spec.commandLine().getOut();
      out.println("%s  has %s".formatted(Text.oneLine(actor), Text.oneLine(file.toString())));
      out.println("receipt  %s  (keep it: 'esnode custody show --receipt' finds the entry by it)"
          .formatted(receipt));
      if (Boolean.FALSE.equals(entry.match())) {
        spec.commandLine()
            .getErr()
            .println("esnode: %s: SHA-256 %s arrived, and %s was handed over; the entry says so"
                .formatted(
                    Text.oneLine(file.toString()), entry.afterSha256(), entry.beforeSha256()));
        return ExitCode.TAMPERED;
      }
      return ExitCode.OK;
    }

    private CustodyEntry entry(@Nullable String before, String after) {
      try {
        return new CustodyEntry(
            Instant.now().truncatedTo(ChronoUnit.SECONDS),
            actor,
            purpose,
            authority,
            from,
            copy,
            caseId,
            before,
            after);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
      }
    }

    /** What the last entry received, else what was signed. */
    private @Nullable String before(Home home) throws IOException {
      TrustOptions machine = new TrustOptions();
      Instant now = Instant.now();
      if (CustodyLog.exists(file)) {
        return CustodyLog.read(file, "", CustodyText.verifier(machine, home, now))
            .held()
            .orElse(null);
      }
      Json.Obj statement = Files.exists(SidecarFile.of(file))
          ? machine.verifier(home, PredicateType.ALL, now).verify(file).statement()
          : null;
      try {
        return statement == null
            ? null
            : statement.arr("subject").objects().get(0).obj("digest").text("sha256");
      } catch (JsonException | IndexOutOfBoundsException e) {
        // A signature that names no SHA-256 says nothing about what was handed over.
        return null;
      }
    }
  }

  /** {@code esnode custody show}. */
  @Command(
      name = "show",
      description =
          "Show and verify the entries of FILE.custody.jsonl, and the file against the last of them.",
      mixinStandardHelpOptions = true,
      footerHeading = "%nExamples:%n",
      footer = {
        "  esnode custody show incident.parquet",
        "  esnode custody show --key lab.pub --key site.pub --receipt 3f9a... incident.parquet",
        "Exit status: 0 everything holds, 2 changed, cut or reordered, 3 no log or the receipt's entry is gone, 4 signer not trusted."
      })
  static final class Show implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private TrustOptions trust = new TrustOptions();

    @Option(
        names = "--receipt",
        paramLabel = "SHA256",
        description = "An entry with this digest must be there; may be repeated.")
    private List<String> receipts = new ArrayList<>();

    @Option(names = "--format", description = "human or json (default: human).")
    private Format format = Format.human;

    @Parameters(paramLabel = "FILE", description = "The artefact.")
    @SuppressWarnings("NullAway.Init") // picocli requires it
    private Path file;

    @Override
    public Integer call() throws IOException {
      String now = digest(file);
      if (!CustodyLog.exists(file)) {
        throw new CommandException(
            ExitCode.EVIDENCE_MISSING,
            "%s: no custody log beside it (%s)"
                .formatted(file, CustodyLog.of(file).getFileName()));
      }
      CustodyLog log = CustodyLog.read(
          file, now, CustodyText.verifier(trust, Home.of(System.getenv()), Instant.now()));
      List<Verdict.Check> checks = new ArrayList<>(log.checks());
      receipts.forEach(receipt -> checks.add(found(log, receipt)));
      int exit = new Section("", "", checks, List.of()).exit();
      exit = ExitCode.worst(exit, log.exit());
      PrintWriter out = spec.commandLine().getOut();
      if (format == Format.json) {
        out.print(CustodyText.json(file, log, checks, exit).pretty());
      } else {
        CustodyText.print(out, log, checks);
      }
      return exit;
    }

    private static Verdict.Check found(CustodyLog log, String receipt) {
      String sha256 = receipt.toLowerCase(Locale.ROOT);
      boolean there =
          log.transfers().stream().anyMatch(transfer -> transfer.line().sha256().equals(sha256));
      return new Verdict.Check(
          ReasonCode.ARTIFACT_MISSING,
          there,
          "receipt %s: %s"
              .formatted(
                  receipt,
                  there
                      ? "its entry is there"
                      : "there is no such entry; it was cut off, or this is another log"));
    }
  }

  private static String digest(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING, "%s: no such file, expected an artefact".formatted(file));
    }
    try {
      return Sha256.hex(file);
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
  }
}
