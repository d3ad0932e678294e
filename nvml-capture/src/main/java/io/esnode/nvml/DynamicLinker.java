package io.esnode.nvml;

/** JNA left to the dynamic linker: by itself it would start {@code ldconfig} to learn where libraries lie. */
final class DynamicLinker {
  private static final String SEARCHED = "jna.platform.library.path";

  private DynamicLinker() {}

  /** Before the first use of JNA's {@code NativeLibrary}; what the user has set stays. */
  static void alone() {
    if (System.getProperty(SEARCHED) == null) {
      System.setProperty(SEARCHED, "");
    }
  }
}
