package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.util.List;

/**
 * One of the lists of running processes. Drivers have written elements of 16, 24 and 32 bytes under the same symbol, so there is
 * room for the largest, everything is filled with 0xA5 first, and what was overwritten tells the stride.
 *
 * <pre>
 * 0     4     8               16              20                  24
 * | pid | pad | usedGpuMemory | gpuInstanceId | computeInstanceId | protected memory (32 bytes) |
 * </pre>
 */
final class ProcessList {
  private static final int ELEMENT_BYTES = 40;
  private static final int FILL = 0xA5;
  private static final int FIRST_CAPACITY = 64;
  private static final int MAX_CAPACITY = 1 << 14;
  private static final int[] STRIDES = {16, 24, 32, ELEMENT_BYTES};

  private final Calls calls;
  private final NativeMemory memory;
  private final Arena arena;
  private final List<Asked> functions;
  private final long countAt;
  private long listAt;
  private int capacity = FIRST_CAPACITY;
  private Asked asked;

  /** One element. */
  record Element(long pid, long memoryBytes) {}

  /** @param functions newest first */
  ProcessList(Calls calls, Arena arena, List<NvmlFunction> functions) {
    this.calls = calls;
    this.arena = arena;
    this.functions = functions.stream().map(Asked::of).toList();
    memory = calls.memory();
    countAt = arena.allocate(8);
    listAt = arena.allocate(capacity * ELEMENT_BYTES);
    asked = this.functions.get(0);
  }

  /** The function that answered, or refused, last. */
  Asked asked() {
    return asked;
  }

  /**
   * Adds the elements to {@code into} where there is a list.
   *
   * @return nvmlReturn_t
   */
  int read(long handle, List<Element> into) {
    int code = NvmlReturn.FUNCTION_NOT_FOUND;
    for (Asked function : functions) {
      asked = function;
      code = read(function.function(), handle, into);
      if (code != NvmlReturn.FUNCTION_NOT_FOUND) {
        return code;
      }
    }
    return code;
  }

  private int read(NvmlFunction function, long handle, List<Element> into) {
    for (; ; ) {
      memory.fill(listAt, capacity * ELEMENT_BYTES, FILL);
      memory.putInt(countAt, capacity);
      int code = calls.call(function, handle, countAt, listAt);
      long count = memory.getUnsignedInt(countAt);
      if (code == NvmlReturn.INSUFFICIENT_SIZE && count > capacity && count < MAX_CAPACITY / 2) {
        capacity = (int) count * 2;
        listAt = arena.allocate(capacity * ELEMENT_BYTES);
        continue;
      }
      if (code == NvmlReturn.SUCCESS) {
        elements((int) Math.min(count, capacity), into);
      }
      return code;
    }
  }

  private void elements(int count, List<Element> into) {
    byte[] bytes = new byte[capacity * ELEMENT_BYTES];
    memory.get(listAt, bytes, bytes.length);
    int stride = stride(bytes, count);
    for (int i = 0; i < count; i++) {
      long at = listAt + (long) i * stride;
      into.add(new Element(memory.getUnsignedInt(at), memory.getLong(at + 8)));
    }
  }

  /** The smallest known stride with which {@code count} elements reach as far as was written. */
  static int stride(byte[] bytes, int count) {
    int written = bytes.length;
    while (written > 0 && bytes[written - 1] == (byte) FILL) {
      written--;
    }
    for (int stride : STRIDES) {
      if ((long) stride * count >= written) {
        return stride;
      }
    }
    return ELEMENT_BYTES;
  }
}
