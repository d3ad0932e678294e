package io.esnode.nvml;

import com.sun.jna.Native;
import com.sun.jna.Platform;

/**
 * Ends the process at once. {@link Runtime#halt} gives threads inside native code 300 ms to come out; ours are inside a driver, and
 * the kernel closes what is open.
 */
public final class ProcessEnd {
  static {
    DynamicLinker.alone();
    Native.register(ProcessEnd.class, Platform.C_LIBRARY_NAME);
  }

  private ProcessEnd() {}

  /** Ends the process with that status. */
  public static void now(int status) {
    _exit(status);
  }

  private static native void _exit(int status);
}
