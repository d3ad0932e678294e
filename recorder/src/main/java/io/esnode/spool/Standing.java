package io.esnode.spool;

import io.esnode.bundle.NvmlSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was said and still holds: the session of NVML, and gaps without an end. A segment repeats it, for whoever begins to
 * read there; whoever comes from the segment before knows it already. Not thread-safe.
 *
 * @param <F> what is kept of each
 */
final class Standing<F> {
  /** Beyond that the oldest are no longer repeated. */
  private static final int MAX_GAPS = 4096;

  private final Map<TextRow, F> gaps = new LinkedHashMap<>();
  private @Nullable NvmlSession session;
  private @Nullable F ofSession;

  /** Whether it was not known; true for a row that says nothing of the kind. */
  boolean heard(TextRow row, F kept) {
    if (!row.table().equals("gap") || !row.numbers().containsKey("from_ts")) {
      return true;
    }
    if (row.numbers().containsKey("to_ts")) {
      gaps.remove(withoutEnd(row));
      return true;
    }
    if (gaps.size() >= MAX_GAPS && !gaps.containsKey(row)) {
      gaps.remove(gaps.keySet().iterator().next());
    }
    return gaps.putIfAbsent(row, kept) == null;
  }

  /** Whether it was not known. */
  boolean heard(NvmlSession now, F kept) {
    boolean news = !now.equals(session);
    session = now;
    ofSession = kept;
    return news;
  }

  void clear() {
    gaps.clear();
    session = null;
    ofSession = null;
  }

  /** The session, then the gaps as they opened. */
  List<F> all() {
    List<F> all = new ArrayList<>();
    if (ofSession != null) {
      all.add(ofSession);
    }
    all.addAll(gaps.values());
    return all;
  }

  /** As the row stood when the gap opened. */
  private static TextRow withoutEnd(TextRow row) {
    Map<String, Long> numbers = new HashMap<>(row.numbers());
    numbers.remove("to_ts");
    return new TextRow(
        row.table(),
        row.entity(),
        row.source(),
        row.origin(),
        row.tick(),
        row.tsMicros(),
        row.texts(),
        numbers);
  }
}
