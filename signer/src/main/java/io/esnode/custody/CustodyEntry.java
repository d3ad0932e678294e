package io.esnode.custody;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.signer.Excerpt;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One transfer of an artefact. Immutable, thread-safe. The texts are somebody's words: whoever prints them escapes them.
 *
 * @param at by the clock of the machine on which it was written down
 * @param actor who has it from now on
 * @param purpose what for
 * @param authority by whose leave, null where nobody said
 * @param from who had it, null where nobody said
 * @param copy what of it changed hands
 * @param caseId null where nobody said
 * @param beforeSha256 of what was handed over, null where nothing says: no entry before, no signature
 * @param afterSha256 of what arrived
 */
public record CustodyEntry(
    Instant at,
    String actor,
    String purpose,
    @Nullable String authority,
    @Nullable String from,
    Copy copy,
    @Nullable String caseId,
    @Nullable String beforeSha256,
    String afterSha256) {
  /** Characters of a name. */
  public static final int MAX_NAME = 256;

  /** Characters of a purpose. */
  public static final int MAX_TEXT = 2048;

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** What changed hands. */
  public enum Copy {
    ORIGINAL,
    WORKING,
    DERIVED;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Copy> find(String word) {
      return Arrays.stream(values()).filter(copy -> copy.word().equals(word)).findFirst();
    }
  }

  public CustodyEntry {
    fault(actor, MAX_NAME)
        .or(() -> fault(purpose, MAX_TEXT))
        .or(() -> fault(authority, MAX_NAME))
        .or(() -> fault(from, MAX_NAME))
        .or(() -> fault(caseId, MAX_NAME))
        .or(() -> digestFault(afterSha256))
        .or(() -> digestFault(beforeSha256))
        .ifPresent(fault -> {
          throw new IllegalArgumentException(fault);
        });
  }

  private static Optional<String> fault(@Nullable String text, int max) {
    return text == null || (!text.isBlank() && text.length() <= max)
        ? Optional.empty()
        : Optional.of("found %s of %d characters, expected 1 to %d"
            .formatted(Excerpt.of(text), text.length(), max));
  }

  private static Optional<String> digestFault(@Nullable String sha256) {
    return sha256 == null || SHA256.matcher(sha256).matches()
        ? Optional.empty()
        : Optional.of("found %s, expected a hex SHA-256".formatted(Excerpt.of(sha256)));
  }

  /** Whether what arrived is what was handed over; null where nothing says what that was. */
  public @Nullable Boolean match() {
    return beforeSha256 == null ? null : beforeSha256.equals(afterSha256);
  }

  /** The predicate of its statement, without its place in the log. */
  Json.Builder toJson() {
    Boolean match = match();
    return Json.object()
        .put("at", at.toString())
        .put("actor", actor)
        .put("purpose", purpose)
        .put("authority", authority)
        .put("from", from)
        .put("copy", copy.word())
        .put("case_id", caseId)
        .put("before_sha256", beforeSha256)
        .put("after_sha256", afterSha256)
        .put("match", match == null ? Json.Null.NULL : Json.of(match.booleanValue()));
  }

  /** Reads a predicate whose signature holds. */
  static CustodyEntry parse(Json.Obj predicate) throws JsonException {
    String word = predicate.text("copy");
    Copy copy = Copy.find(word)
        .orElseThrow(() -> new JsonException(
            "copy: found %s, expected original, working or derived".formatted(Excerpt.of(word))));
    CustodyEntry entry;
    try {
      entry = new CustodyEntry(
          Instant.parse(predicate.text("at")),
          predicate.text("actor"),
          predicate.text("purpose"),
          predicate.textOrNull("authority"),
          predicate.textOrNull("from"),
          copy,
          predicate.textOrNull("case_id"),
          predicate.textOrNull("before_sha256"),
          predicate.text("after_sha256"));
    } catch (DateTimeException e) {
      throw new JsonException(
          "at: found %s, expected a time".formatted(Excerpt.of(predicate.text("at"))), e);
    } catch (IllegalArgumentException e) {
      throw new JsonException(String.valueOf(e.getMessage()), e);
    }
    Boolean match = entry.match();
    Json said = predicate.get("match");
    if (!said.equals(match == null ? Json.Null.NULL : Json.of(match.booleanValue()))) {
      throw new JsonException("match: is not what the two digests say");
    }
    return entry;
  }
}
