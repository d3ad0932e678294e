package io.esnode.capture;

import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows that happen rather than recur: gaps, events, inventory, the past. Thread-safe. */
final class Notes {
  static final String NODE = "node";
  static final String LIVE = "live";
  static final String PRE_RECORD = "pre_record";
  private static final String SOURCE = "nvml";

  private final CaptureClock clock;
  private final WireWriter out;

  Notes(CaptureClock clock, WireWriter out) {
    this.clock = clock;
    this.out = out;
  }

  /** Wall clock of a moment of the monotonic clock, as the two stand now. */
  long tsOf(long monoNanos) {
    return clock.tsMicros() - (clock.monoNanos() - monoNanos) / 1_000;
  }

  /**
   * A gap.
   *
   * @param fromNanos first moment without data, monotonic
   * @param toNanos last one; null while it lasts
   */
  void gap(
      String entity,
      String metric,
      @Nullable Integer code,
      long fromNanos,
      @Nullable Long toNanos,
      String reason)
      throws IOException {
    Map<String, Long> numbers = new HashMap<>();
    numbers.put("from_ts", tsOf(fromNanos));
    if (toNanos != null) {
      numbers.put("to_ts", tsOf(toNanos));
    }
    if (code != null) {
      numbers.put("code", code.longValue());
    }
    live("gap", entity, Map.of("metric", metric, "reason", reason), numbers);
  }

  void event(String entity, Map<String, String> texts, Map<String, Long> numbers)
      throws IOException {
    live("event", entity, texts, numbers);
  }

  void audit(String entity, String action, String outcome, String detail) throws IOException {
    live("audit", entity, Map.of("action", action, "outcome", outcome, "detail", detail), Map.of());
  }

  void inventory(String entity, String item, String value) throws IOException {
    live("inventory", entity, Map.of("item", item, "value", value), Map.of());
  }

  private void live(
      String table, String entity, Map<String, String> texts, Map<String, Long> numbers)
      throws IOException {
    out.write(new Message.Note(
        table, entity, SOURCE, LIVE, null, clock.tsMicros(), clock.monoNanos(), texts, numbers));
  }

  /**
   * A row from before the recording. Its monotonic time is the one the wall clock of then would have now.
   *
   * @param tsMicros as the driver stamped it; null where it did not
   */
  void past(
      String table,
      String entity,
      @Nullable Long tsMicros,
      Map<String, String> texts,
      Map<String, Long> numbers)
      throws IOException {
    long now = clock.monoNanos();
    long mono = tsMicros == null ? now : now - (clock.tsMicros() - tsMicros) * 1_000;
    out.write(
        new Message.Note(table, entity, SOURCE, PRE_RECORD, null, tsMicros, mono, texts, numbers));
  }
}
