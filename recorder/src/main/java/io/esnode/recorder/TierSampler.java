package io.esnode.recorder;

import io.esnode.source.Clock;
import io.esnode.source.Failure;
import io.esnode.source.Moment;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import io.esnode.spool.OpenGaps;
import io.esnode.spool.SpoolLane;
import io.esnode.spool.SpoolWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Samples what is sampled less often than every tick, each source into a lane of its own, on a thread of its own: a file
 * system that does not answer must not cost the host a tick. Started once; {@link #close} may come from any thread.
 */
public final class TierSampler implements AutoCloseable {
  /** How long a source may take before its silence is recorded. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration LAST_SAMPLE = Duration.ofMillis(500);

  /** So long after one snapshot a trigger makes no other: all there is was sampled a moment ago. */
  private static final long SNAPSHOT_REST_NANOS = Duration.ofSeconds(10).toNanos();

  /** Under overload, so many times the pace lie between two samples of what is sampled every minute or more often. */
  private static final int OVERLOAD_FACTOR = 4;

  private static final long OVERLOAD_PACE_NANOS = Duration.ofMinutes(1).toNanos();

  private final Clock clock;
  private final long startMono;
  private final long intervalNanos;
  private final List<Sampling> samplings = new ArrayList<>();
  private final OpenGaps gaps;
  private final OpenGaps silences;
  private final Audit audit;
  private final Thread thread;
  private @Nullable Failure silence;
  private boolean snapshotTaken;
  private long snapshotMono;
  private volatile @Nullable Source running;
  private volatile long runningSince;
  private volatile @Nullable String snapshotFor;
  private volatile boolean overloaded;
  private volatile boolean ending;

  /** A source with its lane. */
  private static final class Sampling {
    private final Source source;
    private final SpoolLane lane;
    private final SourcePace pace;
    private long due;
    private List<Failure> failures = List.of();
    private int factor = 1;
    private @Nullable Failure slowness;

    Sampling(Source source, SpoolLane lane, SourcePace pace, long due) {
      this.source = source;
      this.lane = lane;
      this.pace = pace;
      this.due = due;
    }
  }

  private TierSampler(
      Clock clock,
      SpoolWriter spool,
      long startMono,
      long intervalNanos,
      List<Sources.Tier> sampled) {
    this.clock = clock;
    this.startMono = startMono;
    this.intervalNanos = intervalNanos;
    this.gaps = new OpenGaps(spool, Recorder.SOURCE, Duration.ofSeconds(1));
    this.silences = new OpenGaps(spool, Recorder.SOURCE);
    this.audit = new Audit(clock, spool);
    for (Sources.Tier tier : sampled) {
      for (Source source : tier.sources()) {
        samplings.add(new Sampling(
            source,
            spool.lane(source.table(), "node", source.name(), "live"),
            new SourcePace(tier.every().toNanos()),
            startMono));
      }
    }
    this.thread = new Thread(null, this::run, "slow-sources", 256 << 10);
    this.thread.setDaemon(true);
  }

  /**
   * Starts sampling.
   *
   * @param startMono time of tick 0, CLOCK_MONOTONIC in ns
   * @param interval between two ticks, whose numbers the samples carry
   */
  public static TierSampler start(
      Clock clock,
      SpoolWriter spool,
      long startMono,
      Duration interval,
      List<Sources.Tier> sampled) {
    TierSampler sampler = new TierSampler(clock, spool, startMono, interval.toNanos(), sampled);
    if (!sampler.samplings.isEmpty()) {
      sampler.thread.start();
    }
    return sampler;
  }

  /** Samples everything once, at once, beside its pace. Any thread. */
  void snapshot(String trigger) {
    snapshotFor = trigger;
    LockSupport.unpark(thread);
  }

  /** The ticks take too long, or no longer: what is sampled here is sampled less often, or as before. Any thread. */
  void overloaded(boolean now) {
    overloaded = now;
  }

  private void run() {
    while (!ending) {
      String trigger = snapshotFor;
      if (trigger != null) {
        snapshotFor = null;
        takeSnapshot(trigger);
      }
      long next = Long.MAX_VALUE;
      for (Sampling sampling : samplings) {
        long now = clock.now().monoNanos();
        if (now - sampling.due >= 0) {
          sample(sampling);
          schedule(sampling, now);
        }
        next = Math.min(next, sampling.due);
      }
      if (snapshotFor == null) {
        LockSupport.parkNanos(next - clock.now().monoNanos());
      }
    }
    samplings.forEach(this::sample);
    samplings.forEach(sampling -> sampling.source.close());
  }

  private static void schedule(Sampling sampling, long now) {
    long every = sampling.pace.everyNanos() * sampling.factor;
    sampling.due += (Math.max(0, now - sampling.due) / every + 1) * every;
  }

  private void takeSnapshot(String trigger) {
    long began = clock.now().monoNanos();
    if (snapshotTaken && began - snapshotMono < SNAPSHOT_REST_NANOS) {
      return;
    }
    snapshotTaken = true;
    snapshotMono = began;
    for (Sampling sampling : samplings) {
      sample(sampling);
      if (began - sampling.due >= 0) {
        schedule(sampling, began);
      }
    }
    audit.write(
        "snapshot.taken",
        "success",
        "for the trigger %s: %d sources in %d ms"
            .formatted(trigger, samplings.size(), (clock.now().monoNanos() - began) / 1_000_000));
  }

  @SuppressWarnings(
      "ReferenceEquality") // Source.failures(): another list means that something changed
  private void sample(Sampling sampling) {
    Moment moment = clock.now();
    runningSince = moment.monoNanos();
    running = sampling.source;
    sampling.source.sample();
    running = null;
    long tick = (moment.monoNanos() - startMono) / intervalNanos;
    sampling.lane.tick(tick, moment.tsMicros(), moment.monoNanos(), sampling.source.rows());
    List<Failure> failures = sampling.source.failures();
    if (failures != sampling.failures) {
      gaps.replace(sampling.failures, failures, "live", moment.tsMicros(), moment.monoNanos());
      sampling.failures = failures;
    }
    pace(sampling, clock.now());
  }

  /** How long it took says when it is sampled next; what is sampled less often than it should be is a gap. */
  private void pace(Sampling sampling, Moment now) {
    long tookNanos = now.monoNanos() - runningSince;
    SourcePace pace = sampling.pace;
    pace.took(tookNanos);
    boolean relieved = overloaded && pace.everyNanos() <= OVERLOAD_PACE_NANOS;
    int factor = Math.max(pace.factor(), relieved ? OVERLOAD_FACTOR : 1);
    if (factor == sampling.factor) {
      return;
    }
    Failure before = sampling.slowness;
    if (before != null) {
      gaps.close(before, now.tsMicros(), now.monoNanos());
    }
    sampling.factor = factor;
    sampling.slowness = factor == 1 ? null : slowness(sampling, tookNanos);
    if (sampling.slowness != null) {
      gaps.open(sampling.slowness, "live", now.tsMicros(), now.monoNanos());
    }
  }

  private static Failure slowness(Sampling sampling, long tookNanos) {
    long everyMs = sampling.pace.everyNanos() / 1_000_000;
    return new Failure(
        "node",
        sampling.source.table().name(),
        "%s: sampled every %d ms, not every %d ms: %s"
            .formatted(
                sampling.source.name(),
                everyMs * sampling.factor,
                everyMs,
                sampling.factor == sampling.pace.factor()
                    ? "it took %d ms".formatted(tookNanos / 1_000_000)
                    : "the ticks take too long"));
  }

  /** Records a source that has not answered for long, and that it did after all. The recorder's sampler thread only. */
  void look(Moment now) {
    Source source = running;
    boolean silent = source != null && now.monoNanos() - runningSince > PATIENCE.toNanos();
    Failure known = silence;
    if (source != null && silent && known == null) {
      Failure found = new Failure(
          "node",
          source.table().name(),
          "%s has not answered for %d s; all sources of slower paces wait for it"
              .formatted(source.name(), PATIENCE.toSeconds()));
      silence = found;
      silences.open(found, "live", now.tsMicros(), now.monoNanos());
    } else if (!silent && known != null) {
      silence = null;
      silences.close(known, now.tsMicros(), now.monoNanos());
    }
  }

  /** Takes a last sample and ends; a source that does not answer is left behind. */
  @Override
  public void close() {
    ending = true;
    LockSupport.unpark(thread);
    try {
      thread.join(LAST_SAMPLE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
