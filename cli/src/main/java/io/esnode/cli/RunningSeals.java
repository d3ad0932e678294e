package io.esnode.cli;

import io.esnode.recorder.EpochSealer;
import io.esnode.seal.EpochChain;
import io.esnode.source.Clock;
import io.esnode.source.Moment;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolSeals;
import io.esnode.spool.SpoolWriter;
import io.esnode.witness.Witness;
import io.esnode.witness.WitnessThread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The seals of a recording that runs, and those who are told of them. */
final class RunningSeals {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final SpoolHeader header;
  private final @Nullable EpochSealer sealer;
  private final List<Witness> named;
  private final List<WitnessThread> witnesses = new ArrayList<>();

  private RunningSeals(SpoolHeader header, @Nullable EpochSealer sealer, List<Witness> named) {
    this.header = header;
    this.sealer = sealer;
    this.named = named;
  }

  static RunningSeals none(SpoolHeader header) {
    return new RunningSeals(header, null, List.of());
  }

  static RunningSeals begin(
      SpoolHeader plain,
      EpochChain.NodeKey node,
      Clock clock,
      Duration interval,
      List<Witness> named)
      throws IOException {
    Moment now = clock.now();
    EpochChain chain = EpochChain.begin(
        plain.recordingId(), now.tsMicros(), now.monoNanos(), plain.previousBundle(), node);
    return new RunningSeals(
        plain.sealedFrom(chain.genesis()),
        new EpochSealer(chain, clock, now.monoNanos(), interval),
        named);
  }

  /** With what the seals begin with. */
  SpoolHeader header() {
    return header;
  }

  SpoolSeals seals() {
    return sealer == null ? SpoolSeals.NONE : sealer;
  }

  /** From now on witnesses are told, beginning with the genesis: it is durable, as the spool's first segment is. */
  void show(SpoolWriter spool, Clock clock) {
    EpochSealer running = sealer;
    if (running == null || header.genesis() == null) {
      return;
    }
    for (Witness witness : named) {
      WitnessThread thread = WitnessThread.start(witness, witnesses.size() + 1, clock, spool);
      thread.accept(header.genesis());
      witnesses.add(thread);
    }
    running.show(List.copyOf(witnesses));
  }

  /** Says in rows how far the witnesses have come; before the recording ends. */
  void conclude() {
    witnesses.forEach(WitnessThread::conclude);
  }

  /** Ends, once the last seal is written. */
  void close(Consumer<String> talk) {
    String problem = sealer == null ? null : sealer.problem();
    if (problem != null) {
      talk.accept("the recording is sealed up to a point only: " + problem);
    }
    for (WitnessThread witness : witnesses) {
      String missing = witness.close(PATIENCE);
      if (!missing.isEmpty()) {
        talk.accept(missing);
      }
    }
  }
}
