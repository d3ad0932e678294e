package io.esnode.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Bounds the rows of one kind in a stretch of their own time: a storm is counted, not copied. Not thread-safe. */
final class RowRate {
  /** Rows of one kind in one stretch. */
  static final int ROWS = 20;

  static final long STRETCH_MICROS = 10_000_000;

  private static final int KINDS = 512;
  private static final String OTHERS = "others";

  private final Map<String, Stretch> stretches = new HashMap<>();

  /**
   * Rows that were left out.
   *
   * @param kind e.g. a unit
   * @param fromTs first of them, µs
   * @param toTs last of them, µs
   */
  record Suppressed(String kind, long count, long fromTs, long toTs) {
    String reason() {
      return "Suppressed %d records of %s: more than %d in %d s"
          .formatted(count, kind, ROWS, STRETCH_MICROS / 1_000_000);
    }
  }

  private static final class Stretch {
    private long number;
    private int rows;
    private long suppressed;
    private long fromTs;
    private long toTs;
  }

  /** Whether a row of that kind may be written. */
  boolean take(String kind, long tsMicros, List<Suppressed> ended) {
    String known = stretches.containsKey(kind) || stretches.size() < KINDS ? kind : OTHERS;
    Stretch stretch = stretches.computeIfAbsent(known, k -> new Stretch());
    long number = Math.floorDiv(tsMicros, STRETCH_MICROS);
    if (number != stretch.number) {
      end(known, stretch, ended);
      stretch.number = number;
      stretch.rows = 0;
    }
    if (stretch.rows < ROWS) {
      stretch.rows++;
      return true;
    }
    stretch.fromTs = stretch.suppressed == 0 ? tsMicros : Math.min(stretch.fromTs, tsMicros);
    stretch.toTs = stretch.suppressed == 0 ? tsMicros : Math.max(stretch.toTs, tsMicros);
    stretch.suppressed++;
    return false;
  }

  /** What was left out in stretches that are over at that time. */
  List<Suppressed> over(long tsMicros) {
    List<Suppressed> ended = new ArrayList<>();
    Iterator<Map.Entry<String, Stretch>> all = stretches.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<String, Stretch> each = all.next();
      if (each.getValue().number < Math.floorDiv(tsMicros, STRETCH_MICROS)) {
        end(each.getKey(), each.getValue(), ended);
        all.remove();
      }
    }
    return ended;
  }

  private static void end(String kind, Stretch stretch, List<Suppressed> ended) {
    if (stretch.suppressed > 0) {
      ended.add(new Suppressed(kind, stretch.suppressed, stretch.fromTs, stretch.toTs));
      stretch.suppressed = 0;
    }
  }
}
