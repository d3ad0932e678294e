package io.esnode.doctor;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was looked at.
 *
 * @param item e.g. {@code kernel log}
 * @param found what there is, in words
 * @param remedy the line that would change it; null where there is none or nothing to change
 */
public record Check(
    String item, State state, String found, @Nullable String remedy) {
  /** Whether it can be recorded. */
  public enum State {
    /** It is recorded. */
    OK,
    /** It is recorded; the operator may want to know or change something. */
    NOTE,
    /** It exists and cannot be recorded, or not all of it. */
    BLOCKED,
    /** This machine does not have it. */
    ABSENT;

    /** As documents have it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Check ok(String item, String found) {
    return new Check(item, State.OK, found, null);
  }

  static Check note(String item, String found, @Nullable String remedy) {
    return new Check(item, State.NOTE, found, remedy);
  }

  static Check blocked(String item, String found, @Nullable String remedy) {
    return new Check(item, State.BLOCKED, found, remedy);
  }

  static Check absent(String item, String found, @Nullable String remedy) {
    return new Check(item, State.ABSENT, found, remedy);
  }
}
