package io.esnode.recorder;

import io.esnode.source.Clock;
import io.esnode.spool.ClosedSegment;
import io.esnode.spool.Cut;
import io.esnode.spool.SegmentKeeper;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.StreamState;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes several bundles of one recording: one after the other by rotation, or of the last minutes of a ring when somebody
 * asks. The thread that samples asks where segments begin, the thread that writes says which have ended and deletes what is
 * too old, and a thread of its own seals, one part at a time and in order, so that each bundle knows the one before.
 */
public final class Continuous implements SegmentKeeper, AutoCloseable {
  /** What a full disk takes from the ring at a time. */
  private static final long RELIEF_BYTES = 256 << 10;

  private static final long NO_ROOM_BYTES = 1 << 20;

  private final Policy policy;
  private final SpoolDirectory spool;
  private final SpoolHeader header;
  private final Path bundles;
  private final Clock clock;
  private final BundleSealer sealer;
  private final Consumer<String> talk;
  private final Thread thread;

  // All of it guarded by this.
  private StreamState state;
  private final Deque<Job> jobs = new ArrayDeque<>();
  private final Deque<ClosedSegment> segments = new ArrayDeque<>();
  private final List<Freeze> freezes = new ArrayList<>();
  private long bytes;
  private long period;
  private @Nullable ClosedSegment firstOfPart;
  private @Nullable SpoolWriter writer;
  /** Counts the parts that were planned; {@code failedAt} is how many there were when one could not be sealed. */
  private long planned;

  private long failedAt = -1;
  private boolean closing;

  /**
   * What makes bundles, and what goes.
   *
   * @param rotateNanos a bundle every so often from the start of the recording on; 0 for a ring
   * @param keepNanos of a ring: a segment that ended so long ago goes
   * @param maxBytes of a ring: beyond that the oldest go
   */
  public record Policy(long rotateNanos, long keepNanos, long maxBytes) {
    public static Policy rotation(Duration every) {
      return new Policy(every.toNanos(), 0, Long.MAX_VALUE);
    }

    public static Policy ring(Duration keep, long maxBytes) {
      return new Policy(0, keep.toNanos(), maxBytes);
    }

    boolean isRing() {
      return rotateNanos == 0;
    }

    /** For the writer: a ring forgets in small steps. */
    public SpoolWriter.Options options(SpoolWriter.Options usual) {
      if (!isRing()) {
        return usual;
      }
      Duration step = Duration.ofNanos(Math.min(Duration.ofMinutes(1).toNanos(), keepNanos / 10));
      return new SpoolWriter.Options(
          Math.min(usual.segmentBytes(), maxBytes / 16),
          step.compareTo(usual.segmentTime()) < 0 ? step : usual.segmentTime(),
          usual.flush(),
          usual.keyframeEvery(),
          usual.queue(),
          usual.waits());
    }
  }

  /** A part that is to be sealed. */
  private record Job(
      StreamState.Part part,
      Path bundle,
      long fromTs,
      long toTs,
      CompletableFuture<Frozen> answer) {}

  /** A part that is asked for and has not ended yet; what it wants from the ring stays. */
  private static final class Freeze {
    private final long fromMono;
    private final long untilMono;
    private final String selection;
    private final @Nullable Path bundle;
    private final CompletableFuture<Frozen> answer = new CompletableFuture<>();
    private long cutTick = -1;

    Freeze(long fromMono, long untilMono, String selection, @Nullable Path bundle) {
      this.fromMono = fromMono;
      this.untilMono = untilMono;
      this.selection = selection;
      this.bundle = bundle;
    }
  }

  private Continuous(
      Policy policy,
      SpoolDirectory spool,
      SpoolHeader header,
      String name,
      Path bundles,
      Clock clock,
      BundleSealer sealer,
      Consumer<String> talk) {
    this.policy = policy;
    this.spool = spool;
    this.header = header;
    this.bundles = bundles;
    this.clock = clock;
    this.sealer = sealer;
    this.talk = talk;
    this.state =
        StreamState.begin(policy.isRing() ? StreamState.Mode.RING : StreamState.Mode.ROTATE, name);
    this.thread = new Thread(null, this::run, "bundle-sealer", 256 << 10);
    this.thread.setDaemon(true);
  }

  /**
   * Begins; the spool says from now on that it becomes several bundles.
   *
   * @param name the bundles are {@code NAME-000000.parquet}, {@code NAME-000001.parquet}, …
   * @param bundles where they go
   * @param talk takes a line for the user
   */
  public static Continuous start(
      Policy policy,
      SpoolDirectory spool,
      SpoolHeader header,
      String name,
      Path bundles,
      Clock clock,
      BundleSealer sealer,
      Consumer<String> talk)
      throws IOException {
    Continuous continuous =
        new Continuous(policy, spool, header, name, bundles, clock, sealer, talk);
    continuous.state.write(spool.path());
    continuous.thread.start();
    return continuous;
  }

