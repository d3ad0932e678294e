package io.esnode.capture;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The clocks of the C library. {@code Instant.now()} would allocate at every tick, and {@code System.currentTimeMillis()} knows
 * no microseconds.
 */
final class SystemClock implements CaptureClock {
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_PROCESS_CPUTIME_ID = 2;

  static {
    Native.register(SystemClock.class, Platform.C_LIBRARY_NAME);
  }

  private final ByteBuffer timespec = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
  private final long address = Pointer.nativeValue(Native.getDirectBufferPointer(timespec));

  @Override
  public long monoNanos() {
    return System.nanoTime();
  }

  @Override
  public long tsMicros() {
    return nanos(CLOCK_REALTIME) / 1_000;
  }

  /** CPU time of this process since it began, ns. */
  long cpuNanos() {
    return nanos(CLOCK_PROCESS_CPUTIME_ID);
  }

  private synchronized long nanos(int clock) {
    if (clock_gettime(clock, address) != 0) {
      throw new IllegalStateException("clock_gettime %s failed".formatted(clock));
    }
    return timespec.getLong(0) * 1_000_000_000 + timespec.getLong(8);
  }

  private static native int clock_gettime(int clock, long timespec);
}
