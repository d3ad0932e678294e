package io.esnode.nvml;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code clock_gettime} of the C library, without garbage: the JDK's wall clock allocates or knows no microseconds, and its CPU
 * time needs a management bean. Thread-safe.
 */
public final class LibcClock {
  private static final int CLOCK_REALTIME = 0;
  private static final int CLOCK_PROCESS_CPUTIME_ID = 2;

  static {
    DynamicLinker.alone();
    Native.register(LibcClock.class, Platform.C_LIBRARY_NAME);
  }

  private final ByteBuffer timespec = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
  private final long address = Pointer.nativeValue(Native.getDirectBufferPointer(timespec));

  /** Wall clock, ns since 1970 UTC. */
  public long realNanos() {
    return nanos(CLOCK_REALTIME);
  }

  /** CPU time of this process since it began, ns. */
  public long processCpuNanos() {
    return nanos(CLOCK_PROCESS_CPUTIME_ID);
  }

  private synchronized long nanos(int clock) {
    if (clock_gettime(clock, address) != 0) {
      throw new IllegalStateException("clock_gettime %d failed".formatted(clock));
    }
    return timespec.getLong(0) * 1_000_000_000 + timespec.getLong(8);
  }

  private static native int clock_gettime(int clock, long timespec);
}
