package io.esnode.witness;

import io.esnode.seal.EpochSeal;
import io.esnode.seal.WitnessLine;
import io.esnode.source.Clock;
import io.esnode.source.Failure;
import io.esnode.source.Moment;
import io.esnode.spool.OpenGaps;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells one witness of every seal, on a thread of its own. A witness that is slow, full or gone delays nothing: what it was
 * not told of waits, a gap row says since when, and it is told later. Where too much waits, the oldest line goes: a head covers
 * what is before it. Thread-safe.
 */
public final class WitnessThread implements Consumer<EpochSeal>, AutoCloseable {
  private static final String SOURCE = "esnode";

  /** 17 hours at one seal a minute, 300 kB. */
  private static final int MAX_WAITING = 1024;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** Beyond this a call that has not returned hangs. */
  private static final long HANGS_NANOS = Duration.ofSeconds(20).toNanos();

  private static final String HANGS = "it does not answer";

  private final Witness witness;
  private final String label;
  private final Clock clock;
  private final SpoolWriter spool;
  private final Duration firstPause;
  private final Thread thread;

  // All of it guarded by this.
  private final Deque<Line> waiting = new ArrayDeque<>();
  private final OpenGaps gaps;
  private Failure failure;
  private boolean failing;
  private boolean telling;
  private long tellingSince;
  private long told = -1;
  private long forgotten;
  private boolean concluded;
  private boolean closing;

  /** A line and its epoch. */
  private record Line(long epoch, String text) {}

  private WitnessThread(
      Witness witness, int number, Clock clock, SpoolWriter spool, Duration firstPause) {
    this.firstPause = firstPause;
    this.witness = witness;
    this.label = "witness %d (%s)".formatted(number, witness.kind());
    this.clock = clock;
    this.spool = spool;
    this.gaps = new OpenGaps(spool, SOURCE);
    this.failure = failure(HANGS);
    this.thread = new Thread(null, this::run, "witness-" + number, 256 << 10);
    this.thread.setDaemon(true);
  }

  /**
   * Begins.
   *
   * @param number from 1, which tells it from the others in rows
   */
  public static WitnessThread start(Witness witness, int number, Clock clock, SpoolWriter spool) {
    return start(witness, number, clock, spool, FIRST_PAUSE);
  }

  static WitnessThread start(
      Witness witness, int number, Clock clock, SpoolWriter spool, Duration firstPause) {
    WitnessThread running = new WitnessThread(witness, number, clock, spool, firstPause);
    running.thread.start();
    return running;
  }

  @Override
  public synchronized void accept(EpochSeal seal) {
    if (waiting.size() >= MAX_WAITING) {
      waiting.removeFirst();
      forgotten++;
    }
    waiting.addLast(new Line(seal.epoch(), WitnessLine.of(seal).text()));
    if (telling && clock.now().monoNanos() - tellingSince > HANGS_NANOS) {
      fails(HANGS);
    }
    notifyAll();
  }

  private void run() {
    Duration pause = firstPause;
    try {
      for (Line line = next(); line != null; line = next()) {
        try {
          witness.tell(line.text());
          reached(line);
          pause = firstPause;
        } catch (IOException | RuntimeException e) {
          missed(e);
          rest(pause);
          Duration longer = pause.multipliedBy(2);
          pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Null where the recording is over and everything is told, or cannot be. */
  private synchronized @Nullable Line next() throws InterruptedException {
    while (waiting.isEmpty() && !closing) {
      wait();
    }
    if (waiting.isEmpty() || (closing && failing)) {
      return null;
    }
    telling = true;
    tellingSince = clock.now().monoNanos();
    return waiting.peekFirst();
  }

  private synchronized void reached(Line line) {
    telling = false;
    waiting.remove(line);
    Moment now = clock.now();
    if (failing && !concluded) {
      gaps.close(failure, now.tsMicros(), now.monoNanos());
    }
    if ((told < 0 || failing) && !concluded) {
      audit("witness.reached", "success", line.epoch(), now);
    }
    failing = false;
    told = line.epoch();
  }

  private synchronized void missed(Exception why) {
    telling = false;
    String reason = why.getMessage();
    fails(why.getClass().getSimpleName()
        + (reason == null ? "" : ": " + reason.replace(witness.name(), "it")));
  }

  /** The first cause stands in the row, also where another follows. */
  private void fails(String reason) {
    if (!failing) {
      failing = true;
      failure = failure(reason);
    }
    if (!concluded) {
      Moment now = clock.now();
      gaps.open(failure, "live", now.tsMicros(), now.monoNanos());
    }
  }

  private Failure failure(String reason) {
    return new Failure("node", "witness", "%s not reached: %s".formatted(label, reason));
  }

  private void audit(String action, String outcome, long epoch, Moment now) {
    spool.row(
        new TextRow(
            "audit",
            "node",
            SOURCE,
            "live",
            null,
            now.tsMicros(),
            Map.of(
                "action",
                action,
                "outcome",
                outcome,
                "detail",
                "%s: seal of epoch %d %s".formatted(label, epoch, witness.acknowledgement())),
            Map.of()),
        now.monoNanos());
  }

  private synchronized void rest(Duration pause) throws InterruptedException {
    if (!closing) {
      TimeUnit.NANOSECONDS.timedWait(this, pause.toNanos());
    }
  }

  /** Says in a row how far the witness has come; before the recording's end, whose own seal it is told of later, and without another row. */
  public synchronized void conclude() {
    concluded = true;
    if (told >= 0) {
      audit("witness.told", waiting.isEmpty() ? "success" : "failure", told, clock.now());
    }
  }

  @Override
  public void close() {
    close(Duration.ofSeconds(3));
  }

  /**
   * Ends.
   *
   * @param patience for what still waits
   * @return what the user should know; empty where everything is told
   */
  public String close(Duration patience) {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    try {
      thread.join(patience.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      long missing = waiting.size() + forgotten;
      return missing == 0
          ? ""
          : "%s was not told of %d seals%s"
              .formatted(
                  witness.name(),
                  missing,
                  told < 0 ? "; it knows none" : ", and knows those up to epoch " + told);
    }
  }
}
