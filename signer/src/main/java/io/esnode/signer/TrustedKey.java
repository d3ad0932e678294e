package io.esnode.signer;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key somebody here vouches for, or has stopped vouching for. Immutable, thread-safe.
 *
 * @param label the name under which it is trusted: 1 to {@value #MAX_LABEL} visible characters
 * @param added when it was trusted, by the clock of the machine
 * @param validFrom before it nothing this key signed is accepted, null without such a limit
 * @param validUntil from it on nothing this key signed is accepted, null without such a limit
 * @param revocation null while it is trusted
 */
public record TrustedKey(
    String label,
    VerifyingKey key,
    Instant added,
    @Nullable Instant validFrom,
    @Nullable Instant validUntil,
    @Nullable Revocation revocation)
    implements Trusted {
  static final String FORMAT = "esnode.trusted-key/1";
  static final int MAX_LABEL = 64;

  /** The one purpose there is so far: signing recordings and what is made from them. */
  private static final String PURPOSE = "evidence";

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
  private static final Set<String> REVOKED_MEMBERS = Set.of("at", "compromised_since", "reason");

  /**
   * Why a key is trusted no more.
   *
   * @param compromisedSince from when on somebody else may have held it, null where unknown
   */
  public record Revocation(Instant at, @Nullable Instant compromisedSince, String reason) {}

  public TrustedKey {
    Optional<String> wrong = labelFault(label);
    if (wrong.isPresent()) {
      throw new IllegalArgumentException(wrong.get());
    }
  }

  /** A key given for one run: trusted without limits, and not written down. */
  public static TrustedKey pinned(String label, VerifyingKey key, Instant now) {
    return new TrustedKey(fittingLabel(label), key, now, null, null, null);
  }

  public String keyId() {
    return key.keyId();
  }

  TrustedKey revoked(Revocation why) {
    return new TrustedKey(label, key, added, validFrom, validUntil, why);
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

  /** As it stands in the trust directory. */
  public Json.Obj toJson() {
    Json.Builder entry = Json.object()
        .put("format", FORMAT)
        .put("label", label)
        .put("key_id", keyId())
        .put("public_key", StrictBase64.encode(key.spki()))
        .put("purpose", PURPOSE)
        .put("added", added.toString())
        .put("valid_from", text(validFrom))
        .put("valid_until", text(validUntil));
    if (revocation == null) {
      entry.put("revoked", Json.Null.NULL);
    } else {
      entry.put(
          "revoked",
          Json.object()
              .put("at", revocation.at().toString())
              .put("compromised_since", text(revocation.compromisedSince()))
              .put("reason", revocation.reason())
              .build());
    }
    return entry.build();
  }

  byte[] toBytes() {
    return (toJson().canonical() + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /** Reads an entry; an unknown member is refused, because it may be a limit that is not understood. */
  static TrustedKey parse(String name, byte[] utf8) throws TrustException {
    try {
      return parse(JsonReader.object(utf8));
    } catch (JsonException | KeyFileException e) {
      throw TrustException.malformed(
          "%s: not a trusted key: %s".formatted(name, e.getMessage()), e);
    } catch (IllegalArgumentException e) {
      throw TrustException.malformed(
          "%s: not a trusted key: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static TrustedKey parse(Json.Obj entry) throws JsonException, KeyFileException {
    only(entry, MEMBERS);
    expect(entry, "format", FORMAT);
    expect(entry, "purpose", PURPOSE);
    VerifyingKey key =
        VerifyingKey.ofSpki("public_key", StrictBase64.decode(entry.text("public_key")));
    expect(entry, "key_id", key.keyId());
    Revocation revocation = null;
    if (!(entry.get("revoked") instanceof Json.Null)) {
      Json.Obj revoked = entry.obj("revoked");
      only(revoked, REVOKED_MEMBERS);
      revocation = new Revocation(
          time(revoked.text("at")),
          timeOrNull(revoked, "compromised_since"),
          revoked.text("reason"));
    }
    return new TrustedKey(
        entry.text("label"),
        key,
        time(entry.text("added")),
        timeOrNull(entry, "valid_from"),
        timeOrNull(entry, "valid_until"),
        revocation);
  }

  private static void only(Json.Obj object, Set<String> members) throws JsonException {
    for (String member : object.members().keySet()) {
      if (!members.contains(member)) {
        throw new JsonException(
            "member %s is not known to this esnode".formatted(Excerpt.of(member)));
      }
    }
  }

  private static void expect(Json.Obj object, String member, String expected) throws JsonException {
    if (!object.text(member).equals(expected)) {
      throw new JsonException("%s: found %s, expected \"%s\""
          .formatted(member, Excerpt.of(object.text(member)), expected));
    }
  }

  private static @Nullable Instant timeOrNull(Json.Obj object, String member) throws JsonException {
    object.get(member); // absence is no answer; null is
    String text = object.textOrNull(member);
    return text == null ? null : time(text);
  }

  private static Instant time(String text) throws JsonException {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new JsonException(
          "found %s, expected a time such as 2026-11-21T10:15:00Z".formatted(Excerpt.of(text)), e);
    }
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