  /** The writer whose segments these are; once. */
  public synchronized void writes(SpoolWriter spoolWriter) {
    writer = spoolWriter;
  }

  /**
   * Makes a bundle of what lies around this moment; the recording goes on. Any thread; returns at once. What is wanted is not
   * deleted from here on.
   *
   * @param before so much of what was recorded, as far as it is still there
   * @param after so much of what is to come, which is waited for
   * @param selection {@code trigger} or {@code manual}
   * @param bundle where to; null for the next name of the stream, beside the others
   * @return the bundle once it is sealed; fails with an {@link IOException} where it could not be, and is tried again later
   */
  public synchronized CompletableFuture<Frozen> freeze(
      Duration before, Duration after, String selection, @Nullable Path bundle) {
    long now = clock.now().monoNanos();
    Freeze freeze = new Freeze(
        now - before.toNanos(),
        now + after.toNanos(),
        selection,
        bundle == null ? null : bundle.toAbsolutePath().normalize());
    if (closing || !policy.isRing()) {
      freeze.answer.completeExceptionally(new IOException(
          closing ? "the recording ends" : "this recording rotates; its bundles hold everything"));
    } else {
      freezes.add(freeze);
    }
    return freeze.answer;
  }

  @Override
  public synchronized boolean beginsAt(long tick) {
    boolean begins = false;
    if (policy.rotateNanos() > 0) {
      long now = tick * header.intervalNanos() / policy.rotateNanos();
      begins = now > period;
      period = now;
    }
    long due = header.startMono() + tick * header.intervalNanos();
    for (int i = 0; i < freezes.size(); i++) {
      Freeze freeze = freezes.get(i);
      if (freeze.cutTick < 0 && freeze.untilMono < due) {
        freeze.cutTick = tick;
        begins = true;
      }
    }
    return begins;
  }

  @Override
  public void closed(ClosedSegment segment) {
    List<ClosedSegment> old;
    synchronized (this) {
      segments.add(segment);
      bytes += segment.bytes();
      if (policy.isRing()) {
        endFreezes(segment);
      } else {
        rotate(segment);
      }
      old = expired(segment);
      notifyAll();
    }
    discard(old);
  }

  private void rotate(ClosedSegment segment) {
    ClosedSegment first = firstOfPart == null ? segment : firstOfPart;
    firstOfPart = first;
    if (segment.nextTick() >= 0 && periodOf(segment.nextTick()) > periodOf(first.firstTick())) {
      plan(first, segment, "continuous", null, new CompletableFuture<>());
      firstOfPart = null;
    }
  }

  private long periodOf(long tick) {
    return tick * header.intervalNanos() / policy.rotateNanos();
  }

  private void endFreezes(ClosedSegment segment) {
    boolean over = segment.nextTick() < 0;
    for (Iterator<Freeze> each = freezes.iterator(); each.hasNext(); ) {
      Freeze freeze = each.next();
      if (over || (freeze.cutTick >= 0 && freeze.cutTick <= segment.nextTick())) {
        plan(firstFrom(freeze.fromMono), segment, freeze.selection, freeze.bundle, freeze.answer);
        each.remove();
      }
    }
  }

  /** The oldest segment that a part since then begins with: none is missing between it and the newest. */
  private ClosedSegment firstFrom(long mono) {
    ClosedSegment first = segments.getLast();
    for (Iterator<ClosedSegment> back = segments.descendingIterator(); back.hasNext(); ) {
      ClosedSegment each = back.next();
      if (each.toMono() < mono || first.number() - each.number() > 1) {
        break;
      }
      first = each;
    }
    return first;
  }

  private void plan(
      ClosedSegment first,
      ClosedSegment last,
      String selection,
      @Nullable Path bundle,
      CompletableFuture<Frozen> answer) {
    Path own = bundles.resolve(state.nextName());
    Path to = bundle == null ? own : bundle;
    StreamState.Part part = new StreamState.Part(
        first.number(),
        last.number(),
        first.dueTick(),
        first.previousSha256(),
        last.sha256(),
        selection,
        // After a crash it is sealed beside the others.
        String.valueOf(to.getFileName()));
    state = state.plus(part);
    jobs.add(new Job(part, to, first.fromTs(), last.toTs(), answer));
    planned++;
  }

  /** Takes what is too old, or too much, out of the ring. */
  private List<ClosedSegment> expired(ClosedSegment newest) {
    List<ClosedSegment> old = new ArrayList<>();
    if (policy.isRing()) {
      for (Iterator<ClosedSegment> each = segments.iterator(); each.hasNext(); ) {
        ClosedSegment oldest = each.next();
        boolean tooOld = newest.toMono() - oldest.toMono() > policy.keepNanos();
        if (!tooOld && bytes <= policy.maxBytes()) {
          break;
        }
        if (!isPinned(oldest)) {
          each.remove();
          bytes -= oldest.bytes();
          old.add(oldest);
        }
      }
    }
    return old;
  }

