package io.esnode.capture;

import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Calls that are overdue. Each is recorded once when its deadline has passed, and once when it comes back after all; when every
 * GPU of several is stuck, the driver is, and that is one row of the node. Thread-safe.
 */
final class HangBook {
  /** How long {@code nvmlEventSetWait} is asked to wait, ms. */
  static final int EVENT_WAIT_MILLIS = 1_000;

  private static final long NONE = Long.MIN_VALUE;

  private final Notes notes;
  private final long deadlineNanos;
  private final List<Calls> watched = new ArrayList<>();
  private final Set<Calls> noted = new HashSet<>();
  private long wideBegan = NONE;
  private long wideEnded = NONE;

  HangBook(Notes notes, long deadlineNanos) {
    this.notes = notes;
    this.deadlineNanos = deadlineNanos;
  }

  synchronized void watch(Calls calls) {
    watched.add(calls);
  }

  synchronized void forget(Calls calls) {
    watched.remove(calls);
    noted.remove(calls);
  }

  boolean isLate(NvmlFunction function, long nanos) {
    return nanos > limit(function);
  }

  private long limit(NvmlFunction function) {
    boolean waits =
        function == NvmlFunction.EVENT_SET_WAIT || function == NvmlFunction.EVENT_SET_WAIT_V2;
    return waits ? deadlineNanos + EVENT_WAIT_MILLIS * 1_000_000L : deadlineNanos;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  /**
   * Records calls that have become overdue.
   *
   * @param nowNanos monotonic
   * @return GPUs that are stuck
   */
  synchronized int check(long nowNanos) throws IOException {
    int gpus = 0;
    int stuck = 0;
    long oldest = Long.MAX_VALUE;
    for (Calls calls : watched) {
      if (!calls.isGpu()) {
        continue;
      }
      gpus++;
      if (isOverdue(calls, nowNanos)) {
        stuck++;
        oldest = Math.min(oldest, calls.beganNanos());
      }
    }
    if (gpus > 1 && stuck == gpus && wideBegan == NONE) {
      wideBegan = oldest;
      notes.gap(
          Notes.NODE,
          "gpu",
          NvmlReturn.TIMEOUT,
          oldest,
          null,
          "driver-wide hang: no call on any of %s GPUs has returned for %s ms"
              .formatted(gpus, millis(oldest, nowNanos)));
    }
    for (Calls calls : watched) {
      boolean covered = calls.isGpu() && wideBegan != NONE;
      if (!covered && isOverdue(calls, nowNanos) && noted.add(calls)) {
        notes.gap(
            calls.entity(),
            calls.metric(),
            NvmlReturn.TIMEOUT,
            calls.beganNanos(),
            null,
            "%s has not returned after %s ms"
                .formatted(symbol(calls), millis(calls.beganNanos(), nowNanos)));
      }
    }
    return stuck;
  }

  private boolean isOverdue(Calls calls, long nowNanos) {
    NvmlFunction function = calls.running();
    return function != null && nowNanos - calls.beganNanos() >= limit(function);
  }

  private static String symbol(Calls calls) {
    NvmlFunction function = calls.running();
    return function == null ? "a call" : function.symbol();
  }

  /** A call came back after its deadline. */
  synchronized void returned(Calls calls, NvmlFunction function, long began, long ended) {
    try {
      boolean own = noted.remove(calls);
      if (calls.isGpu() && wideBegan != NONE) {
        notes.gap(
            Notes.NODE,
            "gpu",
            NvmlReturn.TIMEOUT,
            wideBegan,
            ended,
            "driver-wide hang over: %s of %s returned after %s ms"
                .formatted(function.symbol(), calls.entity(), millis(began, ended)));
        wideBegan = NONE;
        wideEnded = ended;
      }
      boolean covered = calls.isGpu() && wideEnded != NONE && began <= wideEnded;
      if (own || !covered) {
        notes.gap(
            calls.entity(),
            calls.metric(),
            NvmlReturn.TIMEOUT,
            began,
            ended,
            "%s returned after %s ms".formatted(function.symbol(), millis(began, ended)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long millis(long from, long to) {
    return (to - from) / 1_000_000;
  }
}
