package io.esnode.timeline;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * GPM metrics. A sample is no more than its GPU and its time; a metric is read at the time of the second sample.
 *
 * <pre>
 * nvmlGpmMetricsGet_t, 24 + 40 n bytes      nvmlGpmMetric_t, 40 bytes
 * 0         4       8         16        24  0    4     8       16
 * | version | count | sample1 | sample2 |   | id | ret | value | names |
 * </pre>
 */
final class PlayedGpm {
  private static final int VERSION = 1;
  private static final int METRICS = 24;
  private static final int METRIC_BYTES = 40;
  private static final double HUNDRED = 100.0;
  private static final long FIRST_SAMPLE = 1L << 59;

  private final NativeMemory memory;
  private final Output output;
  private final Map<Long, Sample> samples = new HashMap<>();
  private long next = FIRST_SAMPLE;

  /** @param call the one that took it, null before */
  private record Sample(@Nullable PlayedCall call) {}

  PlayedGpm(NativeMemory memory) {
    this.memory = memory;
    output = new Output(memory);
  }

  int call(NvmlFunction function, long address) {
    return switch (function) {
      case GPM_SAMPLE_ALLOC -> allocate(address);
      case GPM_SAMPLE_FREE -> free(address);
      default -> metrics(address);
    };
  }

  private int allocate(long address) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    samples.put(next, new Sample(null));
    memory.putLong(address, next++);
    return NvmlReturn.SUCCESS;
  }

  private int free(long sample) {
    return sample == 0 || samples.remove(sample) != null
        ? NvmlReturn.SUCCESS
        : NvmlReturn.INVALID_ARGUMENT;
  }

  int querySupport(PlayedCall call, long address) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    if (memory.getInt(address) != VERSION) {
      return NvmlReturn.ARGUMENT_VERSION_MISMATCH;
    }
    return output.unsigned(address + 4, call.out("gpm_supported"));
  }

  int sample(PlayedCall call, long sample) {
    if (call.is("gpm_supported") == 0) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    return samples.replace(sample, new Sample(call)) == null
        ? NvmlReturn.INVALID_ARGUMENT
        : NvmlReturn.SUCCESS;
  }

  private int metrics(long address) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    if (memory.getInt(address) != VERSION) {
      return NvmlReturn.ARGUMENT_VERSION_MISMATCH;
    }
    @Nullable PlayedCall first = taken(memory.getLong(address + 8));
    @Nullable PlayedCall second = taken(memory.getLong(address + 16));
    if (first == null || second == null || first.gpu != second.gpu) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    long count = memory.getUnsignedInt(address + 4);
    for (long i = 0; i < count; i++) {
      long metric = address + METRICS + i * METRIC_BYTES;
      long id = memory.getUnsignedInt(metric);
      boolean known = id < Vocabulary.GPM_METRICS;
      memory.putInt(metric + 4, known ? NvmlReturn.SUCCESS : NvmlReturn.INVALID_ARGUMENT);
      if (known) {
        memory.putDouble(metric + 8, first.gpuAt("gpm." + id, second.ms) / HUNDRED);
      }
    }
    return NvmlReturn.SUCCESS;
  }

  private @Nullable PlayedCall taken(long sample) {
    Sample found = samples.get(sample);
    return found == null ? null : found.call();
  }
}
