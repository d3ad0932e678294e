package io.esnode.source;

import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists what rows lack, each column once for the whole host: rows that come and go must not bring gaps of their own each. Where
 * reasons differ, the first in the order of the alphabet stands for them. Not thread-safe.
 */
final class SharedFailures {
  private static final String IN_SOME = "; other rows have it";

  private final Table table;
  private final @Nullable String[] reasons;
  private final boolean[] present;
  private @Nullable String whole;
  private List<Failure> last = List.of();

  SharedFailures(Table table) {
    this.table = table;
    this.reasons = new @Nullable String[table.columns().size()];
    this.present = new boolean[reasons.length];
  }

  List<Failure> list() {
    return last;
  }

  /** Forgets what was lacking; {@link #end} then compares. */
  void begin() {
    Arrays.fill(reasons, null);
    Arrays.fill(present, false);
    whole = null;
  }

  /** Says why there are no rows, or not all of them; the first reason counts. */
  void rows(String reason) {
    whole = whole == null ? reason : whole;
  }

  /** Takes every column that the row lacks and has a reason for. */
  void lacks(Row row) {
    for (int column = 0; column < reasons.length; column++) {
      String reason = row.reason(column);
      present[column] |= row.present(column);
      if (reason != null) {
        lacks(column, reason);
      }
    }
  }

  private void lacks(int column, String reason) {
    String known = reasons[column];
    if (known == null || reason.compareTo(known) < 0) {
      reasons[column] = reason;
    }
  }

  void end() {
    List<Failure> now = new ArrayList<>();
    if (whole != null) {
      now.add(new Failure("node", table.name(), whole));
    }
    for (int column = 0; column < reasons.length; column++) {
      String reason = reasons[column];
      if (reason != null) {
        now.add(new Failure(
            "node",
            table.columns().get(column).qualifiedName(),
            present[column] ? reason + IN_SOME : reason));
      }
    }
    if (!now.equals(last)) {
      last = List.copyOf(now);
    }
  }
}
