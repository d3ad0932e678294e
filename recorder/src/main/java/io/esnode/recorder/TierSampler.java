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

  private final Clock clock;
  private final long startMono;
  private final long intervalNanos;
  private final List<Tier> tiers = new ArrayList<>();
  private final OpenGaps gaps;
  private final OpenGaps silences;
  private final Thread thread;
  private @Nullable Failure silence;
  private volatile @Nullable Source running;
  private volatile long runningSince;
  private volatile boolean ending;

  /** A tier while it runs. */
  private static final class Tier {
    private final long everyNanos;
    private final List<Sampling> sources = new ArrayList<>();
    private long due;

    Tier(long everyNanos) {
      this.everyNanos = everyNanos;
    }
  }

  /** A source with its lane. */
  private static final class Sampling {
    private final Source source;
    private final SpoolLane lane;
    private List<Failure> failures = List.of();

    Sampling(Source source, SpoolLane lane) {
      this.source = source;
      this.lane = lane;
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
    for (Sources.Tier tier : sampled) {
      Tier own = new Tier(tier.every().toNanos());
      own.due = startMono;
      for (Source source : tier.sources()) {
        own.sources.add(
            new Sampling(source, spool.lane(source.table(), "node", source.name(), "live")));
      }
      tiers.add(own);
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
    if (!sampler.tiers.isEmpty()) {
      sampler.thread.start();
    }
    return sampler;
  }

  private void run() {
    while (!ending) {
      long next = Long.MAX_VALUE;
      for (Tier tier : tiers) {
        long now = clock.now().monoNanos();
        if (now - tier.due >= 0) {
          sample(tier);
          tier.due += (Math.max(0, now - tier.due) / tier.everyNanos + 1) * tier.everyNanos;
        }
        next = Math.min(next, tier.due);
      }
      LockSupport.parkNanos(next - clock.now().monoNanos());
    }
    tiers.forEach(this::sample);
    tiers.forEach(tier -> tier.sources.forEach(sampling -> sampling.source.close()));
  }

  @SuppressWarnings(
      "ReferenceEquality") // Source.failures(): another list means that something changed
  private void sample(Tier tier) {
    for (Sampling sampling : tier.sources) {
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
    }
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
