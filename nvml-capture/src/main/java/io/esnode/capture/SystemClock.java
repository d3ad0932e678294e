package io.esnode.capture;

import io.esnode.nvml.LibcClock;

/** The clocks of this machine. Thread-safe; reading them allocates nothing. */
final class SystemClock implements CaptureClock {
  private final LibcClock clock = new LibcClock();

  @Override
  public long monoNanos() {
    return System.nanoTime();
  }

  @Override
  public long tsMicros() {
    return clock.realNanos() / 1_000;
  }

  /** CPU time of this process since it began, ns. */
  long cpuNanos() {
    return clock.processCpuNanos();
  }
}
