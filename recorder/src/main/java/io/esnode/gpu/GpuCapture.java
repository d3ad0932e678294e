package io.esnode.gpu;

import io.esnode.child.ListenedProcess;
import io.esnode.source.CaptureProcessSource;
import io.esnode.source.Clock;
import io.esnode.source.Failure;
import io.esnode.source.Moment;
import io.esnode.spool.OpenGaps;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import io.esnode.wire.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a capture process running: replaces one that died, ends one that fell silent, lets the devices go when asked, and
 * writes down every such thing. Nothing here waits for a process that cannot be killed, and no second one is started while
 * such a one is there. A thread of its own decides; the public methods come from any.
 */
public final class GpuCapture implements AutoCloseable {
  /** The metric that is missing while nothing is captured. */
  private static final String METRIC = "gpu";

  private static final String NODE = "node";
  /** The key of a hold on all GPUs. */
  private static final String ALL = "";

  private static final Duration DRAIN = Duration.ofMillis(300);
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
  private static final Duration FOREVER = Duration.ofDays(1);

  /** A process that lived so long was well: the one after it is not made to wait. */
  private static final Duration WELL = Duration.ofMinutes(1);

  private final CaptureLauncher launcher;
  private final Clock clock;
  private final SpoolWriter spool;
  private final GpuIntake intake;
  private final CaptureProcessSource cost;
  private final CaptureTiming timing;
  private final Thread supervisor;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

  /** Guards intake and gaps, which the supervisor and the reading thread share. */
  private final Object spooling = new Object();

  private final OpenGaps gaps;
  private final Map<String, Failure> releasedGaps = new TreeMap<>();
  private @Nullable Failure down;
  /** Whose messages count. */
  private @Nullable CaptureChild current;

  private Set<String> known = Set.of();

  // Supervisor only.
  private @Nullable CaptureChild child;
  private @Nullable CaptureChild unreaped;
  /** Until when, {@link System#nanoTime}, by UUID or {@link #ALL}. */
  private final Map<String, Long> holds = new TreeMap<>();

  private long notBefore = System.nanoTime();
  private Duration backOff;
  /** How far samples are apart, once somebody has said so; else 0. */
  private long paceNanos;

  private boolean givenUp;
  private boolean closed;

  private sealed interface Event {}

  private record Ended(ListenedProcess child) implements Event {}

  private record Close() implements Event {}

  private record Paced(long nanos) implements Event {}

  /** @param uuid of one GPU, or {@link #ALL} */
  private record Release(
      String uuid, Duration hold, String why, long askedNanos, CompletableFuture<Released> answer)
      implements Event {}

  /** @param uuid of one GPU, or {@link #ALL} */
  private record Attach(String uuid, long askedNanos, CompletableFuture<Released> answer)
      implements Event {}

  /**
   * A capture about to start.
   *
   * @param intake takes what the processes say; nobody else uses it meanwhile
   * @param cost follows the process that runs
   */
  public GpuCapture(
      CaptureLauncher launcher,
      Clock clock,
      SpoolWriter spool,
      GpuIntake intake,
      CaptureProcessSource cost,
      CaptureTiming timing) {
    this.launcher = launcher;
    this.clock = clock;
    this.spool = spool;
    this.intake = intake;
    this.cost = cost;
    this.timing = timing;
    this.backOff = timing.firstBackOff();
    this.gaps = new OpenGaps(spool, GpuIntake.SOURCE, GpuIntake.PATIENCE);
    this.supervisor = new Thread(this::run, "gpu-capture");
    supervisor.setDaemon(true);
  }

  /** Starts the first process. */
  public void start() {
    supervisor.start();
  }

  /**
   * Closes every device the capture holds open, and keeps it so for a while. With one GPU, the others are captured again at
   * once.
   *
   * @param uuid of the GPU, null for all
   * @param hold how long at most
   * @param why stands in the gap row
   */
  public Released release(@Nullable String uuid, Duration hold, String why) {
    CompletableFuture<Released> answer = new CompletableFuture<>();
    events.add(new Release(uuid == null ? ALL : uuid, hold, why, System.nanoTime(), answer));
    return await(answer);
  }

