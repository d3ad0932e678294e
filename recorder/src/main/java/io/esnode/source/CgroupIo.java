package io.esnode.source;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.esnode.metric.Table;

/**
 * What a control group read and wrote, summed over devices. A device is not listed before the first transfer, so an empty file is a
 * group that did none yet: its columns are absent, and there is nothing to explain. Not thread-safe.
 *
 * <pre>
 * version 2, io.stat                        254:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0
 * version 1, blkio.throttle.io_service_bytes  254:0 Read 4096
 * </pre>
 */
final class CgroupIo implements RowParser {
  private final String file;
  private final byte[][] words;
  private final int[] columns;
  private final long[] sums;
  private final boolean[] found;
  private final Lines lines = new Lines();

  private CgroupIo(Table table, String file, String[] words, String[] columns) {
    this.file = file;
    this.words = new byte[words.length][];
    this.columns = new int[words.length];
    this.sums = new long[words.length];
    this.found = new boolean[words.length];
    for (int i = 0; i < words.length; i++) {
      this.words[i] = words[i].getBytes(US_ASCII);
      this.columns[i] = table.indexOf(columns[i]);
    }
  }

  static CgroupIo version2(Table cgroup) {
    return new CgroupIo(
        cgroup, "io.stat", new String[] {"rbytes=", "wbytes=", "rios=", "wios="}, new String[] {
          "io_read_bytes", "io_write_bytes", "io_reads_count", "io_writes_count"
        });
  }

  /** A file of version 1, which has a line for each device and direction. */
  static CgroupIo version1(Table cgroup, String file, String reads, String writes) {
    return new CgroupIo(
        cgroup, file, new String[] {"Read ", "Write "}, new String[] {reads, writes});
  }

  @Override
  public int[] columns() {
    return columns.clone();
  }

  @Override
  public void parse(byte[] text, int length, Row row) {
    for (int i = 0; i < words.length; i++) {
      sums[i] = 0;
      found[i] = false;
    }
    lines.reset(text, length);
    while (lines.next()) {
      lines.skipSpaces();
      lines.skipWord();
      line(row);
    }
    for (int i = 0; i < words.length; i++) {
      if (found[i] && row.reason(columns[i]) == null) {
        row.set(columns[i], sums[i]);
      }
    }
  }

  private void line(Row row) {
    while (!lines.atEnd()) {
      lines.skipSpaces();
      for (int i = 0; i < words.length; i++) {
        if (lines.skip(words[i])) {
          add(i, row);
          break;
        }
      }
      lines.skipWord();
    }
  }

  private void add(int i, Row row) {
    if (!lines.number()) {
      row.absent(columns[i], file + ": " + lines.problem());
    } else if (sums[i] > Long.MAX_VALUE - lines.value()) {
      row.absent(columns[i], file + ": " + Lines.TOO_LARGE);
    } else {
      sums[i] += lines.value();
      found[i] = true;
    }
  }
}
