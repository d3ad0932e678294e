package io.esnode.timeline;

/** Intervals in which a call does not come back. Immutable. */
final class Hangs {
  private final long[] from;
  private final long[] latestTo;

  private Hangs(Builder builder) {
    int[] order = builder.from.ascending();
    from = builder.from.in(order);
    latestTo = LongList.largestSoFar(builder.to.in(order));
  }

  /** When a call made at a moment comes back: that moment where nothing holds it. */
  long until(long ms) {
    int last = LongList.floor(from, ms);
    return last < 0 ? ms : Math.max(ms, latestTo[last]);
  }

  static final class Builder {
    private final LongList from = new LongList();
    private final LongList to = new LongList();

    void add(long begin, long end) {
      from.add(begin);
      to.add(end);
    }

    Hangs build() {
      return new Hangs(this);
    }
  }
}
