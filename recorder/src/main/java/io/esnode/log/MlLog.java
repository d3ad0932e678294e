package io.esnode.log;

import io.esnode.kernel.RowSink;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lines of MLPerf's logging ({@code :::MLLOG {…}}) in what a command prints. Whoever brings the bytes never waits: lines that
 * come faster than they can be taken are counted, and a gap row says how many.
 */
public final class MlLog implements AutoCloseable {
  static final String SOURCE = "mllog";
  static final String MARK = ":::MLLOG ";

  private static final int QUEUE = 256;
  private static final long LOOK_MILLIS = 200;
  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** A line that waits. */
  private static final class Line {
    private final byte @Nullable [] content;
    private final long at;

    private Line(byte @Nullable [] content, long at) {
      this.content = content;
      this.at = at;
    }
  }

  private final LogRows rows;
  private final Logs.Naming naming;
  private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(QUEUE);
  private final MarkedLines finder =
      new MarkedLines(MARK, (content, at) -> offer(new Line(content, at)));
  private final AtomicLong lost = new AtomicLong();
  private final Thread thread;
  private volatile boolean closing;

  private MlLog(LogRows rows, Logs.Naming naming) {
    this.rows = rows;
    this.naming = naming;
    this.thread = new Thread(null, this::run, "mllog", 256 << 10);
    this.thread.setDaemon(true);
  }

  /** Begins to wait for bytes. */
  public static MlLog start(Clock clock, Moment start, Logs.Naming naming, RowSink sink) {
    MlLog log = new MlLog(new LogRows(clock, start, sink, SOURCE, SOURCE, SOURCE), naming);
    log.thread.start();
    return log;
  }

  /** Takes the next bytes, which may end anywhere. One thread at a time; returns at once. */
  public void take(byte[] bytes, int count) {
    finder.take(bytes, count);
  }

  /** There are no more bytes. The thread that brought them. */
  public void finish() {
    finder.finish();
  }

  private void offer(Line line) {
    if (!lines.offer(line)) {
      lost.incrementAndGet();
    }
  }

  private void run() {
    MlLogRows parser;
    try {
      parser = new MlLogRows(rows, new LogNames(naming.names()));
    } catch (IOException e) {
      rows.problem(String.valueOf(e.getMessage()));
      return;
    }
    Unreadable unreadable =
        new Unreadable(Path.of("standard output"), rows, "are no lines of MLPerf's logging");
    try {
      for (Line line = next(); line != null; line = next()) {
        byte[] content = line.content;
        if (content == null || !parser.line(content)) {
          unreadable.add(line.at);
          unreadable.tell();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    unreadable.end();
    rows.tellSuppressed(Long.MAX_VALUE);
  }

  /** Null where there will be none. */
  private @Nullable Line next() throws InterruptedException {
    while (true) {
      boolean last = closing;
      Line line = lines.poll(last ? 0 : LOOK_MILLIS, TimeUnit.MILLISECONDS);
      if (line != null || last) {
        return line;
      }
    }
  }

  private void tellLost() {
    long count = lost.get();
    if (count > 0) {
      long now = rows.now().tsMicros();
      rows.gap(
          "%d lines of MLPerf's logging came faster than they could be taken".formatted(count),
          now,
          now);
    }
  }

  /** Takes what has come, and ends the rows. */
  @Override
  public void close() {
    close(PATIENCE);
  }

  void close(Duration patience) {
    closing = true;
    rows.hurry();
    try {
      thread.join(patience.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    tellLost();
    rows.close(!thread.isAlive());
  }
}
