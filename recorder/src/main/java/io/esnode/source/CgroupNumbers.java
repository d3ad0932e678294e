package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of a control group that holds one number, or a key and a number per line. The words {@code max} and, in version 1, a number
 * next to 2^63 stand for no limit: then the column is absent, and there is nothing to explain. Not thread-safe.
 */
final class CgroupNumbers implements RowParser {
  private static final byte[] MAX = "max".getBytes(US_ASCII);

  /** LONG_MAX rounded down to a page, of 64 KiB at most: what version 1 says for no limit. */
  private static final long UNLIMITED = Long.MAX_VALUE - (64 << 10);

  private static final class Key {
    private final String name;
    private final byte[] prefix;
    private final int column;
    private final long divisor;

    Key(String name, int column, long divisor) {
      this.name = name;
      this.prefix = (name.isEmpty() ? "" : name + " ").getBytes(US_ASCII);
      this.column = column;
      this.divisor = divisor;
    }
  }

  private final Table table;
  private final String file;
  private final List<Key> keys = new ArrayList<>();
  private final Lines lines = new Lines();

  CgroupNumbers(Table table, String file) {
    this.table = table;
    this.file = file;
  }

  /** Takes the number after a key. */
  CgroupNumbers key(String name, String column) {
    return key(name, column, 1);
  }

  /** Takes the number after a key, in whole parts of {@code divisor}; an empty key is that of a file with one number. */
  CgroupNumbers key(String name, String column, long divisor) {
    keys.add(new Key(name, table.indexOf(column), divisor));
    return this;
  }

  @Override
  public int[] columns() {
    return keys.stream().mapToInt(key -> key.column).toArray();
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    for (Key key : keys) {
      row.absent(key.column, key.name.isEmpty() ? file + ": empty" : file + ": no " + key.name);
    }
    lines.reset(text, length);
    while (lines.next()) {
      for (int i = 0; i < keys.size(); i++) {
        if (lines.skip(keys.get(i).prefix)) {
          take(keys.get(i), row);
          break;
        }
      }
    }
  }

  private void take(Key key, Row row) {
    if (lines.skip(MAX) && lines.atEnd()) {
      row.clear(key.column);
    } else if (lines.number() && lines.atEnd()) {
      if (lines.value() > UNLIMITED) {
        row.clear(key.column);
      } else {
        row.set(key.column, lines.value() / key.divisor);
      }
    } else {
      row.absent(key.column, "%s %s: %s".formatted(file, key.name, lines.problem()));
    }
  }
}
