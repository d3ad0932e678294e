package io.esnode.spool;

import org.jspecify.annotations.Nullable;

/**
 * What a writer knows of one stream of ticks: the host's, or a lane's. Two threads share it: the one that samples owns what
 * has to do with the queue, the one that writes what has to do with the disk.
 */
final class TickStream {
  private final @Nullable LaneName lane;

  // The thread that samples.
  final TickEncoder encoder;
  Loss dropped = Loss.NONE;
  int segment;

  // The thread that writes.
  Loss unwritten = Loss.NONE;

  /** Set by the thread that writes when the disk took a frame away. */
  volatile boolean keyframeWanted;

  /** @param lane null for the host's ticks */
  TickStream(@Nullable LaneName lane) {
    this.lane = lane;
    this.encoder = new TickEncoder(lane);
  }

  TextRow gap(Loss loss) {
    return lane == null
        ? loss.ofTicks("tick", "node", "live")
        : loss.ofTicks(lane.metric(), lane.entity(), lane.rowOrigin());
  }

  boolean isHost() {
    return lane == null;
  }
}
