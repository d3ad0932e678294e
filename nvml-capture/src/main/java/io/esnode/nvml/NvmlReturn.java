package io.esnode.nvml;

import java.util.Map;

/** Return codes of nvml.h, {@code nvmlReturn_t}: evidence, never exceptions. */
public final class NvmlReturn {
  public static final int SUCCESS = 0;
  public static final int UNINITIALIZED = 1;
  public static final int INVALID_ARGUMENT = 2;
  public static final int NOT_SUPPORTED = 3;
  public static final int NO_PERMISSION = 4;
  public static final int NOT_FOUND = 6;
  public static final int INSUFFICIENT_SIZE = 7;
  public static final int DRIVER_NOT_LOADED = 9;
  public static final int TIMEOUT = 10;
  public static final int LIBRARY_NOT_FOUND = 12;
  public static final int FUNCTION_NOT_FOUND = 13;
  public static final int CORRUPTED_INFOROM = 14;
  public static final int GPU_IS_LOST = 15;
  public static final int RESET_REQUIRED = 16;
  public static final int OPERATING_SYSTEM = 17;
  public static final int LIB_RM_VERSION_MISMATCH = 18;
  public static final int NO_DATA = 21;
  public static final int ARGUMENT_VERSION_MISMATCH = 25;
  public static final int NOT_READY = 27;
  public static final int GPU_NOT_FOUND = 28;
  public static final int INVALID_STATE = 29;
  public static final int UNKNOWN = 999;

  private static final Map<Integer, String> WORDS = Map.ofEntries(
      Map.entry(SUCCESS, "success"),
      Map.entry(UNINITIALIZED, "NVML not initialised"),
      Map.entry(INVALID_ARGUMENT, "invalid argument"),
      Map.entry(NOT_SUPPORTED, "not supported"),
      Map.entry(NO_PERMISSION, "no permission"),
      Map.entry(NOT_FOUND, "not found"),
      Map.entry(INSUFFICIENT_SIZE, "buffer too small"),
      Map.entry(8, "external power cables not attached"),
      Map.entry(DRIVER_NOT_LOADED, "driver not loaded"),
      Map.entry(TIMEOUT, "timeout"),
      Map.entry(11, "interrupt problem"),
      Map.entry(LIBRARY_NOT_FOUND, "NVML library not found"),
      Map.entry(FUNCTION_NOT_FOUND, "not in this NVML library"),
      Map.entry(CORRUPTED_INFOROM, "InfoROM corrupted"),
      Map.entry(GPU_IS_LOST, "GPU is lost"),
      Map.entry(RESET_REQUIRED, "GPU requires reset"),
      Map.entry(OPERATING_SYSTEM, "blocked by the operating system or a control group"),
      Map.entry(LIB_RM_VERSION_MISMATCH, "driver and library of different versions"),
      Map.entry(19, "in use"),
      Map.entry(20, "insufficient memory"),
      Map.entry(NO_DATA, "no data"),
      Map.entry(22, "no vGPU with ECC"),
      Map.entry(23, "insufficient resources"),
      Map.entry(24, "frequency not supported"),
      Map.entry(ARGUMENT_VERSION_MISMATCH, "version of the argument not known"),
      Map.entry(26, "deprecated"),
      Map.entry(NOT_READY, "not ready"),
      Map.entry(GPU_NOT_FOUND, "GPU not found"),
      Map.entry(INVALID_STATE, "invalid state"),
      Map.entry(UNKNOWN, "unknown error"));

  private NvmlReturn() {}

  /** The code in words, e.g. {@code GPU is lost (15)}. */
  public static String words(int code) {
    return "%s (%s)".formatted(WORDS.getOrDefault(code, "return code"), Integer.toString(code));
  }
}