  private boolean isPinned(ClosedSegment segment) {
    for (Freeze freeze : freezes) {
      if (segment.toMono() >= freeze.fromMono) {
        return true;
      }
    }
    for (Job job : jobs) {
      if (job.part().has(segment.number())) {
        return true;
      }
    }
    return false;
  }

  private void discard(List<ClosedSegment> old) {
    for (ClosedSegment segment : old) {
      try {
        spool.discard(segment.number());
      } catch (IOException e) {
        talk.accept("segment %d of %s cannot be removed: %s"
            .formatted(segment.number(), spool.path(), e.getMessage()));
      }
    }
  }

  @Override
  public boolean makeRoom(IOException failure) {
    if (!policy.isRing() || !isFull(failure)) {
      return false;
    }
    List<ClosedSegment> given = new ArrayList<>();
    SpoolWriter rows;
    synchronized (this) {
      long freed = 0;
      for (Iterator<ClosedSegment> each = segments.iterator();
          each.hasNext() && freed < RELIEF_BYTES; ) {
        ClosedSegment oldest = each.next();
        if (!isPinned(oldest)) {
          each.remove();
          bytes -= oldest.bytes();
          freed += oldest.bytes();
          given.add(oldest);
        }
      }
      rows = writer;
    }
    discard(given);
    if (given.isEmpty()) {
      return false;
    }
    if (rows != null) {
      rows.row(shrunk(given), clock.now().monoNanos());
    }
    return true;
  }

  private boolean isFull(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.contains("No space left on device") || message.contains("Disk quota exceeded")) {
      return true;
    }
    try {
      return Files.getFileStore(spool.path()).getUsableSpace() < NO_ROOM_BYTES;
    } catch (IOException e) {
      return false;
    }
  }

  private static TextRow shrunk(List<ClosedSegment> given) {
    long fromTs = given.get(0).fromTs();
    return new TextRow(
        "gap",
        "node",
        Recorder.SOURCE,
        "live",
        null,
        fromTs,
        Map.of(
            "metric",
            "ring",
            "reason",
            "the disk was full: the %d oldest segments of the ring were deleted before their time"
                .formatted(given.size())),
        Map.of("from_ts", fromTs, "to_ts", given.get(given.size() - 1).toTs()));
  }

  private void run() {
    try {
      for (Job job = next(); job != null; job = next()) {
        long known = plannedSoFar();
        try {
          seal(job);
        } catch (EmptySpoolException e) {
          talk.accept(e.getMessage() + "; the recording goes on");
          skip();
          job.answer().completeExceptionally(e);
        } catch (IOException e) {
          talk.accept("%s is not sealed yet, and tried again with the next one: %s"
              .formatted(job.bundle(), e.getMessage()));
          giveUpForNow(known, e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Null where there is nothing left to do. */
  private synchronized @Nullable Job next() throws InterruptedException {
    while (!closing && (jobs.isEmpty() || failedAt == planned)) {
      wait();
    }
    return failedAt == planned ? null : jobs.peek();
  }

  private synchronized long plannedSoFar() {
    return planned;
  }

  /** Whoever waits is told: those behind it come after it. */
  private synchronized void giveUpForNow(long known, IOException why) {
    failedAt = known;
    for (Job job : jobs) {
      job.answer().completeExceptionally(why);
    }
  }

  private void seal(Job job) throws IOException {
    persist();
    StreamState now;
    synchronized (this) {
      now = state;
    }
    Path cut = Cut.make(spool.path(), now.order(header), job.bundle());
    String sha256 = sealer.seal(cut, job.bundle());
    synchronized (this) {
      state = state.sealed(sha256);
      jobs.remove();
    }
    persist();
    if (!policy.isRing()) {
      for (long n = job.part().firstSegment(); n <= job.part().lastSegment(); n++) {
        spool.discard(n);
      }
      forget(job.part());
    }
    job.answer().complete(new Frozen(job.bundle(), sha256, job.fromTs(), job.toTs()));
  }

  private synchronized void forget(StreamState.Part part) {
    segments.removeIf(segment -> part.has(segment.number()));
  }

  private synchronized void skip() {
    state = state.skipped();
    jobs.remove();
  }

  private void persist() throws IOException {
    StreamState now;
    synchronized (this) {
      now = state;
    }
    now.write(spool.path());
  }

  /** Seals what is pending, and ends; what comes after the last boundary is left for {@link Leftover}. */
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      for (Freeze freeze : freezes) {
        freeze.answer.completeExceptionally(new IOException("the recording ended"));
      }
      freezes.clear();
      notifyAll();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
