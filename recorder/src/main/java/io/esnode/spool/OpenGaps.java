package io.esnode.spool;

import io.esnode.source.Failure;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is missing at the moment. A gap row is written when something begins to be missing, without an end, in case nobody
 * lives to see one; and again with its end. Not thread-safe.
 */
public final class OpenGaps {
  private final SpoolWriter spool;
  private final String source;
  private final Duration patience;
  private final Map<Failure, Open> open = new HashMap<>();

  /** @param origin stands in both rows, whatever has changed in between */
  private record Open(long fromTs, String origin) {}

  /**
   * For a thread that must not wait.
   *
   * @param source stands in the rows' {@code source} column
   */
  public OpenGaps(SpoolWriter spool, String source) {
    this(spool, source, Duration.ZERO);
  }

  /**
   * For a thread that has time.
   *
   * @param source stands in the rows' {@code source} column
   * @param patience how long a row may wait for room in the writer's queue
   */
  public OpenGaps(SpoolWriter spool, String source, Duration patience) {
    this.spool = spool;
    this.source = source;
    this.patience = patience;
  }

  /** Replaces what one source lacked by what it lacks now: opens what is new and closes what is over. */
  public void replace(
      List<Failure> before, List<Failure> now, String origin, long tsMicros, long monoNanos) {
    Set<Failure> still = new HashSet<>(now);
    for (Failure failure : before) {
      if (!still.contains(failure)) {
        close(failure, tsMicros, monoNanos);
      }
    }
    for (Failure failure : now) {
      open(failure, origin, tsMicros, monoNanos);
    }
  }

  /** Something is missing from now on; nothing happens where it was before. */
  public void open(Failure failure, String origin, long tsMicros, long monoNanos) {
    if (open.putIfAbsent(failure, new Open(tsMicros, origin)) == null) {
      row(failure, origin, tsMicros, null, monoNanos);
    }
  }

  /** It is there again; nothing happens where it was not missing. */
  public void close(Failure failure, long tsMicros, long monoNanos) {
    Open since = open.remove(failure);
    if (since != null) {
      row(failure, since.origin(), since.fromTs(), Math.max(since.fromTs(), tsMicros), monoNanos);
    }
  }

  /** A gap of which no end is to be expected. */
  public void never(Failure failure, String origin, long tsMicros, long monoNanos) {
    row(failure, origin, tsMicros, null, monoNanos);
  }

  private void row(
      Failure failure, String origin, long fromTs, @Nullable Long toTs, long monoNanos) {
    Map<String, Long> numbers = new HashMap<>(Map.of("from_ts", fromTs));
    if (toTs != null) {
      numbers.put("to_ts", toTs);
    }
    Integer code = failure.code();
    if (code != null) {
      numbers.put("code", code.longValue());
    }
    spool.row(
        new TextRow(
            "gap",
            failure.entity(),
            source,
            origin,
            null,
            fromTs,
            Map.of("metric", failure.metric(), "reason", failure.reason()),
            numbers),
        monoNanos,
        patience);
  }
}
