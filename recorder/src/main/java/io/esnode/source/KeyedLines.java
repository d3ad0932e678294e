package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * A file with a key and a number per line: /proc/meminfo, /proc/vmstat, the lower part of /proc/stat.
 *
 * <p>It remembers in which order the keys came and how many lines there were, so that a tick costs one comparison per
 * line. When the text no longer follows, every line is compared with every key once, and that order is remembered.
 */
final class KeyedLines implements RowParser {
  private static final byte[] KIB = " kB".getBytes(US_ASCII);
  private static final String KIB_NOTE = " (kB)";
  private static final String FIRST_NOTE = " field 1";

  private enum Form {
    /** A number alone. */
    NUMBER,
    /** A number of KiB; the kernel writes kB. */
    KIB,
    /** The first of many numbers. */
    FIRST
  }

  private static final class Key {
    private final String name;
    private final byte[] prefix;
    private final int column;
    private final Form form;

    Key(String name, String delimiter, int column, Form form) {
      this.name = name;
      this.prefix = (name + delimiter).getBytes(US_ASCII);
      this.column = column;
      this.form = form;
    }
  }

  private final String file;
  private final int skipped;
  private final Key[] keys;
  private final int[] columns;
  private final Lines lines = new Lines();
  private final boolean[] found;
  private final Key[] order;
  private int ordered;
  private int lineCount;

  private KeyedLines(String file, int skipped, List<Key> keys) {
    this.file = file;
    this.skipped = skipped;
    this.keys = keys.toArray(new Key[0]);
    this.columns = keys.stream().mapToInt(key -> key.column).toArray();
    this.found = new boolean[this.keys.length];
    this.order = new Key[this.keys.length];
  }

  /**
   * The columns whose source in the registry is a key of this file: {@code /proc/meminfo MemFree (kB)},
   * {@code /proc/vmstat pgpgin}, {@code /proc/stat intr field 1}.
   *
   * @param delimiter what stands between key and value, {@code :} or a blank
   */
  static KeyedLines of(Table table, String file, String delimiter) {
    return of(table, file, delimiter, 0);
  }

  /**
   * The same of a file whose lines have something before the key.
   *
   * @param skipped how many words that is: 2 of {@code Node 0 MemTotal: 12675276 kB}
   */
  static KeyedLines of(Table table, String file, String delimiter, int skipped) {
    List<Key> keys = new ArrayList<>();
    for (int column = 0; column < table.columns().size(); column++) {
      Metric metric = table.columns().get(column);
      if (metric.source().startsWith(file + " ")) {
        keys.add(key(metric.source().substring(file.length() + 1), delimiter, column));
      }
    }
    return new KeyedLines(file, skipped, keys);
  }

  private static Key key(String source, String delimiter, int column) {
    Form form = Form.NUMBER;
    String name = source;
    if (source.endsWith(KIB_NOTE)) {
      form = Form.KIB;
      name = source.substring(0, source.length() - KIB_NOTE.length());
    } else if (source.endsWith(FIRST_NOTE)) {
      form = Form.FIRST;
      name = source.substring(0, source.length() - FIRST_NOTE.length());
    }
    return new Key(name, delimiter, column, form);
  }

  @Override
  public int[] columns() {
    return columns.clone();
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    if (!follow(text, length, row)) {
      learn(text, length, row);
    }
  }

  /** Takes the values in the order known; false when the text has another. */
  private boolean follow(byte[] text, int length, Row row) {
    lines.reset(text, length);
    int taken = 0;
    int count = 0;
    while (nextKey()) {
      count++;
      if (taken < ordered && lines.skip(order[taken].prefix)) {
        take(order[taken], row);
        taken++;
      }
    }
    return taken == ordered && count == lineCount;
  }

  private void learn(byte[] text, int length, Row row) {
    for (int i = 0; i < keys.length; i++) {
      row.clear(keys[i].column);
      found[i] = false;
    }
    ordered = 0;
    lineCount = 0;
    lines.reset(text, length);
    while (nextKey()) {
      lineCount++;
      for (int i = 0; i < keys.length; i++) {
        if (!found[i] && lines.skip(keys[i].prefix)) {
          found[i] = true;
          order[ordered++] = keys[i];
          take(keys[i], row);
          break;
        }
      }
    }
  }

  private boolean nextKey() {
    if (!lines.next()) {
      return false;
    }
    for (int i = 0; i < skipped; i++) {
      lines.skipWord();
      lines.skipSpaces();
    }
    return true;
  }

  private void take(Key key, Row row) {
    boolean taken = lines.number()
        && switch (key.form) {
          case NUMBER -> lines.atEnd();
          case KIB -> lines.skip(KIB) && lines.atEnd() && lines.times(1024);
          case FIRST -> true;
        };
    if (taken) {
      row.set(key.column, lines.value());
    } else {
      row.absent(key.column, "%s %s: %s".formatted(file, key.name, lines.problem()));
    }
  }
}