  /** Ends a release before its time. */
  public Released attach(@Nullable String uuid) {
    CompletableFuture<Released> answer = new CompletableFuture<>();
    events.add(new Attach(uuid == null ? ALL : uuid, System.nanoTime(), answer));
    return await(answer);
  }

  /** From now on GPUs are asked so often, whichever process does it. Any thread; returns at once. */
  public void pace(long nanos) {
    events.add(new Paced(nanos));
  }

  /** Entities of the GPUs that were introduced, in order. */
  public Set<String> gpus() {
    synchronized (spooling) {
      return known;
    }
  }

  /** Ends the process, if it can be ended, and returns within a few seconds in any case. */
  @Override
  public void close() {
    events.add(new Close());
    try {
      supervisor.join(
          timing.release().plus(timing.kill()).plus(DRAIN.multipliedBy(2)).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Released await(CompletableFuture<Released> answer) {
    Duration most = timing.quit().plus(timing.kill()).multipliedBy(2).plus(LOOK_AGAIN);
    try {
      return answer.get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The supervisor is busy ending a process, or over.
    }
    return new Released(
        false, 0, most.toNanos(), "the recorder did not get to it; it may be ending");
  }

  private void run() {
    try {
      while (!closed) {
        endHoldsThatAreOver();
        if (child == null && mayStart()) {
          startChild();
        }
        Event event = events.poll(patience().toNanos(), TimeUnit.NANOSECONDS);
        if (event != null) {
          handle(event);
        } else {
          endIfSilent();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      cost.follow(0);
    }
  }

  private void handle(Event event) throws InterruptedException {
    if (event instanceof Ended ended) {
      CaptureChild running = child;
      if (running != null && running.equals(ended.child())) {
        died(running);
      }
    } else if (event instanceof Release release) {
      release(release);
    } else if (event instanceof Attach attach) {
      attach(attach);
    } else if (event instanceof Paced paced) {
      paceNanos = paced.nanos();
      tellPace();
    } else {
      closeNow();
    }
  }

  private boolean mayStart() {
    CaptureChild left = unreaped;
    if (left != null && !left.isAlive()) {
      audit("capture.reaped", "success", "process %d is gone at last".formatted(left.pid()));
      unreaped = null;
    }
    return !givenUp
        && unreaped == null
        && !holds.containsKey(ALL)
        && System.nanoTime() - notBefore >= 0;
  }

  private Duration patience() {
    long now = System.nanoTime();
    Duration least = unreaped == null ? FOREVER : LOOK_AGAIN;
    CaptureChild running = child;
    if (running != null) {
      least = shorter(least, running.heardNanos() + timing.silence().toNanos() - now);
    } else if (!givenUp && !holds.containsKey(ALL) && unreaped == null) {
      least = shorter(least, notBefore - now);
    }
    for (long until : holds.values()) {
      least = shorter(least, until - now);
    }
    return least;
  }

  private static Duration shorter(Duration a, long nanos) {
    return a.toNanos() < nanos ? a : Duration.ofNanos(Math.max(nanos, 0));
  }

  private void startChild() {
    Set<String> without = new HashSet<>(holds.keySet());
    try {
      CaptureChild started = new CaptureChild(
          launcher.start(without), without, this::heard, c -> events.add(new Ended(c)));
      child = started;
      cost.follow(started.pid());
      audit(
          "capture.started",
          "success",
          "process %d%s"
              .formatted(
                  started.pid(),
                  without.isEmpty() ? "" : " without " + String.join(", ", without)));
      synchronized (spooling) {
        current = started;
      }
      started.listen();
      if (paceNanos != 0) {
        tellPace();
      }
    } catch (IOException e) {
      lost("the capture process could not be started: " + e.getMessage(), clock.now());
      later();
    }
  }

  private void tellPace() {
    CaptureChild running = child;
    if (running == null) {
      return;
    }
    String failure;
    try {
      failure = running.pace(paceNanos) ? "" : "it has said nothing since it was told last";
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    if (!failure.isEmpty()) {
      audit(
          "capture.paced",
          "failure",
          "process %d: not told to ask every %d ms: %s"
              .formatted(running.pid(), paceNanos / 1_000_000, failure));
    }
  }

  /** Reading thread. */
  private void heard(Message message) {
    synchronized (spooling) {
      CaptureChild speaking = current;
      if (speaking == null || speaking.abandoned()) {
        return;
      }
      intake.accept(message);
      if (message instanceof Message.Session session) {
        attached(speaking, session);
      } else if (message instanceof Message.Gpu) {
        known = intake.entities();
      }
    }
  }

  private void attached(CaptureChild speaking, Message.Session session) {
    Failure over = down;
    if (over != null) {
      gaps.close(over, session.tsMicros(), session.monoNanos());
      down = null;
    }
    releasedGaps.entrySet().removeIf(gap -> {
      boolean back = !speaking.without().contains(gap.getKey());
      if (back) {
        gaps.close(gap.getValue(), session.tsMicros(), session.monoNanos());
      }
      return back;
    });
  }

  private void died(CaptureChild dead) throws InterruptedException {
    String why =
        end(dead, timing.quit()) ? dead.verdict() : "the capture process closed its output";
    String goodbye = dead.goodbye();
    over(dead, goodbye == null ? why : goodbye);
    if (goodbye != null) {
      // It ended on purpose, and not on ours: there is nothing here to capture.
      givenUp = true;
    } else {
      if (System.nanoTime() - dead.startedNanos() > WELL.toNanos()) {
        backOff = timing.firstBackOff();
      }
      later();
    }
  }

  private void endIfSilent() throws InterruptedException {
    CaptureChild running = child;
    if (running == null
        || System.nanoTime() - running.heardNanos() < timing.silence().toNanos()) {
      return;
    }
    String why = "the capture process gave no sign of life for %d ms"
        .formatted(timing.silence().toMillis());
    lost(why, at(running.heardNanos()));
    end(running, timing.quit());
    over(running, why);
    later();
  }

  /** Ends it by asking, then by killing; what cannot be killed is left. */
  private boolean end(CaptureChild running, Duration quit) throws InterruptedException {
    boolean gone = running.end(quit, timing.kill());
    if (gone) {
      running.drain(DRAIN);
    } else {
      unreaped = running;
      audit(
          "capture.unreaped",
          "failure",
          "process %d survives SIGKILL, in uninterruptible sleep; no other is started before it is gone"
              .formatted(running.pid()));
    }
    return gone;
  }

  /** Nothing comes from it any more. */
  private void over(CaptureChild ended, String why) {
    child = null;
    cost.follow(0);
    synchronized (spooling) {
      current = null;
      intake.over();
    }
    lost(why, at(ended.heardNanos()));
    audit("capture.ended", "failure", "process %d: %s".formatted(ended.pid(), why));
  }

  private void later() {
    notBefore = System.nanoTime() + backOff.toNanos();
    Duration twice = backOff.multipliedBy(2);
    backOff = twice.compareTo(timing.lastBackOff()) > 0 ? timing.lastBackOff() : twice;
  }

  /** Opens the gap; where there is one already, its cause stays the first. */
  private void lost(String why, Moment since) {
    synchronized (spooling) {
      if (down == null) {
        down = new Failure(NODE, METRIC, why);
        gaps.open(down, "live", since.tsMicros(), since.monoNanos());
      }
    }
  }

  private void release(Release request) throws InterruptedException {
    String uuid = request.uuid();
    if (!uuid.equals(ALL) && !isKnown(uuid)) {
      request
          .answer()
          .complete(answer(
              false,
              0,
              request.askedNanos(),
              "no GPU %s is recorded; recorded: %s".formatted(uuid, names())));
      return;
    }
    boolean already = holds.put(uuid, System.nanoTime() + request.hold().toNanos()) != null;
    Moment now = clock.now();
    String why = "released by request for %s: %s".formatted(words(request.hold()), request.why());
    if (!already) {
      openGap(uuid, why, now);
    }
    CaptureChild running = child;
    boolean gone = running == null
        ? unreaped == null
        : stop(running, "restarted to let %s go".formatted(uuid));
    CaptureChild left = unreaped;
    long pid = running != null ? running.pid() : left != null ? left.pid() : 0;
    audit(
        "capture.released",
        gone ? "success" : "failure",
        "%s for %s: %s"
            .formatted(uuid.equals(ALL) ? "all GPUs" : uuid, words(request.hold()), request.why()));
    request
        .answer()
        .complete(answer(
            gone,
            pid,
            request.askedNanos(),
            gone
                ? "closed"
                : "process %d cannot be killed: it sleeps in the driver (state D)".formatted(pid)));
  }

  private void openGap(String uuid, String why, Moment now) {
    synchronized (spooling) {
      Failure gap = new Failure(uuid.equals(ALL) ? NODE : "gpu:" + uuid, METRIC, why);
      if (uuid.equals(ALL)) {
        // One cause at a time: from here on it is the request.
        Failure before = down;
        if (before != null) {
          gaps.close(before, now.tsMicros(), now.monoNanos());
        }
        down = gap;
      } else {
        releasedGaps.put(uuid, gap);
      }
      gaps.open(gap, "live", now.tsMicros(), now.monoNanos());
    }
  }

  private boolean stop(CaptureChild running, String why) throws InterruptedException {
    boolean gone = end(running, timing.release());
    lost(why, clock.now());
    stopped(running);
    return gone;
  }

  /** Ended on our wish: the next one starts at once. */
  private void stopped(CaptureChild ended) {
    child = null;
    cost.follow(0);
    synchronized (spooling) {
      current = null;
      intake.over();
    }
    notBefore = System.nanoTime();
    backOff = timing.firstBackOff();
    audit("capture.ended", "success", "process %d: as asked".formatted(ended.pid()));
  }

  private void attach(Attach request) throws InterruptedException {
    boolean held =
        request.uuid().equals(ALL) ? !holds.isEmpty() : holds.containsKey(request.uuid());
    if (request.uuid().equals(ALL)) {
      holds.clear();
    } else {
      holds.remove(request.uuid());
    }
    if (held) {
      endHold(request.uuid(), "as asked");
    }
    request
        .answer()
        .complete(answer(
            held, 0, request.askedNanos(), held ? "attaching again" : "nothing was released"));
  }

  private void endHoldsThatAreOver() throws InterruptedException {
    long now = System.nanoTime();
    for (String uuid : Set.copyOf(holds.keySet())) {
      Long until = holds.get(uuid);
      if (until != null && until - now <= 0) {
        holds.remove(uuid);
        endHold(uuid, "its time is over");
      }
    }
  }

  private void endHold(String uuid, String why) throws InterruptedException {
    audit(
        "capture.attached",
        "success",
        "%s: %s".formatted(uuid.equals(ALL) ? "all GPUs" : uuid, why));
    CaptureChild running = child;
    if (running != null) {
      stop(running, "restarted to capture again what was released");
    }
    notBefore = System.nanoTime();
  }

  private void closeNow() throws InterruptedException {
    closed = true;
    CaptureChild running = child;
    if (running == null) {
      return;
    }
    long silent = System.nanoTime() - running.heardNanos();
    if (silent > timing.silence().toNanos() / 2) {
      lost("the capture process gave no sign of life until the end", at(running.heardNanos()));
    }
    boolean gone = end(running, timing.release());
    child = null;
    audit(
        "capture.ended",
        gone ? "success" : "failure",
        "process %d: the recording ends".formatted(running.pid()));
  }

  private boolean isKnown(String uuid) {
    synchronized (spooling) {
      return known.contains("gpu:" + uuid) || holds.containsKey(uuid);
    }
  }

  private String names() {
    synchronized (spooling) {
      return known.isEmpty() ? "none" : String.join(", ", known);
    }
  }

  private static Released answer(boolean done, long pid, long askedNanos, String detail) {
    return new Released(done, pid, System.nanoTime() - askedNanos, detail);
  }

  /** The wall clock at a moment of the monotonic clock. */
  private Moment at(long nanos) {
    Moment now = clock.now();
    return new Moment(now.tsMicros() - (now.monoNanos() - nanos) / 1000, nanos, 0);
  }

  private static String words(Duration d) {
    return "%d ms".formatted(d.toMillis());
  }

  private void audit(String action, String outcome, String detail) {
    Moment now = clock.now();
    spool.row(
        new TextRow(
            "audit",
            NODE,
            GpuIntake.SOURCE,
            "live",
            null,
            now.tsMicros(),
            Map.of("action", action, "outcome", outcome, "detail", detail),
            Map.of()),
        now.monoNanos(),
        GpuIntake.PATIENCE);
  }
}
