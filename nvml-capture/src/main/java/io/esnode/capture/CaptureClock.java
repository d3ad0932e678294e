package io.esnode.capture;

/** The two clocks of a capture. Thread-safe; reading them allocates nothing. */
public interface CaptureClock {
  /** CLOCK_MONOTONIC, which all processes of a machine share, ns. */
  long monoNanos();

  /** Wall clock, µs since 1970 UTC. */
  long tsMicros();

  /** The clocks of this machine. */
  static CaptureClock system() {
    return new SystemClock();
  }
}
