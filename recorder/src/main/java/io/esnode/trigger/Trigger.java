package io.esnode.trigger;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What has to happen; immutable. {@code docs/reference/triggers.md} has the grammar. */
public sealed interface Trigger {
  /** As it was declared; stands in the event's {@code reason}. */
  String text();

  /**
   * Reads one declaration.
   *
   * @throws TriggerException if it is none
   */
  static Trigger parse(String text) throws TriggerException {
    return new TriggerParser(text).trigger();
  }

  /**
   * A value, or the rate of a counter, beyond a limit.
   *
   * @param column place in the table
   * @param entity null for each of them
   * @param isRate whether the counter's growth per second is compared
   * @param limit in the column's unit; of a {@code DECIMAL2} column in hundredths
   * @param limitPerSecond the same where the rate is compared
   * @param hold how long it has to be so
   */
  record Threshold(
      String text,
      Table table,
      int column,
      @Nullable String entity,
      boolean isRate,
      Operator operator,
      long limit,
      double limitPerSecond,
      Duration hold)
      implements Trigger {
    Metric metric() {
      return table.columns().get(column);
    }
  }

  /**
   * The driver or NVML reports an XID.
   *
   * @param codes empty for any XID
   */
  record Xid(String text, Set<Long> codes) implements Trigger {
    public Xid {
      codes = Set.copyOf(codes);
    }
  }

  /** A line of the kernel itself that has a match. */
  record Kernel(String text, Pattern pattern) implements Trigger {}

  /** The recorded command ends with a status other than 0. */
  record Exit(String text) implements Trigger {}
}
