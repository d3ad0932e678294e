package io.esnode.bundle;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table on their way into one row group. Numbers are columns of {@code long}, so that a day of ticks fits in
 * memory; text columns hold references. Not thread-safe.
 *
 * <p>Fill a row with {@link #startRow} and the setters; what is not set is absent.
 */
public final class RowBatch {
  private static final int FIRST_CAPACITY = 1024;

  final Table table;
  int size;
  String[] entity = new String[FIRST_CAPACITY];
  String[] origin = new String[FIRST_CAPACITY];
  String[] source = new String[FIRST_CAPACITY];
  final Numbers tick = new Numbers();
  final Numbers ts = new Numbers();
  final Numbers mono = new Numbers();
  final @Nullable Numbers[] numbers;
  final @Nullable Texts[] texts;

  public RowBatch(Table table) {
    this.table = table;
    int columns = table.columns().size();
    numbers = new Numbers[columns];
    texts = new Texts[columns];
    for (int i = 0; i < columns; i++) {
      if (table.columns().get(i).type() == Metric.Type.TEXT) {
        texts[i] = new Texts();
      } else {
        numbers[i] = new Numbers();
      }
    }
  }

  /** One column of numbers with its presence. */
  static final class Numbers {
    private long[] values = new long[FIRST_CAPACITY];
    private final BitSet present = new BitSet();

    void set(int row, long value) {
      if (row >= values.length) {
        values = Arrays.copyOf(values, Math.max(row + 1, values.length * 2));
      }
      values[row] = value;
      present.set(row);
    }

    boolean present(int row) {
      return present.get(row);
    }

    long value(int row) {
      return values[row];
    }

    void clear() {
      present.clear();
    }
  }

  /** One column of text; null is absent. */
  static final class Texts {
    private @Nullable String[] values = new @Nullable String[FIRST_CAPACITY];

    void set(int row, String value) {
      if (row >= values.length) {
        values = Arrays.copyOf(values, Math.max(row + 1, values.length * 2));
      }
      values[row] = value;
    }

    @Nullable
    String value(int row) {
      return row < values.length ? values[row] : null;
    }

    void clear() {
      Arrays.fill(values, null);
    }
  }

  public Table table() {
    return table;
  }

  public int size() {
    return size;
  }

  /** Begins the next row. */
  public void startRow(String entity, String origin, String source) {
    if (size == this.entity.length) {
      int capacity = size * 2;
      this.entity = Arrays.copyOf(this.entity, capacity);
      this.origin = Arrays.copyOf(this.origin, capacity);
      this.source = Arrays.copyOf(this.source, capacity);
    }
    this.entity[size] = entity;
    this.origin[size] = origin;
    this.source[size] = source;
    size++;
  }

  /**
   * When the row was taken; leave out what is not known.
   *
   * @param ts µs since 1970 UTC
   * @param mono CLOCK_MONOTONIC of the node, ns
   */
  public void time(@Nullable Long tick, @Nullable Long ts, @Nullable Long mono) {
    int row = size - 1;
    if (tick != null) {
      this.tick.set(row, tick);
    }
    if (ts != null) {
      this.ts.set(row, ts);
    }
    if (mono != null) {
      this.mono.set(row, mono);
    }
  }

  /** A number of the current row: plain, hundredths for DECIMAL2, the bits for DOUBLE, µs for TIMESTAMP. */
  public void set(int column, long value) {
    Numbers target = numbers[column];
    if (target == null) {
      throw new IllegalArgumentException(
          table.columns().get(column).qualifiedName() + " holds text");
    }
    target.set(size - 1, value);
  }

  /** A text of the current row. */
  public void set(int column, String value) {
    Texts target = texts[column];
    if (target == null) {
      throw new IllegalArgumentException(
          table.columns().get(column).qualifiedName() + " holds numbers");
    }
    target.set(size - 1, value);
  }

  /** Forgets all rows and keeps the memory. */
  public void clear() {
    size = 0;
    tick.clear();
    ts.clear();
    mono.clear();
    for (Numbers column : numbers) {
      if (column != null) {
        column.clear();
      }
    }
    for (Texts column : texts) {
      if (column != null) {
        column.clear();
      }
    }
  }

  /** Row numbers sorted by entity, then monotonic time, then wall time, then arrival. */
  int[] order() {
    Integer[] rows = new Integer[size];
    Arrays.setAll(rows, i -> i);
    Arrays.sort(rows, this::compare);
    return Arrays.stream(rows).mapToInt(Integer::intValue).toArray();
  }

  private int compare(int a, int b) {
    int byEntity = entity[a].compareTo(entity[b]);
    if (byEntity != 0) {
      return byEntity;
    }
    int byMono = compare(mono, a, b);
    if (byMono != 0) {
      return byMono;
    }
    int byTs = compare(ts, a, b);
    return byTs != 0 ? byTs : Integer.compare(a, b);
  }

  private static int compare(Numbers column, int a, int b) {
    if (column.present(a) && column.present(b)) {
      return Long.compare(column.value(a), column.value(b));
    }
    return Boolean.compare(column.present(b), column.present(a));
  }
}
