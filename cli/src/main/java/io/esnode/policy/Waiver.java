package io.esnode.policy;

import io.esnode.signature.ReasonCode;
import java.nio.file.Path;
import java.time.Instant;

/**
 * An exception from a rule, until it expires. Immutable, thread-safe.
 *
 * @param artefact file names: {@code *} stands for any characters, {@code ?} for one
 * @param until from then on it counts no more
 */
record Waiver(ReasonCode rule, String artefact, String reason, Instant until) {
  boolean covers(ReasonCode failed, String name) {
    Path file = Path.of(name).getFileName();
    return failed == rule && matches(artefact, file == null ? name : file.toString());
  }

  boolean expired(Instant now) {
    return !now.isBefore(until);
  }

  /** In time linear in each, whatever they hold. */
  static boolean matches(String pattern, String name) {
    int p = 0;
    int star = -1;
    int resume = 0;
    for (int n = 0; n < name.length(); ) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        resume = n;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
        p++;
        n++;
      } else if (star >= 0) {
        p = star + 1;
        n = ++resume;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
