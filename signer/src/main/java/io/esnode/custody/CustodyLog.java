package io.esnode.custody;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Signer;
import io.esnode.signature.Verdict;
import io.esnode.signer.SidecarVerifier;
import io.esnode.signer.SignedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The transfers of one artefact, {@code NAME.custody.jsonl} beside it: a {@link SignedLog}. Immutable, thread-safe.
 *
 * <p>Entries that were cut off at the end cannot be missed from the log alone: whoever gives an artefact away keeps the digest of the
 * entry that says so.
 */
public final class CustodyLog {
  public static final String SUFFIX = ".custody.jsonl";

  /**
   * One line.
   *
   * @param entry what it says, null where its signature does not hold or it cannot be read
   * @param checks of its place, its signer and what it says, in order
   */
  public record Transfer(
      SignedLog.Line line, @Nullable CustodyEntry entry, List<Verdict.Check> checks) {
    public Transfer {
      checks = List.copyOf(checks);
    }
  }

  private final List<Transfer> transfers;
  private final List<Verdict.Check> checks;

  private CustodyLog(List<Transfer> transfers, List<Verdict.Check> checks) {
    this.transfers = List.copyOf(transfers);
    this.checks = List.copyOf(checks);
  }

  public static Path of(Path artefact) {
    return artefact.resolveSibling(artefact.getFileName() + SUFFIX);
  }

  public static boolean exists(Path artefact) {
    return artefact.getFileName() != null && Files.exists(of(artefact), LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Adds a transfer.
   *
   * @return hex SHA-256 of the new line: the receipt
   */
  public static String add(Path artefact, CustodyEntry entry, Signer by) throws IOException {
    return SignedLog.append(
        of(artefact),
        by,
        String.valueOf(artefact.getFileName()),
        entry.afterSha256(),
        PredicateType.CUSTODY,
        entry.toJson());
  }

  /**
   * Reads and verifies.
   *
   * @param sha256 of the artefact as it is now
   * @param verifier of {@link PredicateType#CUSTODY}
   */
  public static CustodyLog read(Path artefact, String sha256, SidecarVerifier verifier)
      throws IOException {
    return of(SignedLog.read(of(artefact), verifier), sha256);
  }

  private static CustodyLog of(SignedLog log, String sha256) {
    List<Transfer> transfers = new ArrayList<>();
    String held = null;
    for (SignedLog.Line line : log.lines()) {
      Transfer transfer = transfer(line, held);
      transfers.add(transfer);
      CustodyEntry entry = transfer.entry();
      held = entry == null ? null : entry.afterSha256();
    }
    List<Verdict.Check> checks = new ArrayList<>(log.checks());
    if (held != null) {
      boolean same = held.equals(sha256);
      checks.add(new Verdict.Check(
          ReasonCode.DIGEST_MISMATCH,
          same,
          same
              ? "artefact: is what the last entry received"
              : "artefact: found SHA-256 %s, expected %s as in the last entry; it changed since then"
                  .formatted(sha256, held)));
    } else if (transfers.isEmpty()) {
      checks.add(new Verdict.Check(
          ReasonCode.SIDECAR_MALFORMED, false, "custody log: there is no entry in it"));
    }
    return new CustodyLog(transfers, checks);
  }

  private static Transfer transfer(SignedLog.Line line, @Nullable String held) {
    List<Verdict.Check> checks = new ArrayList<>(line.verdict().checks());
    Json.Obj statement = line.verdict().statement();
    CustodyEntry entry = null;
    if (statement != null) {
      try {
        entry = CustodyEntry.parse(statement.obj("predicate"));
        checks.addAll(judged(entry, statement, held));
      } catch (JsonException e) {
        checks.add(new Verdict.Check(
            ReasonCode.SIDECAR_MALFORMED, false, "entry: %s".formatted(e.getMessage())));
      }
    }
    return new Transfer(line, entry, checks);
  }

  private static List<Verdict.Check> judged(
      CustodyEntry entry, Json.Obj statement, @Nullable String held) throws JsonException {
    List<Verdict.Check> checks = new ArrayList<>();
    String subject = statement.arr("subject").objects().stream()
        .findFirst()
        .orElse(Json.object().build())
        .obj("digest")
        .text("sha256");
    if (!subject.equals(entry.afterSha256())) {
      checks.add(new Verdict.Check(
          ReasonCode.DIGEST_MISMATCH, false, "entry: is signed about another file"));
    }
    Boolean match = entry.match();
    boolean same = held == null || held.equals(entry.beforeSha256());
    boolean whole = same && (match == null || match);
    checks.add(new Verdict.Check(
        ReasonCode.DIGEST_MISMATCH,
        whole,
        whole
            ? match == null
                ? "transfer: SHA-256 %s arrived; nothing says what was handed over"
                    .formatted(entry.afterSha256())
                : "transfer: what arrived is what was handed over"
            : "transfer: SHA-256 %s arrived, expected %s; it was changed, or exchanged, before this entry"
                .formatted(entry.afterSha256(), same ? entry.beforeSha256() : held)));
    return checks;
  }

  public List<Transfer> transfers() {
    return transfers;
  }

  /** Of the log as a whole; those of a transfer stand with it. */
  public List<Verdict.Check> checks() {
    return checks;
  }

  /** SHA-256 of what the last entry received; empty where nothing says. */
  public Optional<String> held() {
    return transfers.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(transfers.get(transfers.size() - 1).entry())
            .map(CustodyEntry::afterSha256);
  }

  public int exit() {
    int exit = ExitCode.OK;
    List<Verdict.Check> all = new ArrayList<>(checks);
    transfers.forEach(transfer -> all.addAll(transfer.checks()));
    for (Verdict.Check check : all) {
      exit = ExitCode.worst(exit, check.passed() ? ExitCode.OK : check.reason().exit());
    }
    return exit;
  }
}
