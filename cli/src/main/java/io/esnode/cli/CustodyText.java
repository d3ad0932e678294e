package io.esnode.cli;

import io.esnode.custody.CustodyEntry;
import io.esnode.custody.CustodyLog;
import io.esnode.json.Json;
import io.esnode.report.Handover;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.TrustState;
import io.esnode.signature.Verdict;
import io.esnode.signer.SidecarVerifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What commands say about a custody log. */
final class CustodyText {
  static final String TITLE = "CUSTODY";

  private CustodyText() {}

  static void print(PrintWriter out, CustodyLog log, List<Verdict.Check> checks) {
    for (CustodyLog.Transfer transfer : log.transfers()) {
      out.println("%s  %s".formatted(state(transfer).words(), Text.oneLine(words(transfer))));
      print(out, transfer.checks(), false);
    }
    print(out, checks, true);
  }

  private static void print(PrintWriter out, List<Verdict.Check> checks, boolean all) {
    for (Verdict.Check check : checks) {
      if (all || !check.passed()) {
        out.println("  %s  %s  %s"
            .formatted(
                check.passed() ? "PASS" : "FAIL",
                check.reason().code(),
                Text.oneLine(check.message())));
      }
    }
  }

  private static String words(CustodyLog.Transfer transfer) {
    CustodyEntry entry = transfer.entry();
    if (entry == null) {
      return transfer.line().verdict().name();
    }
    return "%s  %s has %s, for %s%s%s%s  signed by %s"
        .formatted(
            entry.at(),
            entry.actor(),
            what(entry),
            entry.purpose(),
            said("; from ", entry.from()),
            said("; by leave of ", entry.authority()),
            said("; case ", entry.caseId()),
            signer(transfer));
  }

  private static String what(CustodyEntry entry) {
    return switch (entry.copy()) {
      case ORIGINAL -> "the original";
      case WORKING -> "a working copy";
      case DERIVED -> "a derived copy";
    };
  }

  private static String said(String before, @Nullable String text) {
    return text == null ? "" : before + text;
  }

  private static String signer(CustodyLog.Transfer transfer) {
    Verdict.SignerIdentity signer = transfer.line().verdict().signer();
    return signer == null
        ? "nobody"
        : signer.label() == null
            ? "key " + signer.keyId().substring(0, Math.min(16, signer.keyId().length()))
            : signer.label();
  }

  /** Who stands behind an entry: refused as soon as anything but trust is wrong with it. */
  private static TrustState state(CustodyLog.Transfer transfer) {
    boolean holds = transfer.checks().stream()
        .allMatch(check -> check.passed() || check.reason().exit() == ExitCode.UNTRUSTED);
    return holds ? transfer.line().verdict().trust() : TrustState.REFUSED;
  }

  static Json.Obj json(Path file, CustodyLog log, List<Verdict.Check> checks, int exit) {
    List<Json> entries = new ArrayList<>();
    for (CustodyLog.Transfer transfer : log.transfers()) {
      Json.Obj statement = transfer.line().verdict().statement();
      entries.add(Json.object()
          .put("sequence", transfer.line().sequence())
          .put("sha256", transfer.line().sha256())
          .put("trust", state(transfer).words())
          .put(
              "entry",
              statement == null
                  ? Json.Null.NULL
                  : statement.find("predicate").orElse(Json.Null.NULL))
          .put("checks", CheckJson.of(transfer.checks()))
          .build());
    }
    return Json.object()
        .put("schema", "esnode.custody/1")
        .put("name", file.toString())
        .put("entries", Json.array(entries))
        .put("checks", CheckJson.of(checks))
        .put("exit", exit)
        .build();
  }

  /** For {@code verify}: one line for each entry; empty where there is no log. */
  static Optional<Section> section(Path file, Verdict verdict, SidecarVerifier verifier) {
    String sha256 = verdict.sha256();
    if (sha256 == null || !CustodyLog.exists(file)) {
      return Optional.empty();
    }
    List<Verdict.Check> checks = new ArrayList<>();
    try {
      CustodyLog log = CustodyLog.read(file, sha256, verifier);
      for (CustodyLog.Transfer transfer : log.transfers()) {
        checks.add(transfer.checks().stream()
            .filter(check -> !check.passed())
            .map(check -> new Verdict.Check(
                check.reason(), false, "%s: %s".formatted(words(transfer), check.message())))
            .findFirst()
            .orElseGet(() -> new Verdict.Check(ReasonCode.SIGNATURE_VALID, true, words(transfer))));
      }
      checks.addAll(log.checks());
    } catch (IOException e) {
      checks.add(new Verdict.Check(
          ReasonCode.UNREADABLE, false, "custody log: %s".formatted(Reason.of(e))));
    }
    return Optional.of(new Section(TITLE, verdict.name(), checks, List.of()));
  }

  /** For reports: the entries of one artefact. */
  static List<Handover> handovers(Path file, CustodyLog log) {
    List<Handover> rows = new ArrayList<>();
    for (CustodyLog.Transfer transfer : log.transfers()) {
      CustodyEntry entry = transfer.entry();
      String trust = "%s, signed by %s".formatted(state(transfer).words(), signer(transfer));
      String artefact = String.valueOf(file.getFileName());
      rows.add(
          entry == null
              ? new Handover(artefact, "", transfer.line().verdict().name(), "", "", trust)
              : new Handover(
                  artefact,
                  entry.at().toString(),
                  entry.actor(),
                  "%s: %s%s%s%s"
                      .formatted(
                          what(entry),
                          entry.purpose(),
                          said("; from ", entry.from()),
                          said("; by leave of ", entry.authority()),
                          said("; case ", entry.caseId())),
                  match(entry.match()),
                  trust));
    }
    return rows;
  }

  private static String match(@Nullable Boolean match) {
    return match == null
        ? "nothing says what was handed over"
        : match ? "as handed over" : "CHANGED since it was handed over";
  }

  static SidecarVerifier verifier(TrustOptions trust, Home home, Instant now) {
    return trust.verifier(home, Set.of(PredicateType.CUSTODY), now);
  }
}
