package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * /proc/net/snmp and /proc/net/netstat, two lines per protocol, see net/ipv4/proc.c:
 *
 * <pre>
 * Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens …
 * Tcp: 1 200 120000 -1 127 …
 * </pre>
 *
 * Which number is which is known from the first line only; kernels add names in the middle. It remembers the first lines,
 * and what they mean.
 */
final class ProtocolCounters implements RowParser {
  private static final int NOT_KEPT = -1;

  /** The first line of a protocol, and the column of each number below it. */
  private static final class Header {
    private final byte[] line;
    private final int[] columns;

    Header(byte[] line, int[] columns) {
      this.line = line;
      this.columns = columns;
    }
  }

  private final Table table;
  private final String file;
  private final int[] columns;
  private final List<Header> headers = new ArrayList<>();
  private final Lines lines = new Lines();

  /** The columns whose source in the registry is {@code FILE PROTOCOL NAME}: {@code /proc/net/snmp Tcp InSegs}. */
  ProtocolCounters(Table table, String file) {
    this.table = table;
    this.file = file;
    List<Metric> metrics = table.columns();
    this.columns = IntStream.range(0, metrics.size())
        .filter(i -> metrics.get(i).source().startsWith(file + " "))
        .toArray();
  }

  @Override
  public int[] columns() {
    return columns.clone();
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    lines.reset(text, length);
    int pair = 0;
    boolean more = lines.next();
    while (more) {
      int start = lines.position();
      int end = lines.end();
      more = lines.next();
      if (more && isSameProtocol(text, start, end)) {
        take(header(pair, text, start, end), row);
        pair++;
        more = lines.next();
      }
    }
  }

  /** Whether this line starts with the word and the colon that another starts with. */
  private boolean isSameProtocol(byte[] text, int start, int end) {
    int here = lines.position();
    for (int i = start; i < end; i++) {
      int other = here + i - start;
      if (other >= lines.end() || text[i] != text[other]) {
        return false;
      }
      if (text[i] == ':') {
        return true;
      }
    }
    return false;
  }

  private Header header(int pair, byte[] text, int start, int end) {
    if (pair < headers.size()) {
      byte[] known = headers.get(pair).line;
      if (Arrays.equals(known, 0, known.length, text, start, end)) {
        return headers.get(pair);
      }
    }
    Header header = learn(Arrays.copyOfRange(text, start, end));
    if (pair < headers.size()) {
      headers.set(pair, header);
    } else {
      headers.add(header);
    }
    return header;
  }

  private Header learn(byte[] line) {
    String[] words = new String(line, US_ASCII).split(" +", -1);
    if (words[0].isEmpty()) {
      return new Header(line, new int[0]);
    }
    String protocol = words[0].substring(0, words[0].length() - 1);
    int[] found = new int[words.length - 1];
    int kept = 0;
    for (int i = 0; i < found.length; i++) {
      found[i] = column(file + " " + protocol + " " + words[i + 1]);
      kept = found[i] == NOT_KEPT ? kept : i + 1;
    }
    return new Header(line, Arrays.copyOf(found, kept));
  }

  private int column(String source) {
    for (int column : columns) {
      if (table.columns().get(column).source().equals(source)) {
        return column;
      }
    }
    return NOT_KEPT;
  }

  private void take(Header header, Row row) {
    lines.skipWord();
    for (int column : header.columns) {
      lines.skipSpaces();
      if (lines.atEnd()) {
        return;
      }
      if (column != NOT_KEPT) {
        if (lines.number()) {
          row.set(column, lines.value());
        } else {
          row.absent(column, table.columns().get(column).source() + ": " + lines.problem());
        }
      }
      lines.skipWord();
    }
  }
}
