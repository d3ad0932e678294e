package io.esnode.spool;

import java.io.IOException;

/** Decides where segments end and what becomes of them. Every method returns soon. */
public interface SegmentKeeper {
  /** Segments end when they are large or old, and stay. */
  SegmentKeeper NONE = new SegmentKeeper() {
    @Override
    public boolean beginsAt(long tick) {
      return false;
    }

    @Override
    public void closed(ClosedSegment segment) {}

    @Override
    public boolean makeRoom(IOException failure) {
      return false;
    }
  };

  /** Whether a segment has to begin with this tick. The thread that samples; asked once for each tick. */
  boolean beginsAt(long tick);

  /** A segment has ended and is durable. The thread that writes. */
  void closed(ClosedSegment segment);

  /**
   * The disk refused a frame. The thread that writes.
   *
   * @return whether there is room now, so that it is worth another try
   */
  boolean makeRoom(IOException failure);
}
