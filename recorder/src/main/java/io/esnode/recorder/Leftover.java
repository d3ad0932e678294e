package io.esnode.recorder;

import io.esnode.spool.Cut;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolException;
import io.esnode.spool.SpoolHeader;
import io.esnode.spool.SpoolReader;
import io.esnode.spool.StreamState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Seals what the spool of a recording of several bundles still holds: the parts that were pending, in order, then the rest as
 * the last one. Interrupted and started again it gives the same bytes.
 */
public final class Leftover {
  private final SpoolDirectory spool;
  private final BundleSealer sealer;
  private final Path bundles;
  private final Consumer<String> talk;

  /** @param bundles where they go */
  public Leftover(SpoolDirectory spool, BundleSealer sealer, Path bundles, Consumer<String> talk) {
    this.spool = spool;
    this.sealer = sealer;
    this.bundles = bundles;
    this.talk = talk;
  }

  /**
   * Seals everything and removes the spool.
   *
   * @return the bundles; none where all had been sealed before
   * @throws EmptySpoolException if no part holds a complete tick
   */
  public List<Path> seal() throws IOException {
    StreamState state = StreamState.read(spool.path());
    if (state == null) {
      throw new SpoolException("%s: not the spool of several bundles".formatted(spool.path()));
    }
    SpoolHeader header = SpoolReader.open(spool).header();
    List<Path> made = new ArrayList<>();
    List<Long> unsealed = new ArrayList<>();
    state = planned(state);
    state.write(spool.path());
    while (!state.pending().isEmpty()) {
      StreamState.Part part = state.pending().get(0);
      Path bundle = bundles.resolve(part.target());
      try {
        Path cut = Cut.make(spool.path(), state.order(header), bundle);
        state = state.sealed(sealer.seal(cut, bundle));
        made.add(bundle);
      } catch (EmptySpoolException e) {
        talk.accept(String.valueOf(e.getMessage()));
        unsealed.addAll(numbers(part));
        state = state.skipped();
      }
      // After the last one the segments go: until they are gone, the same part gives the same bytes
      // again.
      if (!state.pending().isEmpty()) {
        state.write(spool.path());
      }
    }
    if (made.isEmpty() && (state.sequence() == 0 || !unsealed.isEmpty())) {
      throw new EmptySpoolException(
          "%s: no complete tick; there is nothing to seal".formatted(spool.path()));
    }
    spool.delete(spool.segments().stream()
        .filter(segment -> !unsealed.contains(SpoolDirectory.numberOf(segment)))
        .toList());
    return made;
  }

  /** The rest of a rotation goes on where its bundles end; what is left of a ring is one bundle with all there is. */
  private StreamState planned(StreamState state) throws IOException {
    boolean ring = state.mode() == StreamState.Mode.RING;
    List<Long> there = new ArrayList<>();
    for (Path segment : spool.segments()) {
      long number = SpoolDirectory.numberOf(segment);
      if (ring || number >= state.firstUnplanned()) {
        there.add(number);
      }
    }
    if (there.isEmpty() || (ring && wasPlanned(state, there))) {
      return state;
    }
    long first = ring ? there.get(0) : state.firstUnplanned();
    String previous = first == 0 ? null : SpoolReader.previousSha256(spool, first);
    return state.plus(new StreamState.Part(
        first,
        there.get(there.size() - 1),
        first == 0 ? 0L : null,
        previous,
        null,
        ring ? "manual" : "continuous",
        state.nextName()));
  }

  private static boolean wasPlanned(StreamState state, List<Long> there) {
    if (state.pending().isEmpty()) {
      return false;
    }
    StreamState.Part last = state.pending().get(state.pending().size() - 1);
    return last.chainHead() == null && last.has(there.get(0));
  }

  private static List<Long> numbers(StreamState.Part part) {
    List<Long> numbers = new ArrayList<>();
    for (long number = part.firstSegment(); number <= part.lastSegment(); number++) {
      numbers.add(number);
    }
    return numbers;
  }
}
