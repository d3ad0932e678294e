package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.List;

/**
 * /proc/net/sockstat, see sockstat_seq_show in net/ipv4/proc.c:
 *
 * <pre>
 * sockets: used 25
 * TCP: inuse 1 orphan 0 tw 0 alloc 1 mem 162
 * </pre>
 */
final class SocketCounts implements RowParser {
  private static final String FILE = "/proc/net/sockstat";

  private static final class Key {
    private final byte[] label;
    private final byte[] name;
    private final int column;
    private final String source;

    /** @param words of the line and of the number, e.g. {@code TCP inuse} */
    Key(String words, int column, String source) {
      int blank = words.indexOf(' ');
      this.label = (words.substring(0, blank) + ":").getBytes(US_ASCII);
      this.name = (words.substring(blank + 1) + " ").getBytes(US_ASCII);
      this.column = column;
      this.source = source;
    }
  }

  private final Key[] keys;
  private final Lines lines = new Lines();

  /** The columns whose source in the registry is {@code /proc/net/sockstat LINE NAME}. */
  SocketCounts(Table table) {
    List<Key> found = new ArrayList<>();
    for (int column = 0; column < table.columns().size(); column++) {
      Metric metric = table.columns().get(column);
      if (metric.source().startsWith(FILE + " ")) {
        found.add(new Key(metric.source().substring(FILE.length() + 1), column, metric.source()));
      }
    }
    keys = found.toArray(new Key[0]);
  }

  @Override
  public int[] columns() {
    int[] columns = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      columns[i] = keys[i].column;
    }
    return columns;
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    lines.reset(text, length);
    while (lines.next()) {
      int start = lines.position();
      for (Key key : keys) {
        lines.position(start);
        if (lines.skip(key.label)) {
          find(key, row);
        }
      }
    }
  }

  private void find(Key key, Row row) {
    while (!lines.atEnd()) {
      lines.skipSpaces();
      if (lines.skip(key.name)) {
        if (lines.number()) {
          row.set(key.column, lines.value());
        } else {
          row.absent(key.column, key.source + ": " + lines.problem());
        }
        return;
      }
      lines.skipWord();
    }
  }
}
