package io.esnode.recorder;

import io.esnode.source.Clock;
import io.esnode.source.Failure;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import io.esnode.spool.OpenGaps;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Samples every source at absolute deadlines until it is told to stop, and takes one last sample then. The thread that
 * calls {@link #run} is the sampler thread; {@link #stop} may come from any other, also before {@code run}.
 */
public final class Recorder {
  /** Stands in the {@code source} column of rows the recorder writes about itself. */
  static final String SOURCE = "esnode";

  private static final long LATELY_NANOS = Duration.ofSeconds(5).toNanos();

  private final Clock clock;
  private final Sources sources;
  private final OwnSource own;
  private final List<Source> sampled;
  private final SpoolWriter spool;
  private final long startMono;
  private final long intervalNanos;
  private final List<@Nullable List<Failure>> seenFailures = new ArrayList<>();
  private final OpenGaps gaps;
  private final Audit audit;
  private final Overload overload;

  private final AtomicLong captured = new AtomicLong();
  private final AtomicLong late = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final AtomicLong missed = new AtomicLong();

  private volatile @Nullable String stopReason;
  private volatile @Nullable Thread sampler;
  private volatile @Nullable TierSampler tiers;
  private volatile @Nullable Burst burst;
  private volatile boolean begun;
  private volatile long sampledMono;

  /**
   * A recorder about to start.
   *
   * @param startMono time of tick 0, CLOCK_MONOTONIC in ns
   */
  public Recorder(
      Clock clock, Sources sources, SpoolWriter spool, long startMono, Duration interval) {
    this.clock = clock;
    this.sources = sources;
    this.spool = spool;
    this.gaps = new OpenGaps(spool, SOURCE);
    this.startMono = startMono;
    this.intervalNanos = interval.toNanos();
    this.audit = new Audit(clock, spool);
    this.overload = new Overload(intervalNanos);
    this.own = new OwnSource(spool);
    List<Source> all = new ArrayList<>(sources.sources());
    all.add(own);
    this.sampled = List.copyOf(all);
    for (int i = 0; i < sampled.size(); i++) {
      seenFailures.add(null);
    }
  }

  /** Whether a tick was taken lately, within three intervals or five seconds. Any thread. */
  public boolean isSampling() {
    long patience = Math.max(LATELY_NANOS, 3 * intervalNanos);
    return begun && clock.now().monoNanos() - sampledMono < patience;
  }

  /**
   * Has what is sampled at every tick sampled between the ticks as well, for a while after each {@link #incident}. Called
   * before {@link #run}.
   *
   * @param pace between two samples; less than the interval
   * @param length of a burst
   */
  public void burst(Duration pace, Duration length) {
    burst = new Burst(
        new Burst.Plan(pace.toNanos(), length.toNanos()), spool, sampled, intervalNanos, audit);
  }

  /**
   * Has somebody else keep the pace of the bursts, where there are any. Called after {@link #burst}, before {@link #run}.
   *
   * @param told how far samples are apart, ns, whenever that changes; returns at once, as the sampler thread waits for it
   */
  public void follow(LongConsumer told) {
    Burst faster = burst;
    if (faster != null) {
      faster.follow(told);
    }
  }

  /**
   * A trigger fired: what is sampled less often than every tick is sampled now, and a burst begins where there is to be one.
   * Any thread; returns at once.
   */
  public void incident(String trigger) {
    TierSampler slower = tiers;
    if (slower != null) {
      slower.snapshot(trigger);
    }
    Burst faster = burst;
    if (faster != null) {
      faster.ask(trigger, clock.now().monoNanos());
      LockSupport.unpark(sampler);
    }
  }

  /** Ends the recording after one last sample. The first reason given is kept. */
  public void stop(String reason) {
    synchronized (this) {
      if (stopReason == null) {
        stopReason = reason;
      }
    }
    LockSupport.unpark(sampler);
  }

  /**
   * Records until {@code duration} is over or {@link #stop} is called, then ends the spool.
   *
   * @param duration from tick 0 to the last tick, both taken; null for no end
   * @param beside ended after the last sample, so that what it has left to say comes before the spool's end
   * @throws IOException if the end of the recording could not be written
   */
  public void run(@Nullable Duration duration, Runnable beside) throws IOException {
    sampler = Thread.currentThread();
    Moment started = clock.now();
    for (Failure missing : sources.missing()) {
      gaps.never(missing, "live", started.tsMicros(), started.monoNanos());
    }
    TierSampler slower = TierSampler.start(
        clock, spool, startMono, Duration.ofNanos(intervalNanos), sources.tiers());
    tiers = slower;
    long tick = 0;
    do {
      // Tick 0 is due: whoever stops at once still gets a first and a last sample.
      Moment began = sample(tick);
      slower.look(began);
      if (duration != null && (tick + 1) * intervalNanos > duration.toNanos()) {
        stop("duration over");
      }
      tick = next(tick, began, slower);
    } while (sleepUntil(startMono + tick * intervalNanos));
    if (!"duration over".equals(stopReason)) {
      sample(tick);
    }
    if (burst != null) {
      burst.close(clock.now().monoNanos());
    }
    slower.close();
    beside.run();
    String reason = String.valueOf(stopReason);
    audit("recorder.stopped", "success", reason, null);
    spool.end(reason, clock.now().monoNanos());
  }

  /** How far it has come. Any thread. */
  public Progress progress() {
    return new Progress(captured.get(), late.get(), dropped.get(), missed.get());
  }

  /**
   * Writes one of esnode's own audit events. Any thread.
   *
   * @param action e.g. {@code recorder.started}
   * @param sha256 digest of what was used, null where there is none
   */
  public void audit(String action, String outcome, String detail, @Nullable String sha256) {
    audit.write(action, outcome, detail, sha256);
  }

  /** Whether the deadline was reached, rather than the end. */
  private boolean sleepUntil(long deadline) {
    while (stopReason == null) {
      long now = clock.now().monoNanos();
      if (deadline - now <= 0) {
        return true;
      }
      Burst faster = burst;
      long wait = faster == null ? deadline - now : faster.wait(now, deadline);
      if (faster != null && wait <= 0) {
        between(faster);
      } else {
        LockSupport.parkNanos(wait);
      }
    }
    return false;
  }

  private void between(Burst faster) {
    Moment moment = clock.now();
    own.begin(faster.lateNanos(moment.monoNanos()));
    read();
    faster.sampled(moment, clock.now().monoNanos());
    tellFailures(moment);
  }

  private Moment sample(long tick) {
    Moment moment = clock.now();
    long latenessNanos = moment.monoNanos() - startMono - tick * intervalNanos;
    own.begin(latenessNanos);
    read();
    count(spool.tick(tick, moment, sampled), latenessNanos);
    sampledMono = moment.monoNanos();
    begun = true;
    tellFailures(moment);
    Burst faster = burst;
    if (faster != null) {
      faster.ticked(moment, latenessNanos);
    }
    return moment;
  }

  private void read() {
    List<Source> all = sampled;
    for (int i = 0; i < all.size(); i++) {
      all.get(i).sample();
    }
  }

  @SuppressWarnings(
      "ReferenceEquality") // Source.failures(): another list means that something changed
  private void tellFailures(Moment moment) {
    List<Source> all = sampled;
    for (int i = 0; i < all.size(); i++) {
      List<Failure> failures = all.get(i).failures();
      List<Failure> before = seenFailures.get(i);
      if (failures != before) {
        seenFailures.set(i, failures);
        gaps.replace(
            before == null ? List.of() : before,
            failures,
            "live",
            moment.tsMicros(),
            moment.monoNanos());
      }
    }
  }

  private void count(boolean taken, long latenessNanos) {
    (taken ? captured : dropped).incrementAndGet();
    if (latenessNanos > intervalNanos / 2) {
      late.incrementAndGet();
    }
  }

  private void tellOverload(long tookNanos, TierSampler slower) {
    if (overload.tick(tookNanos)) {
      slower.overloaded(overload.lasts());
      audit.write(
          overload.lasts() ? "overload.began" : "overload.ended",
          overload.lasts() ? "failure" : "success",
          "sampling a tick takes %d ms of %d ms"
              .formatted(tookNanos / 1_000_000, intervalNanos / 1_000_000));
    }
  }

  /** The tick after this one: the next, or where the schedule stands by now if whole intervals went by. */
  private long next(long tick, Moment began, TierSampler slower) {
    Moment now = clock.now();
    tellOverload(now.monoNanos() - began.monoNanos(), slower);
    long due = startMono + (tick + 1) * intervalNanos;
    if (now.monoNanos() - due < intervalNanos) {
      return tick + 1;
    }
    long resumed = (now.monoNanos() - startMono) / intervalNanos;
    long lateNanos = now.monoNanos() - due;
    missed.addAndGet(resumed - tick - 1);
    spool.row(
        new TextRow(
            "gap",
            "node",
            SOURCE,
            "live",
            tick + 1,
            now.tsMicros() - lateNanos / 1000,
            Map.of(
                "metric",
                "tick",
                "reason",
                "the recorder did not run: host overloaded, suspended or stopped"),
            Map.of(
                "from_ts", now.tsMicros() - lateNanos / 1000,
                "to_ts", now.tsMicros(),
                "ticks_count", resumed - tick - 1)),
        now.monoNanos());
    return resumed;
  }
}
