package io.esnode.spool;

import io.esnode.bundle.NvmlSession;
import io.esnode.json.Json;
import io.esnode.metric.Table;
import io.esnode.seal.EpochSeal;
import io.esnode.source.Moment;
import io.esnode.source.Sampled;
import io.esnode.source.Source;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes a spool. The sampler thread calls {@link #tick}, any thread {@link #row}, {@link #session} and {@link #lane}; a
 * thread of its own does {@code write} and {@code fdatasync}, so a slow disk never delays a sample. A full queue drops a
 * tick and says so in a gap row.
 *
 * <p>A tick is complete when {@code write} returned. When the disk refuses a frame, the segment is cut back to the last
 * whole frame, the recorder goes on with the next keyframe, and a gap row says what was lost and why. When it refuses
 * {@code fdatasync}, nothing is lost yet: a gap row says what a power loss could have taken.
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
   * @param waits whether a full queue makes the maker wait: right where ticks are made, not sampled, and none may be lost
   */
  public record Options(
      long segmentBytes,
      Duration segmentTime,
      Duration flush,
      int keyframeEvery,
      int queue,
      boolean waits) {
    /** For a machine that does not wait for its recorder. Three lanes of 16 GPUs fit twice. */
    public static final Options DEFAULT =
        new Options(1 << 20, Duration.ofMinutes(10), Duration.ofSeconds(1), 60, 128, false);

    /** For what is simulated or imported. */
    public static final Options LOSSLESS =
        new Options(1 << 20, Duration.ofMinutes(10), Duration.ofSeconds(1), 60, 128, true);
  }

  /** Source of the rows a spool writes about itself. */
  static final String SOURCE = "esnode.spool";

  /** What a session's frame says holds for every value to come. */
  private static final long SESSION_PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();

  private static final String LIVE = "live";

  /** Sessions and gap rows that wait for the disk at most. */
  private static final int MAX_OWED = 64;

  private static final String QUEUE_FULL = "the disk was slower than the recorder: queue full";

  private final SpoolDirectory directory;
  private final Options options;
  private final BlockingQueue<Frame> free;
  private final BlockingQueue<Frame> full;
  private final AtomicInteger made = new AtomicInteger();
  /** Rows that found the queue full, by table, until a gap row says so. */
  private final Map<String, Loss> lostRows = new ConcurrentHashMap<>();

  private final TickStream host = new TickStream(null);
  private final List<SpoolLane> lanes = new CopyOnWriteArrayList<>();
  private final SegmentKeeper keeper;
  private final SealFrames seals;

  /**
   * Held while a lane makes a frame and hands it over, and while the host does so with one that starts a segment: a lane's
   * delta must not come into a segment that does not have its keyframe.
   */
  private final Object boundary = new Object();

  private final AtomicLong segmentBytes = new AtomicLong();
  private final Thread thread;
  private final long firstTs;

  // Sampler thread only.
  private long segmentStart;
  private List<RowWatch> hostWatches = List.of();

  private volatile SpoolWatch watch = SpoolWatch.NONE;

  // Writer thread only, but for the first segment, which the constructor opens.
  private final OpenSegment segment;
  private boolean dirty;
  private long lastSync;
  private boolean finished;
  private long writtenTs;
  private long durableTs;
  /** What a failed fdatasync left to the mercy of a power loss, until a gap row says so. */
  private Loss undurable = Loss.NONE;

  private boolean syncFails;
  /** What the disk refused and a reader cannot do without: sessions, and rows that say what is missing. */
  private final Deque<Frame> owed = new ArrayDeque<>();

  private String refusal = "";

  private final Standing<Frame> standing = new Standing<>();
  private long segmentTick;
  private long segmentDueTick;
  private long writtenTick = -1;
  private long segmentTs;
  private long segmentMono;
  private long writtenMono;

  /** A segment was not begun where one had to be; set by whoever finds out, taken by the thread that samples. */
  private final AtomicBoolean segmentOwed = new AtomicBoolean();

  /** Counts the segments that the host's ticks began; a lane that lags behind owes a keyframe. */
  private final AtomicInteger segmentsBegun = new AtomicInteger();

  /** Nothing was taken for as long as somebody was patient: nobody waits again before something is. */
  private volatile boolean stuck;

  private volatile boolean ended;

  private volatile long writtenBytes;

  private volatile long syncNanos;

  private SpoolWriter(
      Disk disk,
      SpoolDirectory directory,
      SpoolHeader header,
      Options options,
      SegmentKeeper keeper,
      SpoolSeals seals)
      throws IOException {
    this.directory = directory;
    this.options = options;
    this.keeper = keeper;
    this.seals = new SealFrames(seals);
    this.free = new ArrayBlockingQueue<>(options.queue());
    this.full = new ArrayBlockingQueue<>(options.queue());
    this.segmentStart = header.startMono();
    this.firstTs = header.startTs();
    this.writtenTs = header.startTs();
    this.durableTs = header.startTs();
    this.segmentTs = header.startTs();
    this.segmentMono = header.startMono();
    this.writtenMono = header.startMono();
    this.segment = new OpenSegment(disk, directory, header);
    this.writtenBytes = segment.bytes();
    this.syncNanos = segment.syncNanos();
    this.thread = new Thread(this::run, "spool-writer");
    this.thread.setDaemon(true);
  }

  /** Opens the first segment and starts the writer thread; the directory is closed with the writer. */
  public static SpoolWriter open(SpoolDirectory directory, SpoolHeader header, Options options)
      throws IOException {
    return open(directory, header, options, SegmentKeeper.NONE);
  }

  /**
   * The same.
   *
   * @param keeper decides where segments end, besides the options
   */
  public static SpoolWriter open(
      SpoolDirectory directory, SpoolHeader header, Options options, SegmentKeeper keeper)
      throws IOException {
    return open(directory, header, options, keeper, SpoolSeals.NONE);
  }

  /**
   * The same.
   *
   * @param seals vouches for what is written
   */
  public static SpoolWriter open(
      SpoolDirectory directory,
      SpoolHeader header,
      Options options,
      SegmentKeeper keeper,
      SpoolSeals seals)
      throws IOException {
    return open(Disk.REAL, directory, header, options, keeper, seals);
  }

  static SpoolWriter open(Disk disk, SpoolDirectory directory, SpoolHeader header, Options options)
      throws IOException {
    return open(disk, directory, header, options, SegmentKeeper.NONE, SpoolSeals.NONE);
  }

  static SpoolWriter open(
      Disk disk,
      SpoolDirectory directory,
      SpoolHeader header,
      Options options,
      SegmentKeeper keeper,
      SpoolSeals seals)
      throws IOException {
    SpoolWriter writer = new SpoolWriter(disk, directory, header, options, keeper, seals);
    writer.thread.start();
    return writer;
  }

  /** Lets somebody look at what is handed over. Called once, before there are ticks and lanes. */
  public void watch(SpoolWatch watching) {
    watch = watching;
  }

  /** What is in effect from now on; stands in the segments to come. Any thread. */
  public void configured(Map<String, String> effective) {
    segment.config(effective);
  }

  /**
   * Hands one tick of the host over. Does not block, unless the options say that it waits.
   *
   * @return false if the queue was full and the tick was dropped
   */
  public boolean tick(long tick, Moment moment, List<Source> sources) {
    if (!lostRows.isEmpty()) {
      tellLostRows(moment.monoNanos());
    }
    boolean due = keeper.beginsAt(tick);
    boolean owed = segmentOwed.getAndSet(false);
    boolean startsSegment = due
        || owed
        || segmentBytes.get() > options.segmentBytes()
        || moment.monoNanos() - segmentStart > options.segmentTime().toNanos();
    boolean taken = tick(
        host,
        tick,
        moment.tsMicros(),
        moment.monoNanos(),
        moment.widthNanos(),
        sources,
        startsSegment);
    if (taken && startsSegment) {
      segmentStart = moment.monoNanos();
    } else if (startsSegment) {
      segmentOwed.set(true);
    }
    look(tick, moment, sources);
    return taken;
  }

  private void look(long tick, Moment moment, List<Source> sources) {
    if (hostWatches.isEmpty()) {
      SpoolWatch watching = watch;
      hostWatches =
          sources.stream().map(source -> watching.rows(source.table(), LIVE)).toList();
    }
    for (int i = 0; i < sources.size(); i++) {
      hostWatches
          .get(i)
          .rows(tick, moment.tsMicros(), moment.monoNanos(), sources.get(i).rows());
    }
  }

  /**
   * Opens a lane. Any thread; the lane itself belongs to one at a time.
   *
   * @param table the one table of its rows
   * @param entity the GPU
   * @param source stands in the bundle's {@code source} column, e.g. {@code nvml}
   * @param origin of every row: {@code live} or {@code simulated}; that of {@link LaneName#burst} for what belongs to no tick,
   *     which nobody watches
   */
  public SpoolLane lane(Table table, String entity, String source, String origin) {
    synchronized (lanes) {
      LaneName name = new LaneName(lanes.size(), table.name(), entity, origin);
      SpoolLane lane = new SpoolLane(
          this, name, source, name.isBurst() ? RowWatch.NONE : watch.rows(table, origin));
      lanes.add(lane);
      return lane;
    }
  }

  /** For {@link SpoolLane}. */
  boolean lane(TickStream stream, long tick, long tsMicros, long monoNanos, List<SpoolLane> from) {
    return tick(stream, tick, tsMicros, monoNanos, 0, from, false);
  }

  private boolean tick(
      TickStream stream,
      long tick,
      long tsMicros,
      long monoNanos,
      long widthNanos,
      List<? extends Sampled> from,
      boolean startsSegment) {
    if (stream.dropped.count() > 0 && offer(stream.gap(stream.dropped), monoNanos, 0)) {
      stream.dropped = Loss.NONE;
    }
    Frame frame = take(0);
    if (frame == null || stream.dropped.count() > 0) {
      if (frame != null) {
        free.offer(frame);
      }
      drop(stream, tsMicros);
      return false;
    }
    if (stream.isHost() && !startsSegment) {
      return encode(stream, frame, tick, tsMicros, monoNanos, widthNanos, from, false);
    }
    synchronized (boundary) {
      boolean taken =
          encode(stream, frame, tick, tsMicros, monoNanos, widthNanos, from, startsSegment);
      if (taken && startsSegment) {
        segmentBytes.set(0);
        stream.segment = segmentsBegun.incrementAndGet();
      }
      return taken;
    }
  }

  private boolean encode(
      TickStream stream,
      Frame frame,
      long tick,
      long tsMicros,
      long monoNanos,
      long widthNanos,
      List<? extends Sampled> from,
      boolean startsSegment) {
    int segmentNow = segmentsBegun.get();
    TickEncoder encoder = stream.encoder;
    if (stream.keyframeWanted
        || stream.segment != segmentNow
        || encoder.framesSinceKeyframe() + 1 >= options.keyframeEvery()) {
      stream.keyframeWanted = false;
      encoder.needKeyframe();
    }
    encoder.encode(frame, tick, tsMicros, monoNanos, widthNanos, from, startsSegment);
    stream.segment = segmentNow;
    frame.holds(stream, tick, tsMicros);
    segmentBytes.addAndGet(frame.size());
    if (!enqueue(frame)) {
      drop(stream, tsMicros);
      return false;
    }
    return true;
  }

  /** Frames that wait for the disk. Any thread. */
  public int queued() {
    return full.size();
  }

  /** Written so far, headers of segments included. Any thread. */
  public long writtenBytes() {
    return writtenBytes;
  }

  /** How long the last {@code fdatasync} took, or the {@code fsync} of a new segment, ns. Any thread. */
  public long syncNanos() {
    return syncNanos;
  }

  private static void drop(TickStream stream, long tsMicros) {
    stream.dropped = stream.dropped.plus(tsMicros, QUEUE_FULL);
    stream.encoder.skip();
  }

  /**
   * Hands one row with text columns over. Any thread; does not block, unless the options say that it waits. What comes after
   * the end is of no recording, and nothing says that it is missing.
   *
   * @return false if the queue was full, and a gap row says so later; or after the end
   */
  public boolean row(TextRow row, long monoNanos) {
    return row(row, monoNanos, Duration.ZERO);
  }

  /**
   * The same for a thread that has time: one that brings many rows at once.
   *
   * @param patience how long to wait for room in the queue at most; not at all where the last one who did waited in vain
   */
  public boolean row(TextRow row, long monoNanos, Duration patience) {
    boolean over = ended;
    boolean taken = offer(row, monoNanos, patience.toNanos());
    if (!taken && !over) {
      lostRows.merge(row.table(), Loss.NONE.plus(time(row), QUEUE_FULL), Loss::plus);
    }
    if (row.table().equals("event")) {
      watch.event(row, monoNanos);
    }
    return taken;
  }

  /**
   * Says that NVML was initialised, or refused. Any thread; waits a little for room in the queue.
   *
   * @return false if the queue was full
   */
  public boolean session(NvmlSession session, long monoNanos) {
    Frame frame = take(SESSION_PATIENCE_NANOS);
    if (frame == null) {
      return false;
    }
    frame.begin(Frame.SESSION, false);
    frame.putBytes(session.toJson().canonical().getBytes(StandardCharsets.UTF_8));
    frame.finish(monoNanos);
    frame.holds(session);
    return enqueue(frame);
  }

  private void tellLostRows(long monoNanos) {
    for (String table : List.copyOf(lostRows.keySet())) {
      Loss lost = lostRows.remove(table);
      if (lost != null && !offer(lost.ofRows(table), monoNanos, 0)) {
        lostRows.merge(table, lost, (later, earlier) -> earlier.plus(later));
      }
    }
  }

  private boolean offer(TextRow row, long monoNanos, long patienceNanos) {
    Frame frame = take(patienceNanos);
    return frame != null && enqueue(row(row, frame, monoNanos));
  }

  private long time(TextRow row) {
    Long ts = row.tsMicros();
    return ts == null ? firstTs : ts;
  }

  private Frame row(TextRow row, Frame frame, long monoNanos) {
    frame.begin(Frame.ROW, false);
    frame.putBytes(row.toJson().canonical().getBytes(StandardCharsets.UTF_8));
    frame.finish(monoNanos);
    frame.holds(row, time(row));
    return frame;
  }

  /** The end takes places in the queue that are not its own, so that there may be none. */
  private boolean enqueue(Frame frame) {
    if (full.offer(frame)) {
      return true;
    }
    free.offer(frame);
    return false;
  }

  /** A free frame; the pool grows up to the length of the queue. */
  private @Nullable Frame take(long patienceNanos) {
    Frame frame = ended ? null : free.poll();
    if (frame != null || ended) {
      stuck = false;
      return frame;
    }
    if (made.incrementAndGet() <= options.queue()) {
      return new Frame();
    }
    made.decrementAndGet();
    try {
      if (!options.waits()) {
        return patienceNanos == 0 || stuck ? null : patiently(patienceNanos);
      }
      while (frame == null && thread.isAlive()) {
        frame = free.poll(100, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return frame;
  }

  private @Nullable Frame patiently(long nanos) throws InterruptedException {
    Frame frame = free.poll(nanos, TimeUnit.NANOSECONDS);
    stuck = frame == null;
    return frame;
  }

  /**
   * Ends the recording: writes the end frame and waits until everything is durable.
   *
   * @throws IOException if the last frames could not be written
   */
  public void end(String reason, long monoNanos) throws IOException {
    ended = true;
    Frame frame = new Frame().begin(Frame.END, false);
    frame.putBytes(
        Json.object().put("reason", reason).build().canonical().getBytes(StandardCharsets.UTF_8));
    frame.finish(monoNanos);
    try {
      for (String table : List.copyOf(lostRows.keySet())) {
        Loss lost = lostRows.remove(table);
        if (lost != null) {
          hand(row(lost.ofRows(table), new Frame(), monoNanos));
        }
      }
      for (TickStream stream : streams()) {
        if (stream.dropped.count() > 0) {
          hand(row(stream.gap(stream.dropped), new Frame(), monoNanos));
        }
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
    requireAllWritten();
  }

  private void requireAllWritten() throws SpoolException {
    for (TickStream stream : streams()) {
      Loss unwritten = stream.unwritten;
      if (unwritten.count() > 0) {
        throw lost("the last %d ticks".formatted(unwritten.count()), unwritten.reason());
      }
    }
    for (Map.Entry<String, Loss> rows : lostRows.entrySet()) {
      throw lost(
          "the last %d rows of %s".formatted(rows.getValue().count(), rows.getKey()),
          rows.getValue().reason());
    }
    if (!owed.isEmpty()) {
      throw lost("the last %d gap rows and sessions".formatted(owed.size()), refusal);
    }
    if (seals.owes()) {
      throw lost("the last seal", refusal);
    }
    if (undurable.count() > 0) {
      throw new SpoolException(
          "%s: fdatasync failed: %s; until it is sealed a power loss may take what was written last; seal it with: esnode recover %s"
              .formatted(directory.path(), undurable.reason(), directory.path()));
    }
  }

  private SpoolException lost(String what, String reason) {
    return new SpoolException(
        "%s: %s could not be written: %s; seal what is there with: esnode recover %s"
            .formatted(directory.path(), what, reason, directory.path()));
  }

  private List<TickStream> streams() {
    List<TickStream> streams = new ArrayList<>(List.of(host));
    for (SpoolLane lane : lanes) {
      streams.add(lane.stream());
    }
    return streams;
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
        if (seals.due()) {
          seal(EpochSeal.Reason.INTERVAL);
        }
        if (dirty && (frame == null || System.nanoTime() - lastSync >= flushNanos)) {
          sync();
        }
      }
      sync();
      keeper.closed(closed(-1, writtenTs, writtenMono));
      finished = true;
    } catch (InterruptedException e) {
      // close() without end(): what was written stays, as after a crash.
      Thread.currentThread().interrupt();
    } finally {
      closeQuietly();
    }
  }

  private void store(Frame frame) {
    TickStream stream = frame.stream();
    if (stream != null && stream.unwritten.count() > 0 && frame.isDelta()) {
      stream.unwritten = stream.unwritten.plus(frame.tsMicros(), stream.unwritten.reason());
      stream.keyframeWanted = true;
      return;
    }
    IOException failure = attempt(frame, stream);
    if (failure != null && keeper.makeRoom(failure)) {
      failure = attempt(frame, stream);
    }
    if (failure != null) {
      refused(frame, "the spool could not be written: " + failure.getMessage());
    }
  }

  /** Null where it was written. */
  private @Nullable IOException attempt(Frame frame, @Nullable TickStream stream) {
    if (frame.startsSegment()) {
      nextSegment(frame);
    }
    try {
      tellOwed();
      // The end, too, is only written after what is missing: without it a reader knows that the end
      // is torn.
      if (frame.type() == Frame.END) {
        sync();
        for (TickStream each : streams()) {
          tellLoss(each, frame.monoNanos());
        }
        tellUndurable(frame.monoNanos());
        seal(EpochSeal.Reason.END);
      } else if (stream != null) {
        tellLoss(stream, frame.monoNanos());
        tellUndurable(frame.monoNanos());
      }
      write(frame);
      if (stream != null && stream.isHost()) {
        writtenTs = frame.tsMicros();
        writtenMono = frame.monoNanos();
        writtenTick = frame.tick();
      }
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private void refused(Frame frame, String reason) {
    TickStream stream = frame.stream();
    TextRow row = frame.row();
    refusal = reason;
    if (frame.startsSegment()) {
      owe();
    }
    if (stream != null) {
      stream.unwritten = stream.unwritten.plus(frame.tsMicros(), reason);
      stream.keyframeWanted = true;
      return;
    }
    boolean session = frame.type() == Frame.SESSION;
    boolean gap = row != null && row.table().equals("gap");
    if ((session || gap) && owed.size() < MAX_OWED) {
      owed.add(frame.copy());
    } else if (session || row != null) {
      lostRows.merge(
          row == null ? "session" : row.table(),
          Loss.NONE.plus(session ? writtenTs : frame.tsMicros(), reason),
          Loss::plus);
    }
  }

  /** Where no new segment can be made, its first frame goes to the old one. */
  private void nextSegment(Frame first) {
    seal(EpochSeal.Reason.SEGMENT);
    sync();
    ClosedSegment closed = closed(first.tick(), first.tsMicros(), first.monoNanos());
    IOException failure = begin();
    if (failure != null && keeper.makeRoom(failure)) {
      failure = begin();
    }
    if (failure != null) {
      owe();
      return;
    }
    first.segmentStarted();
    segmentTick = first.tick();
    segmentDueTick = writtenTick + 1;
    segmentTs = first.tsMicros();
    segmentMono = first.monoNanos();
    keeper.closed(closed);
  }

  /** What the disk refuses stands behind the next frame that it takes. */
  private void seal(EpochSeal.Reason reason) {
    try {
      boolean owed = seals.owes();
      Frame frame = seals.next(reason, segment);
      if (frame != null) {
        write(frame);
        seals.written();
        if (owed && reason != EpochSeal.Reason.INTERVAL) {
          seal(reason);
        }
      }
    } catch (IOException e) {
      refusal = "the spool could not be written: " + e.getMessage();
    }
  }

  /**
   * Nothing is lost by a segment that could not begin. Where somebody waits for it, the next tick tries again, else the one
   * that comes when this segment has grown by another segment's length.
   */
  private void owe() {
    if (!keeper.equals(SegmentKeeper.NONE)) {
      segmentOwed.set(true);
    }
  }

  /** Null where there is a new segment. */
  private @Nullable IOException begin() {
    try {
      segment.next(standing.all());
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private void tellOwed() throws IOException {
    while (!owed.isEmpty()) {
      write(owed.element());
      owed.remove();
    }
  }

  private void tellUndurable(long monoNanos) throws IOException {
    if (undurable.count() > 0 && !syncFails) {
      write(row(undurable.ofDurability(), new Frame(), monoNanos));
      undurable = Loss.NONE;
    }
  }

  private ClosedSegment closed(long nextTick, long toTs, long toMono) {
    return new ClosedSegment(
        segment.header().segment(),
        segmentTick,
        segmentDueTick,
        segmentTs,
        toTs,
        segmentMono,
        toMono,
        segment.size(),
        segment.sha256(),
        segment.header().previousSha256(),
        nextTick);
  }

  private void tellLoss(TickStream stream, long monoNanos) throws IOException {
    if (stream.unwritten.count() > 0) {
      write(row(stream.gap(stream.unwritten), new Frame(), monoNanos));
      stream.unwritten = Loss.NONE;
    }
  }

  private void write(Frame frame) throws IOException {
    segment.write(frame);
    writtenBytes = segment.bytes();
    dirty = true;
    TextRow row = frame.row();
    NvmlSession session = frame.session();
    if (row != null && row.table().equals("gap")) {
      standing.heard(row, frame.repeated());
    } else if (session != null) {
      standing.heard(session, frame.repeated());
    }
  }

  private void sync() {
    syncFails = false;
    try {
      segment.force();
      dirty = false;
      durableTs = writtenTs;
      syncNanos = segment.syncNanos();
      seals.durable();
    } catch (IOException e) {
      syncFails = true;
      undurable = new Loss(
          1,
          undurable.count() == 0 ? durableTs : undurable.fromTs(),
          writtenTs,
          String.valueOf(e.getMessage()));
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
}
