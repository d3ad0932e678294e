package io.esnode.web;

import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.wire.Message;
import io.esnode.wire.WireWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the process that speaks HTTP tells the recorder: rows with clear names, which the recorder replaces by tokens before
 * it keeps them. The site key does not leave the recorder. Thread-safe.
 */
public final class Reports {
  private static final String LIVE = "live";

  private final WireWriter out;
  private final Clock clock;

  /** Open gaps by whose they are, with what they say and since when. */
  private final Map<String, Open> open = new HashMap<>();

  private record Open(String why, long fromTs) {}

  public Reports(WireWriter out, Clock clock) {
    this.out = out;
    this.clock = clock;
  }

  public Moment now() {
    return clock.now();
  }

  /** A row of now. */
  public void row(String table, Moment at, Map<String, String> texts, Map<String, Long> numbers) {
    send(table, LIVE, at.tsMicros(), at.monoNanos(), texts, numbers);
  }

  /**
   * A row with times of its own.
   *
   * @param tsMicros null where only the monotonic time is known
   */
  public void row(
      String table,
      @Nullable Long tsMicros,
      long monoNanos,
      Map<String, String> texts,
      Map<String, Long> numbers) {
    send(table, LIVE, tsMicros, monoNanos, texts, numbers);
  }

  /**
   * Something is missing from now on, or is there again.
   *
   * @param whose e.g. an endpoint and the kind of trouble; one gap of each is open at a time
   * @param metric what is missing
   * @param about texts that say of what, besides the reason
   * @param why null where nothing is missing
   */
  public synchronized void problem(
      String whose, String metric, Map<String, String> about, @Nullable String why) {
    Open before = open.get(whose);
    if (before != null && before.why().equals(why)) {
      return;
    }
    Moment now = clock.now();
    if (before != null) {
      gap(metric, about, before.why(), before.fromTs(), Math.max(before.fromTs(), now.tsMicros()));
      open.remove(whose);
    }
    if (why != null) {
      gap(metric, about, why, now.tsMicros(), null);
      open.put(whose, new Open(why, now.tsMicros()));
    }
  }

  /** Something is missing between two times; {@code toTs} null for an end that nobody knows. */
  public void gap(
      String metric, Map<String, String> about, String why, long fromTs, @Nullable Long toTs) {
    Map<String, String> texts = new TreeMap<>(about);
    texts.put("metric", metric);
    texts.put("reason", why);
    Map<String, Long> numbers = new TreeMap<>(Map.of("from_ts", fromTs));
    if (toTs != null) {
      numbers.put("to_ts", toTs);
    }
    send("gap", LIVE, fromTs, clock.now().monoNanos(), texts, numbers);
  }

  private void send(
      String table,
      String origin,
      @Nullable Long tsMicros,
      long monoNanos,
      Map<String, String> texts,
      Map<String, Long> numbers) {
    try {
      out.write(
          new Message.Note(table, "node", "", origin, null, tsMicros, monoNanos, texts, numbers));
    } catch (IOException e) {
      // Nobody listens: the recorder is gone, and so is this process.
      throw new UncheckedIOException(e);
    }
  }
}
