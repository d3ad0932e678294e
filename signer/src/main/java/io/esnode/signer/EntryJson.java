package io.esnode.signer;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the entries of a trust directory have in common. */
final class EntryJson {
  private static final Set<String> REVOKED_MEMBERS = Set.of("at", "compromised_since", "reason");

  private EntryJson() {}

  /** An unknown member is refused, because it may be a limit that is not understood. */
  static void only(Json.Obj object, Set<String> members) throws JsonException {
    for (String member : object.members().keySet()) {
      if (!members.contains(member)) {
        throw new JsonException(
            "member %s is not known to this esnode".formatted(Excerpt.of(member)));
      }
    }
  }

  static void expect(Json.Obj object, String member, String expected) throws JsonException {
    if (!object.text(member).equals(expected)) {
      throw new JsonException("%s: found %s, expected \"%s\""
          .formatted(member, Excerpt.of(object.text(member)), expected));
    }
  }

  static String label(Json.Obj object) throws JsonException {
    String label = object.text("label");
    String fault = TrustedKey.labelFault(label).orElse(null);
    if (fault != null) {
      throw new JsonException(fault);
    }
    return label;
  }

  static @Nullable Instant timeOrNull(Json.Obj object, String member) throws JsonException {
    object.get(member); // absence is no answer; null is
    String text = object.textOrNull(member);
    return text == null ? null : time(text);
  }

  static Instant time(String text) throws JsonException {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new JsonException(
          "found %s, expected a time such as 2026-11-21T10:15:00Z".formatted(Excerpt.of(text)), e);
    }
  }

  static TrustedKey.@Nullable Revocation revocation(Json.Obj entry) throws JsonException {
    if (entry.get("revoked") instanceof Json.Null) {
      return null;
    }
    Json.Obj revoked = entry.obj("revoked");
    only(revoked, REVOKED_MEMBERS);
    return new TrustedKey.Revocation(
        time(revoked.text("at")), timeOrNull(revoked, "compromised_since"), revoked.text("reason"));
  }

  static Json.Builder limits(Json.Builder entry, Trusted trusted) {
    entry
        .put("valid_from", text(trusted.validFrom()))
        .put("valid_until", text(trusted.validUntil()));
    TrustedKey.Revocation revocation = trusted.revocation();
    if (revocation == null) {
      return entry.put("revoked", Json.Null.NULL);
    }
    return entry.put(
        "revoked",
        Json.object()
            .put("at", revocation.at().toString())
            .put("compromised_since", text(revocation.compromisedSince()))
            .put("reason", revocation.reason())
            .build());
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }
}
