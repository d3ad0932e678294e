package io.esnode.capture;

import io.esnode.nvml.NvmlFunction;

/**
 * What was asked of NVML.
 *
 * @param detail arguments that tell it from other calls of the function, e.g. {@code 186 NVML_FI_DEV_POWER_INSTANT}; may be
 *     empty
 */
record Asked(NvmlFunction function, String detail) {
  static Asked of(NvmlFunction function) {
    return new Asked(function, "");
  }

  /** E.g. {@code nvmlDeviceGetClockInfo(1)}. */
  @Override
  public String toString() {
    return detail.isEmpty() ? function.symbol() : "%s(%s)".formatted(function.symbol(), detail);
  }
}
