package io.esnode.source;

import io.esnode.metric.Table;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The values of one entity, refilled at every tick. A column is absent until it is set, never zero for unknown. Not
 * thread-safe.
 */
public final class Row {
  private static final String NOT_ITS_OWN = "such an entity has none";

  private final Table table;
  private final String entity;
  private final long[] values;
  private final boolean[] present;
  private final @Nullable String[] reasons;

  /** An empty row: every column of the table is absent. */
  public Row(Table table, String entity) {
    this.table = table;
    this.entity = entity;
    this.values = new long[table.columns().size()];
    this.present = new boolean[values.length];
    this.reasons = new @Nullable String[values.length];
  }

  public Table table() {
    return table;
  }

  /** E.g. {@code node}, {@code cpu:3}, {@code disk:nvme0n1}. */
  public String entity() {
    return entity;
  }

  /** Whether the column, counted from 0 in the order of {@link #table()}, has a value. */
  public boolean present(int column) {
    return present[column];
  }

  /**
   * The value in the metric's unit; of a {@code DECIMAL2} column in hundredths of it. Means nothing where the column is
   * absent.
   */
  public long value(int column) {
    return values[column];
  }

  /** Why the column is absent; null where it is present, and where it is absent because the kernel did not offer it. */
  public @Nullable String reason(int column) {
    return reasons[column];
  }

  public void set(int column, long value) {
    values[column] = value;
    present[column] = true;
    reasons[column] = null;
  }

  /** Makes one column absent for a cause that a gap row is to name. */
  public void absent(int column, String reason) {
    values[column] = 0;
    present[column] = false;
    reasons[column] = reason;
  }

  /** Makes one column absent because such an entity has none: nothing is missing, no gap row is to name it. */
  void without(int column) {
    absent(column, NOT_ITS_OWN);
  }

  /** Whether a value is missing where the entity should have one. */
  boolean lacks(int column) {
    return !present[column] && !NOT_ITS_OWN.equals(reasons[column]);
  }

  /** Makes one column absent, without a cause. */
  public void clear(int column) {
    values[column] = 0;
    present[column] = false;
    reasons[column] = null;
  }

  /** Makes every column absent, without a cause. */
  public void clear() {
    Arrays.fill(values, 0);
    Arrays.fill(present, false);
    Arrays.fill(reasons, null);
  }
}
