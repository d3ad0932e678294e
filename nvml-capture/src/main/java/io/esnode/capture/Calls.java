package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.Nvml;
import io.esnode.nvml.NvmlFunction;
import org.jspecify.annotations.Nullable;

/**
 * The one way to NVML of one thread: counts calls, times them, and leaves word of the call it is in, so that another thread sees
 * when that call is overdue. Only {@link #running} and {@link #beganNanos} may be read by other threads. Allocates nothing.
 */
final class Calls {
  private final Nvml nvml;
  private final CaptureClock clock;
  private final HangBook hangs;
  private final String entity;
  private final String metric;
  private final boolean gpu;

  private volatile @Nullable NvmlFunction running;
  private volatile long beganNanos;
  private @Nullable NvmlFunction hung;
  private boolean late;
  private long count;
  private long nanos;

  /**
   * @param entity whose answers are missing while a call hangs
   * @param metric what is missing meanwhile
   */
  Calls(Context context, String entity, String metric) {
    nvml = context.nvml();
    clock = context.clock();
    hangs = context.hangs();
    this.entity = entity;
    this.metric = metric;
    gpu = !entity.equals(Notes.NODE);
  }

  int call(NvmlFunction function, long a, long b, long c, long d, long e, long f) {
    if (hung == null) {
      beganNanos = clock.monoNanos();
      running = function;
    }
    long delayed = nvml.delayedNanos();
    int code = nvml.call(function, a, b, c, d, e, f);
    if (code == Nvml.NOT_RETURNED) {
      hung = function;
      running = function;
      throw new NotReturned();
    }
    count++;
    if (hung != null && hung != function) {
      return code;
    }
    long began = beganNanos;
    long ended = clock.monoNanos() + nvml.delayedNanos() - delayed;
    hung = null;
    running = null;
    nanos += ended - began;
    if (hangs.isLate(function, ended - began)) {
      late = true;
      hangs.returned(this, function, began, ended);
    }
    return code;
  }

  int call(NvmlFunction function) {
    return call(function, 0, 0, 0, 0, 0, 0);
  }

  int call(NvmlFunction function, long a) {
    return call(function, a, 0, 0, 0, 0, 0);
  }

  int call(NvmlFunction function, long a, long b) {
    return call(function, a, b, 0, 0, 0, 0);
  }

  int call(NvmlFunction function, long a, long b, long c) {
    return call(function, a, b, c, 0, 0, 0);
  }

  int call(NvmlFunction function, long a, long b, long c, long d) {
    return call(function, a, b, c, d, 0, 0);
  }

  NativeMemory memory() {
    return nvml.memory();
  }

  boolean has(NvmlFunction function) {
    return nvml.has(function);
  }

  String entity() {
    return entity;
  }

  String metric() {
    return metric;
  }

  /** Whether they are one GPU's, not the machine's. */
  boolean isGpu() {
    return gpu;
  }

  /** The call that has not come back yet; null between calls. */
  @Nullable
  NvmlFunction running() {
    return running;
  }

  /** When it began. */
  long beganNanos() {
    return beganNanos;
  }

  /** Whether a call took longer than its deadline since this was asked last. */
  boolean takeLate() {
    boolean was = late;
    late = false;
    return was;
  }

  /** Calls since this was asked last. */
  long takeCount() {
    long taken = count;
    count = 0;
    return taken;
  }

  /** What was taken counts again, beside what came since. */
  void putBack(long calls, long insideNanos) {
    count += calls;
    nanos += insideNanos;
  }

  /** Time inside calls since this was asked last, ns. */
  long takeNanos() {
    long taken = nanos;
    nanos = 0;
    return taken;
  }
}
