package io.esnode.capture;

import io.esnode.wire.Message;
import io.esnode.wire.RowsFrame;
import java.io.IOException;

/**
 * The samples of one GPU between its ticks while a burst lasts. What it does not answer, and what that means, is the ticks' affair.
 * Asks half as often where NVML is slow, and no more where that would be no more than the ticks. Not thread-safe; allocates nothing
 * while the pace stays the same.
 */
final class BetweenTicks {
  /** Samples in a row that take more than half the time there is, before there is more of it. */
  private static final int SLOW_SAMPLES = 3;

  private final Context context;
  private final Calls calls;
  private final FastCalls fast;
  private final String entity;
  private final RowsFrame frame;
  private final Row row;
  private final Program program;

  private int pace;
  private boolean takesPart;
  private long stride = 1;
  private int slow;
  private long tookNanos;

  /** @param place of the GPU on the pipe */
  BetweenTicks(
      Context context, Calls calls, FastCalls fast, Columns columns, String entity, int place) {
    this.context = context;
    this.calls = calls;
    this.fast = fast;
    this.entity = entity;
    frame = new RowsFrame(place, Plan.GPU, columns.size());
    row = new Row(entity, frame, columns.size());
    program = new Program(fast.steps(row));
  }

  /**
   * Asks, where the turn is one of ours and leaves the next tick alone.
   *
   * @param isSlow whether NVML is too slow for every tick as it is
   */
  void turn(Pace now, long turn, boolean isSlow) throws IOException {
    if (now.number() != pace) {
      begin(now, isSlow);
    }
    takesPart &= !isSlow;
    if (!takesPart || turn % now.parts() % stride != 0) {
      return;
    }
    long next = now.dueNanos((turn / now.parts() + 1) * now.parts());
    if (next - context.clock().monoNanos() < 2 * tookNanos) {
      // One that took very long is not held against those to come for ever.
      tookNanos -= tookNanos / 8;
      return;
    }
    sample();
    slow = tookNanos > stride * now.intervalNanos() / 2 ? slow + 1 : 0;
    if (slow == SLOW_SAMPLES) {
      slowDown(now);
    }
  }

  private void begin(Pace now, boolean isSlow) throws IOException {
    pace = now.number();
    takesPart = true;
    stride = 1;
    slow = 0;
    if (isSlow) {
      context
          .notes()
          .audit(entity, "burst.refused", "failure", "NVML is too slow for every tick as it is");
    }
  }

  private void sample() throws IOException {
    long heldCount = calls.takeCount();
    long heldNanos = calls.takeNanos();
    frame.begin(
        Message.Rows.NO_TICK, context.clock().tsMicros(), context.clock().monoNanos());
    row.begin();
    program.restart();
    while (!program.isDone()) {
      program.step();
      if (calls.takeLate()) {
        break;
      }
    }
    tookNanos = calls.takeNanos();
    if (row.values() > 0) {
      fast.account(row, calls.takeCount(), tookNanos);
      context.out().write(frame);
    }
    calls.putBack(heldCount, heldNanos);
  }

  private void slowDown(Pace now) throws IOException {
    slow = 0;
    if (2 * stride * now.intervalNanos() >= now.spanNanos()) {
      takesPart = false;
      context
          .notes()
          .audit(
              entity,
              "burst.ended",
              "failure",
              "asked at its ticks only: NVML takes %d ms".formatted(tookNanos / 1_000_000));
      return;
    }
    stride *= 2;
    context
        .notes()
        .audit(
            entity,
            "burst.slowed",
            "failure",
            "asked every %d ms: NVML takes %d ms"
                .formatted(stride * now.intervalNanos() / 1_000_000, tookNanos / 1_000_000));
  }
}
