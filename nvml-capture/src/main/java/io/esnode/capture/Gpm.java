package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.util.List;

/**
 * GPU performance monitoring, Hopper and later: each metric is a mean between two samples, the one of now and the one before.
 * Not thread-safe.
 *
 * <pre>
 * 0         4            8         16        24
 * | version | numMetrics | sample1 | sample2 | metrics: id u32, return u32, value f64, info 24 bytes
 * </pre>
 */
final class Gpm {
  private static final int METRICS_AT = 24;
  private static final int METRIC_BYTES = 40;
  private static final int VERSION = 1;
  private static final double HUNDREDTHS = 100;

  private final Calls calls;
  private final NativeMemory memory;
  private final Plan.GpmSpec[] metrics;
  private final long request;
  private final long handles;
  private int samples;
  private boolean hasBefore;
  private int current;

  Gpm(Calls calls, Arena arena, List<Plan.GpmSpec> metrics) {
    this.calls = calls;
    memory = calls.memory();
    this.metrics = metrics.toArray(new Plan.GpmSpec[0]);
    request = arena.allocate(METRICS_AT + METRIC_BYTES * metrics.size());
    handles = arena.allocate(16);
  }

  void run(long device, Row row) {
    int code = support(device);
    if (code != NvmlReturn.SUCCESS) {
      absent(row, code);
      return;
    }
    while (samples < 2) {
      code = calls.call(NvmlFunction.GPM_SAMPLE_ALLOC, handles + 8L * samples);
      if (code != NvmlReturn.SUCCESS) {
        absent(row, code);
        return;
      }
      samples++;
    }
    code = calls.call(NvmlFunction.GPM_SAMPLE_GET, device, memory.getLong(handles + 8L * current));
    if (code != NvmlReturn.SUCCESS) {
      hasBefore = false;
      absent(row, code);
      return;
    }
    if (hasBefore) {
      metrics(row);
    }
    hasBefore = true;
    current = 1 - current;
  }

  private int support(long device) {
    memory.putInt(request, VERSION);
    memory.putInt(request + 4, 0);
    int code = calls.call(NvmlFunction.GPM_QUERY_DEVICE_SUPPORT, device, request);
    boolean refused = code == NvmlReturn.SUCCESS && memory.getInt(request + 4) == 0;
    return refused ? NvmlReturn.NOT_SUPPORTED : code;
  }

  private void metrics(Row row) {
    memory.putInt(request, VERSION);
    memory.putInt(request + 4, metrics.length);
    memory.putLong(request + 8, memory.getLong(handles + 8L * (1 - current)));
    memory.putLong(request + 16, memory.getLong(handles + 8L * current));
    for (int i = 0; i < metrics.length; i++) {
      memory.putInt(at(i), metrics[i].metric());
      memory.putInt(at(i) + 4, NvmlReturn.UNKNOWN);
    }
    int code = calls.call(NvmlFunction.GPM_METRICS_GET, request);
    for (int i = 0; i < metrics.length; i++) {
      int own = code == NvmlReturn.SUCCESS ? memory.getInt(at(i) + 4) : code;
      double value = memory.getDouble(at(i) + 8) * HUNDREDTHS;
      if (own != NvmlReturn.SUCCESS) {
        row.absent(metrics[i].column(), own, metrics[i].asked());
      } else if (value > -0x1p62 && value < 0x1p62) {
        row.value(metrics[i].column(), Math.round(value));
      } else {
        row.absent(metrics[i].column(), Row.NO_NUMBER, metrics[i].asked());
      }
    }
  }

  private long at(int metric) {
    return request + METRICS_AT + (long) metric * METRIC_BYTES;
  }

  private void absent(Row row, int code) {
    for (Plan.GpmSpec metric : metrics) {
      row.absent(metric.column(), code, metric.asked());
    }
  }

  /** The sample before no longer counts, as after a reset. */
  void forget() {
    hasBefore = false;
  }

  void close() {
    while (samples > 0) {
      samples--;
      calls.call(NvmlFunction.GPM_SAMPLE_FREE, memory.getLong(handles + 8L * samples));
    }
    hasBefore = false;
  }
}
