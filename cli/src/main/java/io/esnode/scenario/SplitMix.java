package io.esnode.scenario;

/** SplitMix64 (Steele, Lea, Flood 2014): written out, so that the same seed gives the same incident on every JDK. */
final class SplitMix {
  private long state;

  SplitMix(long seed) {
    state = seed;
  }

  long next() {
    state += 0x9e3779b97f4a7c15L;
    long z = state;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  /** From {@code -spread} to {@code spread}, the middle more often: a sum of three. */
  long around(long spread) {
    if (spread <= 0) {
      return 0;
    }
    long sum = 0;
    for (int i = 0; i < 3; i++) {
      sum += Long.remainderUnsigned(next(), 2 * spread + 1) - spread;
    }
    return sum / 3;
  }
}
