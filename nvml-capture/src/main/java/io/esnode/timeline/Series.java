package io.esnode.timeline;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One number through time: steps (a value, a ramp, or an absence with its reason), of which the latest that has begun counts,
 * and rates, which add to it. All arithmetic is that of {@code docs/format/timeline.md}: exact products, quotients truncated toward zero,
 * sums modulo 2^64. Immutable.
 */
final class Series {
  private static final long MILLI_MS = 1_000_000;

  private final long[] from;
  private final long[] to;
  private final long[] first;
  private final long[] last;
  private final @Nullable String[] absence;

  private final long[] rateFrom;
  private final long[] rateTo;
  private final long[] milli;
  private final long[] latestRateTo;
  /** What rates 0 to i - 1 add when they are over. */
  private final long[] sum;

  private Series(Builder builder) {
    int[] order = builder.from.ascending();
    from = builder.from.in(order);
    to = builder.to.in(order);
    first = builder.first.in(order);
    last = builder.last.in(order);
    absence = new String[order.length];
    for (int i = 0; i < order.length; i++) {
      absence[i] = builder.absence.get(order[i]);
    }
    int[] rates = builder.rateFrom.ascending();
    rateFrom = builder.rateFrom.in(rates);
    rateTo = builder.rateTo.in(rates);
    milli = builder.milli.in(rates);
    latestRateTo = LongList.largestSoFar(rateTo);
    sum = new long[rates.length + 1];
    for (int i = 0; i < rates.length; i++) {
      sum[i + 1] = sum[i] + grown(milli[i], rateTo[i] - rateFrom[i]);
    }
  }

  /** Whether anything has begun. */
  boolean isSetAt(long ms) {
    return (from.length > 0 && from[0] <= ms) || (rateFrom.length > 0 && rateFrom[0] <= ms);
  }

  /** Why there is no value, null where there is one. */
  @Nullable
  String absenceAt(long ms) {
    int step = LongList.floor(from, ms);
    return step < 0 ? null : absence[step];
  }

  /** Whether the step that counts has not reached its end. */
  boolean isRunningAt(long ms) {
    int step = LongList.floor(from, ms);
    return step >= 0 && ms < to[step];
  }

  /** How many steps have begun. */
  int stepsAt(long ms) {
    return LongList.floor(from, ms) + 1;
  }

  /** The value; 0 where nothing has begun. */
  long at(long ms) {
    int step = LongList.floor(from, ms);
    long base = step < 0 ? 0 : stepValue(step, ms);
    return rateFrom.length == 0 ? base : base + rates(step < 0 ? Long.MIN_VALUE : from[step], ms);
  }

  private long stepValue(int step, long ms) {
    if (ms >= to[step]) {
      return last[step];
    }
    long rise = last[step] - first[step];
    long elapsed = ms - from[step];
    long length = to[step] - from[step];
    boolean risesTooFar = ((last[step] ^ first[step]) & (last[step] ^ rise)) < 0;
    if (risesTooFar || Math.multiplyHigh(rise, elapsed) != ((rise * elapsed) >> 63)) {
      return BigInteger.valueOf(last[step])
          .subtract(BigInteger.valueOf(first[step]))
          .multiply(BigInteger.valueOf(elapsed))
          .divide(BigInteger.valueOf(length))
          .add(BigInteger.valueOf(first[step]))
          .longValue();
    }
    return first[step] + rise * elapsed / length;
  }

  /** What all rates have added between a moment and another. */
  private long rates(long since, long ms) {
    int end = LongList.floor(rateFrom, ms) + 1;
    int begin = LongList.floor(rateFrom, since - (since == Long.MIN_VALUE ? 0 : 1)) + 1;
    long added = 0;
    int running = end;
    while (running > begin && latestRateTo[running - 1] > ms) {
      running--;
      added += grown(milli[running], Math.min(ms, rateTo[running]) - rateFrom[running]);
    }
    if (running > begin) {
      added += sum[running] - sum[begin];
    }
    for (int i = Math.min(begin, end) - 1; i >= 0 && latestRateTo[i] > since; i--) {
      long until = Math.min(ms, rateTo[i]);
      if (until > since) {
        added += grown(milli[i], until - since);
      }
    }
    return added;
  }

  private static long grown(long milli, long ms) {
    long product = milli * ms;
    if (Math.multiplyHigh(milli, ms) == (product >> 63)) {
      return product / MILLI_MS;
    }
    return BigInteger.valueOf(milli)
        .multiply(BigInteger.valueOf(ms))
        .divide(BigInteger.valueOf(MILLI_MS))
        .longValue();
  }

  /** Collects statements in the order of their lines. */
  static final class Builder {
    private final LongList from = new LongList();
    private final LongList to = new LongList();
    private final LongList first = new LongList();
    private final LongList last = new LongList();
    private final List<@Nullable String> absence = new ArrayList<>();
    private final LongList rateFrom = new LongList();
    private final LongList rateTo = new LongList();
    private final LongList milli = new LongList();

    void step(long at, long value) {
      ramp(at, at, value, value);
    }

    void ramp(long begin, long end, long firstValue, long lastValue) {
      add(begin, end, firstValue, lastValue, null);
    }

    void absent(long at, String reason) {
      add(at, at, 0, 0, reason);
    }

    void rate(long begin, long end, long milliPerSecond) {
      rateFrom.add(begin);
      rateTo.add(end);
      milli.add(milliPerSecond);
    }

    Series build() {
      return new Series(this);
    }

    private void add(
        long begin, long end, long firstValue, long lastValue, @Nullable String reason) {
      from.add(begin);
      to.add(end);
      first.add(firstValue);
      last.add(lastValue);
      absence.add(reason);
    }
  }
}
