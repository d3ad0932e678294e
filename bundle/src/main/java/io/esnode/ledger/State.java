package io.esnode.ledger;

import io.esnode.json.JsonException;
import java.util.Locale;

/** Whether what a rule looks for is there. Never merge the last two: not seen is not the same as not there. */
public enum State {
  PRESENT,
  ABSENT,
  NOT_OBSERVED;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static State from(String word) throws JsonException {
    for (State state : values()) {
      if (state.word().equals(word)) {
        return state;
      }
    }
    throw new JsonException(
        "state: found \"%s\", expected present, absent or not_observed".formatted(word));
  }
}
