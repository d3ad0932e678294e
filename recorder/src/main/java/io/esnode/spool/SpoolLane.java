package io.esnode.spool;

import io.esnode.source.Row;
import io.esnode.source.Sampled;
import java.util.List;

/**
 * A stream of ticks beside the host's, with times of its own: one table of one GPU, which answers when it likes and must
 * not delay another. Keyframes, deltas and losses are its own as well. One thread at a time; allocates nothing while the
 * rows stay the same.
 */
public final class SpoolLane implements Sampled {
  private final SpoolWriter writer;
  private final TickStream stream;
  private final String source;
  private final RowWatch watch;
  private final List<SpoolLane> self;
  private List<Row> rows = List.of();
  private long lastTick = -1;

  SpoolLane(SpoolWriter writer, LaneName name, String source, RowWatch watch) {
    this.writer = writer;
    this.stream = new TickStream(name);
    this.source = source;
    this.watch = watch;
    this.self = List.of(this);
  }

  @Override
  public String name() {
    return source;
  }

  @Override
  public List<Row> rows() {
    return rows;
  }

  /**
   * Hands one tick over. A tick that is not above the last one is not taken: the lane has it. Does not block, unless the
   * writer's options say that it waits.
   *
   * @param tick number in the recording's schedule
   * @param tsMicros wall clock when the answers were there, µs since 1970 UTC
   * @param monoNanos CLOCK_MONOTONIC then
   * @param now the same list of the same rows as long as the entities are the same
   * @return false if it was not taken
   */
  public boolean tick(long tick, long tsMicros, long monoNanos, List<Row> now) {
    if (tick <= lastTick) {
      return false;
    }
    rows = now;
    lastTick = tick;
    boolean taken = writer.lane(stream, tick, tsMicros, monoNanos, self);
    watch.rows(tick, tsMicros, monoNanos, now);
    return taken;
  }

  TickStream stream() {
    return stream;
  }
}
