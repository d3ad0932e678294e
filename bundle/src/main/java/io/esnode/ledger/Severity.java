package io.esnode.ledger;

import io.esnode.json.JsonException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How bad a finding is; {@code --fail-on} compares against it. Ordered from harmless to worst. */
public enum Severity {
  INFO,
  WARNING,
  ERROR,
  CRITICAL;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Severity> find(String word) {
    return Arrays.stream(values()).filter(s -> s.word().equals(word)).findFirst();
  }

  static Severity from(String word) throws JsonException {
    return find(word)
        .orElseThrow(() -> new JsonException(
            "severity: found \"%s\", expected info, warning, error or critical".formatted(word)));
  }
}
