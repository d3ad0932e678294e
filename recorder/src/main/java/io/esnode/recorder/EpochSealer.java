package io.esnode.recorder;

import io.esnode.seal.EpochChain;
import io.esnode.seal.EpochSeal;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.SpoolSeals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Seals the spool of a recording every so often, and tells witnesses what has reached the disk. The thread that writes
 * seals; {@link #show} may come from any other.
 */
public final class EpochSealer implements SpoolSeals {
  private final EpochChain chain;
  private final Clock clock;
  private final long intervalNanos;
  // Both guarded by this.
  private final List<EpochSeal> early = new ArrayList<>();
  private @Nullable List<Consumer<EpochSeal>> witnesses;
  private long lastMono;
  private volatile @Nullable String problem;

  /** @param startMono when the first epoch began, CLOCK_MONOTONIC in ns */
  public EpochSealer(EpochChain chain, Clock clock, long startMono, Duration interval) {
    this.chain = chain;
    this.clock = clock;
    this.intervalNanos = interval.toNanos();
    this.lastMono = startMono;
  }

  /** Names those who are told of each seal once it is durable, and of those that are already; must not block. Called once. */
  public synchronized void show(List<Consumer<EpochSeal>> to) {
    witnesses = List.copyOf(to);
    early.forEach(this::durable);
    early.clear();
  }

  @Override
  public boolean due() {
    return !over() && clock.now().monoNanos() - lastMono >= intervalNanos;
  }

  @Override
  public @Nullable EpochSeal seal(
      EpochSeal.Reason reason, long segment, long offsetBytes, String headSha256) {
    if (over()) {
      return null;
    }
    Moment now = clock.now();
    lastMono = now.monoNanos();
    try {
      return chain.seal(reason, now.tsMicros(), now.monoNanos(), segment, offsetBytes, headSha256);
    } catch (IllegalStateException e) {
      // The recording goes on without; verify finds its end unsealed.
      problem = String.valueOf(e.getMessage());
      return null;
    }
  }

  private boolean over() {
    return chain.ended() || problem != null;
  }

  /** Why the chain could not go on; null where it did. Any thread. */
  public @Nullable String problem() {
    return problem;
  }

  @Override
  public synchronized void durable(EpochSeal seal) {
    if (witnesses == null) {
      early.add(seal);
    } else {
      witnesses.forEach(witness -> witness.accept(seal));
    }
  }
}
