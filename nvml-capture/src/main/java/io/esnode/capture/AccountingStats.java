package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import java.util.List;

/**
 * What the driver kept of a process, living or dead.
 *
 * <pre>
 * 0                4                8                16     24          32          36         56
 * | gpuUtilization | memUtilization | maxMemoryUsage | time | startTime | isRunning | reserved |  nvmlAccountingStats_t
 * </pre>
 */
final class AccountingStats {
  static final int BYTES = 56;

  /** Columns of gpu_process, in the order of {@link #value}. */
  static final List<String> COLUMNS = List.of(
      "accounting_time_ms",
      "accounting_gpu_utilization_pct",
      "accounting_memory_utilization_pct",
      "accounting_max_memory_bytes",
      "accounting_start_us",
      "accounting_running");

  private AccountingStats() {}

  /** @param place in {@link #COLUMNS} */
  static long value(NativeMemory memory, long at, int place) {
    return switch (place) {
      case 0 -> memory.getLong(at + 16);
      case 1 -> memory.getUnsignedInt(at);
      case 2 -> memory.getUnsignedInt(at + 4);
      case 3 -> memory.getLong(at + 8);
      case 4 -> memory.getLong(at + 24);
      default -> memory.getUnsignedInt(at + 32);
    };
  }
}
