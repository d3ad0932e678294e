package io.esnode.log;

import java.util.Optional;
import java.util.TreeSet;

/**
 * Serial numbers of audit events as they come: nearly in order, each once. A number that is still not there when others have
 * long come is missing. Numbers begin again with every boot. Not thread-safe.
 */
final class Serials {
  /** Processors hand their records over side by side: so far may one be behind another. */
  private static final int WINDOW = 64;

  private static final long RESTART_MICROS = 1_000_000;

  private long next = -1;
  private long latestTs;
  private long wholeTs;
  private final TreeSet<Long> ahead = new TreeSet<>();

  /**
   * Numbers that did not come.
   *
   * @param fromTs time of the event before the first, µs
   * @param toTs time of the event after the last that showed it
   */
  record Missing(long first, long last, long fromTs, long toTs) {
    String reason() {
      return "%d audit events are not in the log: serial number %d to %d"
          .formatted(last - first + 1, first, last);
    }
  }

  /** Takes the number of an event; says what is missing before it, once that is certain. */
  Optional<Missing> add(long serial, long tsMicros) {
    boolean again = next >= 0 && serial < next && tsMicros > latestTs + RESTART_MICROS;
    if (next < 0 || again) {
      begin(serial + 1, tsMicros);
      return Optional.empty();
    }
    latestTs = Math.max(latestTs, tsMicros);
    if (serial < next) {
      return Optional.empty();
    }
    ahead.add(serial);
    advance(tsMicros);
    return ahead.size() > WINDOW ? Optional.of(skip()) : Optional.empty();
  }

  /** Nothing comes for a while: what is not there now does not come late. */
  Optional<Missing> quiet() {
    return ahead.isEmpty() ? Optional.empty() : Optional.of(skip());
  }

  /** Part of the log was left out: what is missing in it says nothing. */
  void forget() {
    next = -1;
    ahead.clear();
  }

  private void begin(long from, long tsMicros) {
    next = from;
    latestTs = tsMicros;
    wholeTs = tsMicros;
    ahead.clear();
  }

  private Missing skip() {
    long found = ahead.first();
    Missing missing = new Missing(next, found - 1, wholeTs, Math.max(wholeTs, latestTs));
    next = found;
    advance(latestTs);
    return missing;
  }

  private void advance(long tsMicros) {
    while (ahead.remove(next)) {
      next++;
      wholeTs = tsMicros;
    }
  }
}
