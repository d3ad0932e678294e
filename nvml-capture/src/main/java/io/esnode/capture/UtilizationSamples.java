package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.util.HashMap;
import java.util.Map;

/**
 * How busy each process kept the GPU since the last time this was read; the newest sample of each counts.
 *
 * <pre>
 * 0     4     8           16       20        24        28        32
 * | pid | pad | timeStamp | smUtil | memUtil | encUtil | decUtil |  nvmlProcessUtilizationSample_t
 * </pre>
 */
final class UtilizationSamples {
  private static final int SAMPLE_BYTES = 32;
  private static final int FIRST_CAPACITY = 128;
  private static final int MAX_CAPACITY = 1 << 14;
  private static final int VALUES = 4;

  private final Calls calls;
  private final NativeMemory memory;
  private final Arena arena;
  private final long countAt;
  private long samplesAt;
  private int capacity = FIRST_CAPACITY;
  private long lastSeen;

  UtilizationSamples(Calls calls, Arena arena) {
    this.calls = calls;
    this.arena = arena;
    memory = calls.memory();
    countAt = arena.allocate(8);
    samplesAt = arena.allocate(capacity * SAMPLE_BYTES);
  }

  /**
   * Reads what is new.
   *
   * @param into by pid: SM, memory, encoder, decoder, in percent
   * @return nvmlReturn_t; "not found" means that nothing ran
   */
  int read(long handle, Map<Long, long[]> into) {
    for (; ; ) {
      memory.putInt(countAt, capacity);
      int code = calls.call(
          NvmlFunction.DEVICE_GET_PROCESS_UTILIZATION, handle, samplesAt, countAt, lastSeen);
      long count = memory.getUnsignedInt(countAt);
      if (code == NvmlReturn.INSUFFICIENT_SIZE && count > capacity && count < MAX_CAPACITY / 2) {
        capacity = (int) count * 2;
        samplesAt = arena.allocate(capacity * SAMPLE_BYTES);
        continue;
      }
      if (code == NvmlReturn.SUCCESS) {
        samples((int) Math.min(count, capacity), into);
      }
      return code;
    }
  }

  private void samples(int count, Map<Long, long[]> into) {
    long newest = lastSeen;
    long[] stamps = new long[count];
    for (int i = 0; i < count; i++) {
      stamps[i] = memory.getLong(samplesAt + (long) i * SAMPLE_BYTES + 8);
      newest = Math.max(newest, stamps[i]);
    }
    Map<Long, Long> newestOf = new HashMap<>();
    for (int i = 0; i < count; i++) {
      long at = samplesAt + (long) i * SAMPLE_BYTES;
      long pid = memory.getUnsignedInt(at);
      Long before = newestOf.get(pid);
      if (stamps[i] <= lastSeen || (before != null && before >= stamps[i])) {
        continue;
      }
      newestOf.put(pid, stamps[i]);
      long[] values = new long[VALUES];
      for (int value = 0; value < VALUES; value++) {
        values[value] = memory.getUnsignedInt(at + 16 + 4L * value);
      }
      into.put(pid, values);
    }
    lastSeen = newest;
  }
}
