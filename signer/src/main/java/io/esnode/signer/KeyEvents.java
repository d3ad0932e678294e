package io.esnode.signer;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Signer;
import io.esnode.signature.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was changed in a trust directory, by whom: {@code events.jsonl}, a {@link SignedLog}. An event is written before the entry
 * it is about, and holds the entry's digest: an entry that no event led to is noticed, and so is an event that was cut off.
 */
public final class KeyEvents {
  public static final String FILE = "events.jsonl";

  private static final int MAX_REASON = 1024;

  private final Path directory;

  KeyEvents(Path directory) {
    this.directory = directory;
  }

  public Path file() {
    return directory.resolve(FILE);
  }

  public boolean exists() {
    return Files.exists(file(), LinkOption.NOFOLLOW_LINKS);
  }

  void append(Signer by, String action, Trusted entry, @Nullable String reason, Instant now)
      throws IOException {
    Json.Builder event = Json.object()
        .put("action", action)
        .put("at", now.toString())
        .put("kind", TrustDirectory.kind(entry))
        .put("id", entry.id())
        .put("label", entry.label());
    if (reason != null) {
      event.put("reason", reason.substring(0, Math.min(reason.length(), MAX_REASON)));
    }
    SignedLog.append(
        file(),
        by,
        TrustDirectory.fileName(entry),
        Sha256.hex(entry.toBytes()),
        PredicateType.KEY_EVENT,
        event);
  }

  /**
   * What verifying it gave.
   *
   * @param checks of the entries against their last events
   */
  public record Answer(SignedLog log, List<Verdict.Check> checks) {
    public Answer {
      checks = List.copyOf(checks);
    }

    public int exit() {
      int exit = log.exit();
      for (Verdict.Check check : checks) {
        exit =
            ExitCode.worst(exit, check.passed() ? ExitCode.OK : check.reason().exit());
      }
      return exit;
    }
  }

  /**
   * Verifies every event, and every entry against the last event about it.
   *
   * @param verifier of {@link PredicateType#KEY_EVENT}
   */
  public Answer verify(List<Trusted> entries, SidecarVerifier verifier) throws IOException {
    SignedLog log = SignedLog.read(file(), verifier);
    Map<String, String> last = new HashMap<>();
    for (SignedLog.Line line : log.lines()) {
      Json.Obj statement = line.verdict().statement();
      if (statement != null) {
        subject(statement, last);
      }
    }
    List<Verdict.Check> checks = new ArrayList<>();
    for (Trusted entry : entries) {
      checks.add(check(entry, last.remove(TrustDirectory.fileName(entry))));
    }
    last.keySet().stream()
        .sorted()
        .forEach(name -> checks.add(new Verdict.Check(
            ReasonCode.ARTIFACT_MISSING,
            false,
            "entry %s: there is an event about it, and no such entry; it was removed, or never written"
                .formatted(Excerpt.of(name)))));
    return new Answer(log, checks);
  }

  private static void subject(Json.Obj statement, Map<String, String> last) {
    try {
      for (Json.Obj subject : statement.arr("subject").objects()) {
        last.put(subject.text("name"), subject.obj("digest").text("sha256"));
      }
    } catch (JsonException e) {
      // The entry it was about then has no event that fits it, and the answer says so.
      return;
    }
  }

  private static Verdict.Check check(Trusted entry, @Nullable String digest) {
    String who = "%s %s".formatted(TrustDirectory.kind(entry), entry.label());
    if (digest == null) {
      return new Verdict.Check(
          ReasonCode.SIGNATURE_MISSING,
          false,
          "%s: no event led to this entry; somebody wrote it without esnode, or events were cut off"
              .formatted(who));
    }
    boolean holds = digest.equals(Sha256.hex(entry.toBytes()));
    return new Verdict.Check(
        ReasonCode.DIGEST_MISMATCH,
        holds,
        holds
            ? "%s: is what the last event about it says".formatted(who)
            : "%s: is not what the last event about it says: the entry was changed, or events were cut off"
                .formatted(who));
  }
}
