package io.esnode.bundle;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table on their way into one row group. Numbers are columns of {@code long}, so that a day of ticks fits in
 * memory; text columns hold references. Not thread-safe.
 *
 * <p>Fill a row with {@link #startRow} and the setters; what is not set is absent.
 */
public final class RowBatch {
  private static final int FIRST_CAPACITY = 1024;
  /** Of a heap below 32 GB. */
  private static final int REFERENCE_BYTES = 4;

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

  /** One column of text; null is absent. */
  static final class Texts {
    private @Nullable String[] values = new @Nullable String[0];
    private boolean any;

    void set(int row, String value, int capacity) {
      if (row >= values.length) {
        values = Arrays.copyOf(values, capacity);
      }
      values[row] = value;
      any = true;
    }

    @Nullable
    String value(int row) {
      return row < values.length ? values[row] : null;
    }

    boolean any() {
      return any;
    }
  }

  public Table table() {
    return table;
  }

  public int size() {
    return size;
  }

  /** Whether the next row takes more memory. */
  public boolean full() {
    return size == entity.length;
  }

  /** Memory that it takes, texts themselves left out. */
  public long bytes() {
    long bytes = tick.bytes() + ts.bytes() + mono.bytes();
    for (Numbers column : numbers) {
      bytes += column == null ? 0 : column.bytes();
    }
    for (Texts column : texts) {
      bytes += column == null ? 0 : (long) column.values.length * REFERENCE_BYTES;
    }
    return bytes + 3L * entity.length * REFERENCE_BYTES;
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
      this.tick.set(row, tick, entity.length);
    }
    if (ts != null) {
      this.ts.set(row, ts, entity.length);
    }
    if (mono != null) {
      this.mono.set(row, mono, entity.length);
    }
  }

  /** A number of the current row: plain, hundredths for DECIMAL2, the bits for DOUBLE, µs for TIMESTAMP. */
  public void set(int column, long value) {
    Numbers target = numbers[column];
    if (target == null) {
      throw new IllegalArgumentException(
          table.columns().get(column).qualifiedName() + " holds text");
    }
    target.set(size - 1, value, entity.length);
  }

  /** A text of the current row. */
  public void set(int column, String value) {
    Texts target = texts[column];
    if (target == null) {
      throw new IllegalArgumentException(
          table.columns().get(column).qualifiedName() + " holds numbers");
    }
    target.set(size - 1, value, entity.length);
  }

  /** Row numbers sorted by entity, then monotonic time, then wall time, then arrival. */
  int[] order() {
    SortedMap<String, Integer> counts = new TreeMap<>();
    for (int row = 0; row < size; row++) {
      counts.merge(entity[row], 1, Integer::sum);
    }
    Map<String, int[]> nextOf = new HashMap<>();
    int at = 0;
    for (Map.Entry<String, Integer> each : counts.entrySet()) {
      nextOf.put(each.getKey(), new int[] {at});
      at += each.getValue();
    }
    int[] order = new int[size];
    for (int row = 0; row < size; row++) {
      int[] next = Objects.requireNonNull(nextOf.get(entity[row]));
      order[next[0]++] = row;
    }
    return inOrder(order) ? order : sorted(order);
  }

  /** Rows of one entity nearly always arrive in the order of their time. */
  private boolean inOrder(int[] rows) {
    for (int i = 1; i < rows.length; i++) {
      if (compare(rows[i - 1], rows[i]) > 0) {
        return false;
      }
    }
    return true;
  }

  private int[] sorted(int[] rows) {
    Integer[] boxed = Arrays.stream(rows).boxed().toArray(Integer[]::new);
    Arrays.sort(boxed, this::compare);
    return Arrays.stream(boxed).mapToInt(Integer::intValue).toArray();
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
