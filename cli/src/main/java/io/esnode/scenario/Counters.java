package io.esnode.scenario;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that counts: several causes may move the same counter, so their sum is written once, piece by piece. Names in
 * capitals are fields, others keys of {@code set}. Not thread-safe.
 */
final class Counters {
  /** {@code MILLI × ms} of a timeline has to fit 64 bits. */
  private static final long LARGEST_PRODUCT = 1L << 62;

  private final long start;
  private final long end;
  private final Map<Name, Counter> counters = new TreeMap<>();
  private final Set<String> narrow = new HashSet<>();

  private record Name(int gpu, String name) implements Comparable<Name> {
    @Override
    public int compareTo(Name other) {
      return gpu != other.gpu ? Integer.compare(gpu, other.gpu) : name.compareTo(other.name);
    }

    boolean field() {
      return Character.isUpperCase(name.charAt(0));
    }
  }

  /** What happens to one counter, by time. */
  private static final class Counter {
    final TreeMap<Long, Long> values = new TreeMap<>();
    final TreeMap<Long, Long> jumps = new TreeMap<>();
    /** Change of the rate, thousandths a second. */
    final TreeMap<Long, Long> rates = new TreeMap<>();
  }

  /**
   * @param start before it nothing is said
   * @param end after it nothing is said
   */
  Counters(long start, long end) {
    this.start = start;
    this.end = end;
  }

  /** From then on it has this value. */
  void assign(int gpu, String name, long t, long value) {
    of(gpu, name).values.put(Math.max(start, t), value);
  }

  void add(int gpu, String name, long t, long count) {
    of(gpu, name).jumps.merge(Math.max(start, t), count, Long::sum);
  }

  void grow(int gpu, String name, long from, long to, long perHour) {
    long thousandthsPerS = perHour / 3600 * 1000 + perHour % 3600 * 1000 / 3600;
    long first = Math.max(start, from);
    long last = Math.min(end, to);
    if (thousandthsPerS > 0 && last > first) {
      of(gpu, name).rates.merge(first, thousandthsPerS, Long::sum);
      of(gpu, name).rates.merge(last, -thousandthsPerS, Long::sum);
    }
  }

  /** The field wraps at 2^32. */
  void narrow(String name) {
    narrow.add(name);
  }

  private Counter of(int gpu, String name) {
    return counters.computeIfAbsent(new Name(gpu, name), n -> {
      Counter counter = new Counter();
      counter.values.put(start, 0L);
      return counter;
    });
  }

  /** Writes every counter, in order of GPU and name. */
  void write(Statements out) {
    narrow.stream().sorted().forEach(name -> out.line("type " + name + " uint"));
    counters.forEach((name, counter) -> write(out, name, counter));
  }

  private void write(Statements out, Name name, Counter counter) {
    TreeSet<Long> times = new TreeSet<>(counter.values.keySet());
    times.addAll(counter.jumps.keySet());
    times.addAll(counter.rates.keySet());
    long mask = narrow.contains(name.name()) ? 0xffff_ffffL : -1L;
    long value = 0;
    long rate = 0;
    while (!times.isEmpty()) {
      long t = times.pollFirst();
      value = (counter.values.getOrDefault(t, value) + counter.jumps.getOrDefault(t, 0L)) & mask;
      rate += counter.rates.getOrDefault(t, 0L);
      long until = times.isEmpty() ? end : times.first();
      if (rate > 0 && until - t > LARGEST_PRODUCT / rate) {
        until = t + LARGEST_PRODUCT / rate;
        times.add(until);
      }
      value = piece(out, name, t, until, value, rate, mask);
    }
  }

  /** @return the value at {@code until} */
  private static long piece(
      Statements out, Name name, long t, long until, long value, long rate, long mask) {
    long after = value + rate * (until - t) / 1_000_000 & mask;
    if (name.field()) {
      out.field(t, name.gpu(), name.name(), value);
      if (rate > 0 && until > t) {
        out.line("rate %d %d %d %s %d".formatted(t, until, name.gpu(), name.name(), rate));
      }
    } else if (rate > 0 && until > t) {
      out.line("ramp %d %d %d %s %d %d".formatted(t, until, name.gpu(), name.name(), value, after));
    } else {
      out.set(t, name.gpu(), name.name(), value);
    }
    return after;
  }
}
