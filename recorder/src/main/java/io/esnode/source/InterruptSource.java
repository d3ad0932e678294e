package io.esnode.source;

import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How often each interrupt came, from /proc/interrupts, which is read piece by piece and not kept open: on a host of 256
 * CPUs it is larger than all that the recorder holds.
 */
final class InterruptSource implements Source {
  /** A line has 11 bytes per CPU, and Linux at most 8192 CPUs. */
  private static final int LINE_BYTES = 96 << 10;

  private static final long LIMIT_BYTES = 256L << 20;

  private final Table table;
  private final Path path;
  private final ByteBuffer buffer;
  private final InterruptTotals totals = new InterruptTotals();
  private final EntityLines lines;
  private final FailureList failures;
  private final byte[] piece;

  /** @param path usually {@code /proc/interrupts} */
  InterruptSource(Table table, Path path, ByteBuffer buffer) {
    this.table = table;
    this.path = path;
    this.buffer = buffer;
    this.lines = new EntityLines(table, new InterruptFormat(table));
    this.failures = new FailureList(table);
    this.piece = new byte[LINE_BYTES + buffer.capacity()];
  }

  @Override
  public String name() {
    return "procfs.interrupts";
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    try {
      @Nullable String truncation = read();
      lines.parse(totals.text(), totals.length(), truncation);
    } catch (IOException e) {
      lines.fail(path + ": " + KeptFile.cause(e));
    }
    failures.update(lines.rows(), lines.problem());
  }

  /** Reads the whole file; why its end is missing, null when it is not. */
  private @Nullable String read() throws IOException {
    totals.begin();
    int held = 0;
    long position = 0;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      while (true) {
        buffer.clear();
        int count = channel.read(buffer, position);
        if (count <= 0) {
          break;
        }
        position += count;
        buffer.flip();
        buffer.get(piece, held, count);
        held += count;
        int taken = totals.take(piece, held);
        held -= taken;
        System.arraycopy(piece, taken, piece, 0, held);
        if (held > LINE_BYTES || position > LIMIT_BYTES) {
          throw new IOException("larger than any kernel's");
        }
      }
    }
    totals.end();
    if (totals.length() == 0) {
      throw new IOException("no interrupt in it");
    }
    return held > 0 ? path + ": the last line is cut short" : null;
  }

  @Override
  public List<Row> rows() {
    return lines.rows();
  }

  @Override
  public List<Failure> failures() {
    return failures.list();
  }

  @Override
  public void close() {
    // Nothing stays open.
  }
}
