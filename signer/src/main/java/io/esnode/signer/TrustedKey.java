package io.esnode.signer;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key somebody here vouches for, or has stopped vouching for. Immutable, thread-safe.
 *
 * @param label the name under which it is trusted: 1 to {@value #MAX_LABEL} visible characters
 * @param purposes what it may sign; at least one
 * @param added when it was trusted, by the clock of the machine
 * @param validFrom before it nothing this key signed is accepted, null without such a limit
 * @param validUntil from it on nothing this key signed is accepted, null without such a limit
 * @param revocation null while it is trusted
 */
public record TrustedKey(
    String label,
    VerifyingKey key,
    Set<Purpose> purposes,
    Instant added,
    @Nullable Instant validFrom,
    @Nullable Instant validUntil,
    @Nullable Revocation revocation)
    implements Trusted {
  static final String FORMAT = "esnode.trusted-key/1";
  static final int MAX_LABEL = 64;

  private static final Set<String> MEMBERS = Set.of(
      "format",
      "label",
      "key_id",
      "public_key",
      "purpose",
      "added",
      "valid_from",
      "valid_until",
      "revoked");

  /**
   * Why a key is trusted no more.
   *
   * @param compromisedSince from when on somebody else may have held it, null where unknown
   */
  public record Revocation(Instant at, @Nullable Instant compromisedSince, String reason) {}

  public TrustedKey {
    purposes = Set.copyOf(purposes);
    Optional<String> wrong = labelFault(label);
    if (wrong.isPresent()) {
      throw new IllegalArgumentException(wrong.get());
    }
    if (purposes.isEmpty()) {
      throw new IllegalArgumentException("trusted for nothing");
    }
  }

  /** One that signs evidence. */
  public TrustedKey(
      String label,
      VerifyingKey key,
      Instant added,
      @Nullable Instant validFrom,
      @Nullable Instant validUntil,
      @Nullable Revocation revocation) {
    this(label, key, EnumSet.of(Purpose.EVIDENCE), added, validFrom, validUntil, revocation);
  }

  /** A key given for one run: trusted without limits, for everything, and not written down. */
  public static TrustedKey pinned(String label, VerifyingKey key, Instant now) {
    return new TrustedKey(
        fittingLabel(label), key, EnumSet.allOf(Purpose.class), now, null, null, null);
  }

  public String keyId() {
    return key.keyId();
  }

  @Override
  public String id() {
    return keyId();
  }

  @Override
  public TrustedKey within(@Nullable Instant from, @Nullable Instant until) {
    return new TrustedKey(label, key, purposes, added, from, until, revocation);
  }

  @Override
  public TrustedKey revoked(Revocation why) {
    return new TrustedKey(label, key, purposes, added, validFrom, validUntil, why);
  }

  /** What is wrong with a label, if anything. */
  static Optional<String> labelFault(String label) {
    if (label.isBlank() || label.length() > MAX_LABEL) {
      return Optional.of("label %s: found %d characters, expected 1 to %d"
          .formatted(Excerpt.of(label), label.length(), MAX_LABEL));
    }
    return label.codePoints().allMatch(TrustedKey::visible)
        ? Optional.empty()
        : Optional.of("label %s: control and formatting characters are not allowed"
            .formatted(Excerpt.of(label)));
  }

  /** A label made from a file name, which may hold anything. */
  public static String fittingLabel(String name) {
    StringBuilder label = new StringBuilder();
    name.codePoints()
        .filter(TrustedKey::visible)
        .limit(MAX_LABEL / 2)
        .forEach(label::appendCodePoint);
    return label.toString().isBlank() ? "key" : label.toString().strip();
  }

  private static boolean visible(int c) {
    int type = Character.getType(c);
    return !Character.isISOControl(c)
        && type != Character.FORMAT
        && type != Character.SURROGATE
        && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR;
  }

  @Override
  public Json.Obj toJson() {
    Json.Builder entry = Json.object()
        .put("format", FORMAT)
        .put("label", label)
        .put("key_id", keyId())
        .put("public_key", StrictBase64.encode(key.spki()))
        .put("purpose", Purpose.words(purposes))
        .put("added", added.toString());
    return EntryJson.limits(entry, this).build();
  }

  static TrustedKey parse(Json.Obj entry) throws JsonException, KeyFileException {
    EntryJson.only(entry, MEMBERS);
    EntryJson.expect(entry, "format", FORMAT);
    Set<Purpose> purposes = Purpose.parse(entry.text("purpose"));
    if (purposes.isEmpty()) {
      throw new JsonException("purpose: found %s, expected %s"
          .formatted(
              Excerpt.of(entry.text("purpose")), Purpose.words(EnumSet.allOf(Purpose.class))));
    }
    VerifyingKey key =
        VerifyingKey.ofSpki("public_key", StrictBase64.decode(entry.text("public_key")));
    EntryJson.expect(entry, "key_id", key.keyId());
    return new TrustedKey(
        EntryJson.label(entry),
        key,
        purposes,
        EntryJson.time(entry.text("added")),
        EntryJson.timeOrNull(entry, "valid_from"),
        EntryJson.timeOrNull(entry, "valid_until"),
        EntryJson.revocation(entry));
  }
}
