package io.esnode.spool;

import io.esnode.json.Json;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Writes a spool. The sampler thread calls {@link #tick}, any thread {@link #row}; a thread of its own does {@code write}
 * and {@code fdatasync}, so a slow disk never delays a sample. A full queue drops a tick and says so in a gap row.
 *
 * <p>A tick is complete when {@code write} returned. When the disk refuses a frame, the segment is cut back to the last
 * whole frame, the recorder goes on with the next keyframe, and a gap row says what was lost and why.
 */
public final class SpoolWriter implements Closeable {
  /**
   * When to start a new segment and when to make what was written durable.
   *
   * @param segmentBytes a new segment after so many bytes
   * @param segmentTime or after so long
   * @param flush {@code fdatasync} at least so often while there is something to write: what a power loss can take
   * @param keyframeEvery a keyframe every so many ticks: what one damaged frame can take
   * @param queue frames waiting for the disk at most
   */
  public record Options(
      long segmentBytes, Duration segmentTime, Duration flush, int keyframeEvery, int queue) {
    public static final Options DEFAULT =
        new Options(1 << 20, Duration.ofMinutes(10), Duration.ofSeconds(1), 60, 64);
  }

  /** Source of the rows a spool writes about itself. */
  static final String SOURCE = "esnode.spool";

  private static final String QUEUE_FULL = "the disk was slower than the recorder: queue full";

  private final SpoolDirectory directory;
  private final Options options;
  private final BlockingQueue<Frame> free;
  private final BlockingQueue<Frame> full;
  private final AtomicInteger made = new AtomicInteger();
  /** Rows that found the queue full, by table, until a gap row says so. */
  private final Map<String, Loss> lostRows = new ConcurrentHashMap<>();

  private final TickEncoder encoder = new TickEncoder();
  private final Thread thread;
  private final long firstTs;

  // Sampler thread only.
  private long segmentStart;
  private long segmentBytes;
  private Loss dropped = Loss.NONE;

  // Writer thread only, but for the first segment, which the constructor opens.
  private final OpenSegment segment;
  private boolean dirty;
  private long lastSync;
  private Loss unwritten = Loss.NONE;
  private boolean finished;
  private long writtenTs;
  private long durableTs;

  private volatile boolean keyframeWanted;

  /** Ticks or rows that did not make it, from first to last. */
  private record Loss(long count, long fromTs, long toTs, String reason) {
    static final Loss NONE = new Loss(0, 0, 0, "");

    Loss plus(long ts, String why) {
      return count == 0 ? new Loss(1, ts, ts, why) : new Loss(count + 1, fromTs, ts, why);
    }

    Loss plus(Loss later) {
      return new Loss(count + later.count, fromTs, later.toTs, later.reason);
    }
  }

  private SpoolWriter(SpoolDirectory directory, SpoolHeader header, Options options)
      throws IOException {
    this.directory = directory;
    this.options = options;
    this.free = new ArrayBlockingQueue<>(options.queue());
    this.full = new ArrayBlockingQueue<>(options.queue());
    this.segmentStart = header.startMono();
    this.firstTs = header.startTs();
    this.writtenTs = header.startTs();
    this.durableTs = header.startTs();
    this.segment = new OpenSegment(directory, header);
    this.thread = new Thread(this::run, "spool-writer");
    this.thread.setDaemon(true);
  }

  /** Opens the first segment and starts the writer thread; the directory is closed with the writer. */
  public static SpoolWriter open(SpoolDirectory directory, SpoolHeader header, Options options)
      throws IOException {
    SpoolWriter writer = new SpoolWriter(directory, header, options);
    writer.thread.start();
    return writer;
  }

  /**
   * Hands one tick over. Never blocks.
   *
   * @return false if the queue was full and the tick was dropped
   */
  public boolean tick(long tick, Moment moment, List<Source> sources) {
    if (dropped.count() > 0 && offer(gap(dropped), moment.monoNanos())) {
      dropped = Loss.NONE;
    }
    if (!lostRows.isEmpty()) {
      tellLostRows(moment.monoNanos());
    }
    Frame frame = take();
    if (frame == null || dropped.count() > 0) {
      dropped = dropped.plus(moment.tsMicros(), QUEUE_FULL);
      encoder.needKeyframe();
      if (frame != null) {
        free.add(frame);
      }
      return false;
    }
    boolean startsSegment = segmentBytes > options.segmentBytes()
        || moment.monoNanos() - segmentStart > options.segmentTime().toNanos();
    if (keyframeWanted || encoder.framesSinceKeyframe() + 1 >= options.keyframeEvery()) {
      keyframeWanted = false;
      encoder.needKeyframe();
    }
    encoder.encode(frame, tick, moment, sources, startsSegment);
    frame.tick(moment.tsMicros());
    if (startsSegment) {
      segmentStart = moment.monoNanos();
      segmentBytes = 0;
    }
    segmentBytes += frame.size();
    full.add(frame);
    return true;
  }

  /**
   * Hands one row with text columns over. Any thread; never blocks.
   *
   * @return false if the queue was full; a gap row says so later
   */
  public boolean row(TextRow row, long monoNanos) {
    if (offer(row, monoNanos)) {
      return true;
    }
    long ts = row.tsMicros() == null ? firstTs : row.tsMicros();
    Loss one = Loss.NONE.plus(ts, QUEUE_FULL);
    lostRows.merge(row.table(), one, Loss::plus);
    return false;
  }

  private void tellLostRows(long monoNanos) {
    for (String table : List.copyOf(lostRows.keySet())) {
      Loss lost = lostRows.remove(table);
      if (lost != null && !offer(gap(table, lost), monoNanos)) {
        lostRows.merge(table, lost, (later, earlier) -> earlier.plus(later));
      }
    }
  }

  private boolean offer(TextRow row, long monoNanos) {
    Frame frame = take();
    if (frame == null) {
      return false;
    }
    full.add(row(row, frame, monoNanos));
    return true;
  }

  private static Frame row(TextRow row, Frame frame, long monoNanos) {
    frame.begin(Frame.ROW, false);
    frame.putBytes(row.toJson().canonical().getBytes(StandardCharsets.UTF_8));
    frame.finish(monoNanos);
    return frame;
  }

  /** A free frame; the pool grows up to the length of the queue. */
  private @Nullable Frame take() {
    Frame frame = free.poll();
    if (frame != null) {
      return frame;
    }
    if (made.incrementAndGet() <= options.queue()) {
      return new Frame();
    }
    made.decrementAndGet();
    return null;
  }

  /**
   * Ends the recording: writes the end frame and waits until everything is durable.
   *
   * @throws IOException if the last frames could not be written
   */
  public void end(String reason, long monoNanos) throws IOException {
    Frame frame = new Frame().begin(Frame.END, false);
    frame.putBytes(
        Json.object().put("reason", reason).build().canonical().getBytes(StandardCharsets.UTF_8));
    frame.finish(monoNanos);
    try {
      for (Map.Entry<String, Loss> lost : lostRows.entrySet()) {
        hand(row(gap(lost.getKey(), lost.getValue()), new Frame(), monoNanos));
      }
      if (dropped.count() > 0) {
        hand(row(gap(dropped), new Frame(), monoNanos));
      }
      hand(frame);
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SpoolException("interrupted while the spool was being ended", e);
    }
    if (!finished) {
      throw gone();
    }
    if (unwritten.count() > 0) {
      throw new SpoolException(
          "%s: the last %d ticks could not be written: %s; seal what is there with: esnode recover %s"
              .formatted(
                  directory.path(), unwritten.count(), unwritten.reason(), directory.path()));
    }
  }

  /** Waits for room in the queue, as long as somebody empties it. */
  private void hand(Frame frame) throws IOException, InterruptedException {
    while (!full.offer(frame, 100, TimeUnit.MILLISECONDS)) {
      if (!thread.isAlive()) {
        throw gone();
      }
    }
  }

  private SpoolException gone() {
    return new SpoolException(
        "%s: the thread that writes the spool ended before the recording did; seal what is there with: esnode recover %s"
            .formatted(directory.path(), directory.path()));
  }

  /** For tests, which end it as a bug or a lack of memory would. */
  Thread thread() {
    return thread;
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    directory.close();
  }

  private void run() {
    try {
      long flushNanos = options.flush().toNanos();
      while (true) {
        Frame frame = full.poll(flushNanos, TimeUnit.NANOSECONDS);
        if (frame != null) {
          boolean last = frame.type() == Frame.END;
          store(frame);
          if (last) {
            break;
          }
          free.offer(frame);
        }
        if (dirty && (frame == null || System.nanoTime() - lastSync >= flushNanos)) {
          sync();
        }
      }
      sync();
      finished = true;
    } catch (InterruptedException e) {
      // close() without end(): what was written stays, as after a crash.
      Thread.currentThread().interrupt();
    } finally {
      closeQuietly();
    }
  }

  private void store(Frame frame) {
    if (unwritten.count() > 0 && frame.type() == Frame.DELTA) {
      unwritten = unwritten.plus(frame.tsMicros(), unwritten.reason());
      keyframeWanted = true;
      return;
    }
    try {
      if (frame.startsSegment()) {
        segment.next();
      }
      // The end, too, is only written after what is missing: without it a reader knows that the end
      // is torn.
      boolean tellsLoss = frame.type() == Frame.KEYFRAME || frame.type() == Frame.END;
      if (unwritten.count() > 0 && tellsLoss) {
        write(row(gap(unwritten), new Frame(), frame.monoNanos()));
        unwritten = Loss.NONE;
      }
      write(frame);
      if (frame.type() == Frame.DELTA || frame.type() == Frame.KEYFRAME) {
        writtenTs = frame.tsMicros();
      }
    } catch (IOException e) {
      String reason = "the spool could not be written: " + e.getMessage();
      if (frame.type() == Frame.DELTA || frame.type() == Frame.KEYFRAME) {
        unwritten = unwritten.plus(frame.tsMicros(), reason);
      }
      keyframeWanted = true;
      segment.cutBack();
    }
  }

  private void write(Frame frame) throws IOException {
    segment.write(frame);
    dirty = true;
  }

  private void sync() {
    try {
      segment.force();
      dirty = false;
      durableTs = writtenTs;
    } catch (IOException e) {
      unwritten = unwritten.plus(durableTs, "fdatasync failed: " + e.getMessage());
    }
    lastSync = System.nanoTime();
  }

  private void closeQuietly() {
    try {
      segment.close();
    } catch (IOException e) {
      // Everything was forced before; there is nothing left to lose.
      return;
    }
  }

  /** Ticks that are missing. */
  private static TextRow gap(Loss loss) {
    return gap(
        "tick",
        loss,
        loss.reason(),
        Map.of("from_ts", loss.fromTs(), "to_ts", loss.toTs(), "ticks_count", loss.count()));
  }

  /** Rows of a table that are missing. */
  private static TextRow gap(String table, Loss loss) {
    return gap(
        table,
        loss,
        "%d rows lost: %s".formatted(loss.count(), loss.reason()),
        Map.of("from_ts", loss.fromTs(), "to_ts", loss.toTs()));
  }

  private static TextRow gap(String metric, Loss loss, String reason, Map<String, Long> numbers) {
    return new TextRow(
        "gap",
        "node",
        SOURCE,
        "live",
        null,
        loss.fromTs(),
        Map.of("metric", metric, "reason", reason),
        numbers);
  }
}
