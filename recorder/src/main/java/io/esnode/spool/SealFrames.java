package io.esnode.spool;

import io.esnode.seal.EpochSeal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where seals stand between the frames of a segment. A seal that the disk refused is written later as it is: it names the
 * bytes that it covers, and the key that signed it is gone. Writer thread only.
 */
final class SealFrames {
  private final SpoolSeals seals;
  private final List<EpochSeal> undurable = new ArrayList<>();
  private @Nullable EpochSeal unwritten;
  private @Nullable Frame frame;
  private long segmentSealed = -1;

  SealFrames(SpoolSeals seals) {
    this.seals = seals;
  }

  boolean due() {
    return frame != null || seals.due();
  }

  /** Whether one is signed and not written. */
  boolean owes() {
    return unwritten != null;
  }

  /**
   * The next frame to write; the same one again until it is {@link #written()}.
   *
   * @return null where nothing is to be sealed
   */
  @Nullable
  Frame next(EpochSeal.Reason reason, OpenSegment segment) {
    if (frame != null) {
      return frame;
    }
    long number = segment.header().segment();
    if (reason == EpochSeal.Reason.SEGMENT && segmentSealed == number) {
      // A segment that could not end is not sealed again with every tick.
      return null;
    }
    EpochSeal seal = seals.seal(reason, number, segment.size(), segment.sha256());
    if (seal == null) {
      return null;
    }
    if (reason == EpochSeal.Reason.SEGMENT) {
      segmentSealed = number;
    }
    Frame made = new Frame().begin(Frame.SEAL, false);
    made.putBytes(seal.toJson().canonical().getBytes(StandardCharsets.UTF_8));
    made.finish(seal.monoNanos());
    unwritten = seal;
    frame = made;
    return made;
  }

  /** The frame is in the segment. */
  void written() {
    EpochSeal seal = unwritten;
    if (seal != null) {
      undurable.add(seal);
    }
    unwritten = null;
    frame = null;
  }

  /** All that was written is durable. */
  void durable() {
    undurable.forEach(seals::durable);
    undurable.clear();
  }
}
