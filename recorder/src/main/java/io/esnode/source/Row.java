package io.esnode.source;

import io.esnode.metric.Table;

/**
 * The values of one entity, refilled at every tick. A column is absent until it is set, never zero for unknown. Not
 * thread-safe.
 */
public final class Row {
    private final Table table;
    private final String entity;
    private final long[] values;
    private final boolean[] present;

    /** An empty row: every column of the table is absent. */
    public Row(Table table, String entity) {
        this.table = table;
        this.entity = entity;
        this.values = new long[table.columns().size()];
        this.present = new boolean[values.length];
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

    public void set(int column, long value) {
        values[column] = value;
        present[column] = true;
    }

    /** Makes one column absent. */
    public void clear(int column) {
        values[column] = 0;
        present[column] = false;
    }

    /** Makes every column absent. */
    public void clear() {
        for (int i = 0; i < values.length; i++) {
            clear(i);
        }
    }
}
