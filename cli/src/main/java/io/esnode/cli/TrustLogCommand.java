package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.Verdict;
import io.esnode.signer.KeyEvents;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.SignedLog;
import io.esnode.signer.TrustDirectory;
import io.esnode.signer.Trusted;
import io.esnode.signer.TrustedKey;
import io.esnode.signer.TrustedKeys;
import io.esnode.signer.VerifyingKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code esnode trust log}. */
@Command(
    name = "log",
    description = {
      "Show and verify what was changed in the trust directory, when, and by which key.",
      "Signers are this node's key, the directory's keys for key-events, and --key."
    },
    mixinStandardHelpOptions = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  esnode trust log",
      "  esnode trust log --format json",
      "Exit status: 0 everything holds, 2 changed, cut or reordered, 3 no events or an entry without one, 4 signer not trusted."
    })
final class TrustLogCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli injects it
  private CommandSpec spec;

  @Mixin
  private TrustCommand.Directory directory = new TrustCommand.Directory();

  @Option(
      names = "--key",
      paramLabel = "PUB.pem",
      description = "Trust this key's events for this run; may be repeated.")
  private List<Path> keys = new ArrayList<>();

  @Option(names = "--format", description = "human or json (default: human).")
  private Format format = Format.human;

  @Override
  public Integer call() {
    TrustDirectory trust = directory.open();
    KeyEvents.Answer answer = TrustCommand.changed(() -> {
      List<Trusted> entries = trust.entries();
      KeyEvents events = trust.events();
      if (!events.exists()) {
        throw new CommandException(
            entries.isEmpty() ? ExitCode.OK : ExitCode.EVIDENCE_MISSING,
            "%s: no events%s"
                .formatted(
                    events.file(),
                    entries.isEmpty()
                        ? "; nobody was trusted here yet"
                        : ", and %d entries: they are from before there were any, or the log is gone"
                            .formatted(entries.size())));
      }
      return events.verify(entries, verifier(trust));
    });
    if (format == Format.json) {
      spec.commandLine().getOut().print(json(answer).pretty());
    } else {
      print(answer);
    }
    return answer.exit();
  }

  private SidecarVerifier verifier(TrustDirectory trust) throws IOException {
    Instant now = Instant.now();
    List<TrustedKey> trusted = new ArrayList<>(trust.list());
    Path own = TrustCommand.Directory.home().nodePublicKey();
    if (Files.exists(own)) {
      trusted.add(TrustedKey.pinned("this node", VerifyingKey.load(own), now));
    }
    for (Path key : keys) {
      trusted.add(
          TrustedKey.pinned(String.valueOf(key.getFileName()), VerifyingKey.load(key), now));
    }
    return new SidecarVerifier(TrustedKeys.of(trusted), Set.of(PredicateType.KEY_EVENT), now);
  }

  private void print(KeyEvents.Answer answer) {
    PrintWriter out = spec.commandLine().getOut();
    for (SignedLog.Line line : answer.log().lines()) {
      out.println(
          "%s  %s".formatted(line.verdict().trust().words(), Text.oneLine(words(line.verdict()))));
      failures(out, line.verdict().checks());
    }
    failures(out, answer.log().checks());
    failures(out, answer.checks());
    if (answer.exit() == ExitCode.OK) {
      out.println(
          "%d events, each signed and after the one it names; they led to what is trusted now"
              .formatted(answer.log().lines().size()));
    }
  }

  private static void failures(PrintWriter out, List<Verdict.Check> checks) {
    for (Verdict.Check check : checks) {
      if (!check.passed()) {
        out.println(
            "  FAIL  %s  %s".formatted(check.reason().code(), Text.oneLine(check.message())));
      }
    }
  }

  private static String words(Verdict verdict) {
    Json.Obj statement = verdict.statement();
    Verdict.SignerIdentity signer = verdict.signer();
    if (statement == null || signer == null) {
      return verdict.name();
    }
    try {
      Json.Obj event = statement.obj("predicate");
      String reason = event.textOrNull("reason");
      return "%s  %s %s %s (%s)%s  by %s"
          .formatted(
              event.text("at"),
              event.text("action"),
              event.text("kind"),
              event.text("id"),
              event.text("label"),
              reason == null ? "" : ": " + reason,
              signer.label() == null ? signer.keyId() : signer.label());
    } catch (JsonException e) {
      return "%s: %s".formatted(verdict.name(), e.getMessage());
    }
  }

  private static Json.Obj json(KeyEvents.Answer answer) {
    List<Json> events = new ArrayList<>();
    for (SignedLog.Line line : answer.log().lines()) {
      Json.Obj statement = line.verdict().statement();
      events.add(Json.object()
          .put("sequence", line.sequence())
          .put("sha256", line.sha256())
          .put("trust", line.verdict().trust().words())
          .put(
              "event",
              statement == null
                  ? Json.Null.NULL
                  : statement.find("predicate").orElse(Json.Null.NULL))
          .put("checks", CheckJson.of(line.verdict().checks()))
          .build());
    }
    List<Verdict.Check> checks = new ArrayList<>(answer.log().checks());
    checks.addAll(answer.checks());
    return Json.object()
        .put("schema", "esnode.trust-log/1")
        .put("events", Json.array(events))
        .put("checks", CheckJson.of(checks))
        .put("exit", answer.exit())
        .build();
  }
}
