package io.esnode.log;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the journal.
 *
 * @param fields by name, as journald has them: names that begin with {@code _} are its own and nobody else can write them
 */
record JournalEntry(Map<String, String> fields) {
  /** 2^53 µs since 1970 end in 2255. */
  private static final Pattern MICROS = Pattern.compile("[0-9]{1,16}");

  JournalEntry {
    fields = Map.copyOf(fields);
  }

  @Nullable
  String field(String name) {
    return fields.get(name);
  }

  @Nullable
  String cursor() {
    return fields.get("__CURSOR");
  }

  /** When journald took it, µs since 1970 UTC; -1 where it does not say. */
  long realtimeMicros() {
    return micros("__REALTIME_TIMESTAMP");
  }

  /** CLOCK_MONOTONIC of the boot it belongs to, µs; -1 where it does not say. */
  long monotonicMicros() {
    return micros("__MONOTONIC_TIMESTAMP");
  }

  private long micros(String name) {
    String value = fields.get(name);
    return value != null && MICROS.matcher(value).matches() ? Long.parseLong(value) : -1;
  }

  /** syslog priority, 0 to 7; -1 where it does not say. */
  int priority() {
    String value = fields.get("PRIORITY");
    return value != null && value.length() == 1 && value.charAt(0) >= '0' && value.charAt(0) <= '7'
        ? value.charAt(0) - '0'
        : -1;
  }
}
