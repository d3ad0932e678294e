package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a driver still knows from before the recording: its ring buffers of power, utilisation and clocks, accounting of processes
 * that have ended, pages that were retired. At most {@value #MAX_SAMPLES} samples of each kind, the newest.
 *
 * <p>Power samples go into {@code power_usage_mw}: they are the reading of {@code nvmlDeviceGetPowerUsage}, which is a 1 s
 * average on most boards and an instant on some, so neither {@code power_average_mw} nor {@code power_instant_mw} may claim them.
 */
final class Harvest {
  static final int MAX_SAMPLES = 285;
  private static final int SAMPLE_BYTES = 16;
  private static final int MAX_RING = 4096;
  private static final int MAX_PIDS = 4096;
  private static final int MAX_PAGES = 512;

  /** nvmlSamplingType_t and where it goes. */
  private enum Ring {
    POWER(0, "power_usage_mw"),
    GPU(1, "utilization_gpu_pct"),
    MEMORY(2, "utilization_memory_pct"),
    ENCODER(3, "encoder_utilization_pct"),
    DECODER(4, "decoder_utilization_pct"),
    SM_CLOCK(5, "clock_sm_mhz"),
    MEMORY_CLOCK(6, "clock_memory_mhz");

    private final int type;
    private final String column;

    Ring(int type, String column) {
      this.type = type;
      this.column = column;
    }
  }

  private final Calls calls;
  private final NativeMemory memory;
  private final Arena arena;
  private final Notes notes;
  private final String gpu;
  private final long scratch;

  Harvest(Calls calls, Arena arena, Notes notes, String gpu) {
    this.calls = calls;
    this.arena = arena;
    this.notes = notes;
    this.gpu = gpu;
    memory = calls.memory();
    scratch = arena.allocate(AccountingStats.BYTES);
  }

  /** Its parts, each of which can be done again without telling anything twice. */
  List<Step> steps(Handle handle) {
    List<Step> steps = new ArrayList<>();
    SortedMap<Long, Map<String, Long>> samples = new TreeMap<>();
    for (Ring ring : Ring.values()) {
      steps.add(() -> samples(handle.value(), ring, samples));
    }
    steps.add(() -> write(samples));
    steps.add(() -> accounting(handle.value()));
    steps.add(() -> retiredPages(handle.value(), 0, "multiple single-bit errors"));
    steps.add(() -> retiredPages(handle.value(), 1, "a double-bit error"));
    return steps;
  }

  private void samples(long handle, Ring ring, SortedMap<Long, Map<String, Long>> into)
      throws IOException {
    long typeAt = scratch;
    long countAt = scratch + 8;
    memory.putInt(countAt, 0);
    int code =
        calls.call(NvmlFunction.DEVICE_GET_SAMPLES, handle, ring.type, 0, typeAt, countAt, 0);
    long offered = memory.getUnsignedInt(countAt);
    if (isRefused(ring.column, NvmlFunction.DEVICE_GET_SAMPLES, code) || offered == 0) {
      return;
    }
    int room = (int) Math.min(offered, MAX_RING);
    long samplesAt = arena.allocate(room * SAMPLE_BYTES);
    memory.putInt(countAt, room);
    code = calls.call(
        NvmlFunction.DEVICE_GET_SAMPLES, handle, ring.type, 0, typeAt, countAt, samplesAt);
    if (isRefused(ring.column, NvmlFunction.DEVICE_GET_SAMPLES, code)) {
      return;
    }
    int count = (int) Math.min(memory.getUnsignedInt(countAt), room);
    for (int i = Math.max(0, count - MAX_SAMPLES); i < count; i++) {
      long at = samplesAt + (long) i * SAMPLE_BYTES;
      long value = value(at + 8, memory.getInt(typeAt));
      long stamp = memory.getLong(at);
      if (value >= 0 && stamp > 0) {
        into.computeIfAbsent(stamp, key -> new TreeMap<>()).put(ring.column, value);
      }
    }
  }

  /** Whether there is no past of a kind, for a reason that is told; a buffer that is empty is no reason. */
  private boolean isRefused(String kind, NvmlFunction function, int code) throws IOException {
    switch (code) {
      case NvmlReturn.SUCCESS, NvmlReturn.INSUFFICIENT_SIZE -> {
        return false;
      }
      case NvmlReturn.NOT_FOUND -> {
        return true;
      }
      default -> {
        notes.inventory(
            gpu,
            "absent.past." + kind,
            "%s: %s".formatted(function.symbol(), NvmlReturn.words(code)));
        return true;
      }
    }
  }

  private void write(SortedMap<Long, Map<String, Long>> samples) throws IOException {
    for (Map.Entry<Long, Map<String, Long>> moment : samples.entrySet()) {
      notes.past("gpu", gpu, moment.getKey(), Map.of(), moment.getValue());
    }
  }

  /** Negative where it is no value: powers, percentages and clocks are not. */
  private long value(long at, int type) {
    return switch (type) {
      case 0 -> Math.round(memory.getDouble(at));
      case 1, 5 -> memory.getUnsignedInt(at);
      case 2, 3, 4 -> memory.getLong(at);
      case 6 -> memory.getShort(at) & 0xFFFF;
      default -> -1;
    };
  }

  private void accounting(long handle) throws IOException {
    memory.putInt(scratch, 0);
    int code = calls.call(NvmlFunction.DEVICE_GET_ACCOUNTING_PIDS, handle, scratch, 0);
    int room = room(MAX_PIDS);
    if (isRefused("accounting", NvmlFunction.DEVICE_GET_ACCOUNTING_PIDS, code) || room == 0) {
      return;
    }
    long pidsAt = arena.allocate(4 * room);
    memory.putInt(scratch, room);
    code = calls.call(NvmlFunction.DEVICE_GET_ACCOUNTING_PIDS, handle, scratch, pidsAt);
    if (code != NvmlReturn.SUCCESS) {
      return;
    }
    int count = (int) Math.min(memory.getUnsignedInt(scratch), room);
    List<Map<String, Long>> ended = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long pid = memory.getUnsignedInt(pidsAt + 4L * i);
      code = calls.call(NvmlFunction.DEVICE_GET_ACCOUNTING_STATS, handle, pid, scratch);
      if (code == NvmlReturn.SUCCESS && AccountingStats.value(memory, scratch, 5) == 0) {
        Map<String, Long> numbers = new TreeMap<>();
        numbers.put("pid", pid);
        for (int place = 0; place < AccountingStats.COLUMNS.size(); place++) {
          long value = AccountingStats.value(memory, scratch, place);
          if (value >= 0) {
            numbers.put(AccountingStats.COLUMNS.get(place), value);
          }
        }
        ended.add(numbers);
      }
    }
    for (Map<String, Long> numbers : ended) {
      notes.past(
          "gpu_process",
          "%s/pid:%s".formatted(gpu, numbers.get("pid")),
          end(numbers),
          Map.of(),
          numbers);
    }
  }

  /** How many there are, as a call that had no room said at {@link #scratch}. */
  private int room(int max) {
    return (int) Math.min(memory.getUnsignedInt(scratch), max);
  }

  /** A process ended when its time was over, as far as accounting knows. */
  private static @Nullable Long end(Map<String, Long> numbers) {
    Long start = numbers.get("accounting_start_us");
    Long time = numbers.get("accounting_time_ms");
    return start == null || time == null || start == 0 ? null : Long.valueOf(start + time * 1_000);
  }

  private void retiredPages(long handle, int cause, String words) throws IOException {
    memory.putInt(scratch, 0);
    int code =
        calls.call(NvmlFunction.DEVICE_GET_RETIRED_PAGES_V2, handle, cause, scratch, 0, 0, 0);
    int room = room(MAX_PAGES);
    String kind = "retired_pages." + cause;
    if (isRefused(kind, NvmlFunction.DEVICE_GET_RETIRED_PAGES_V2, code) || room == 0) {
      return;
    }
    long addressesAt = arena.allocate(8 * room);
    long stampsAt = arena.allocate(8 * room);
    memory.putInt(scratch, room);
    code = calls.call(
        NvmlFunction.DEVICE_GET_RETIRED_PAGES_V2, handle, cause, scratch, addressesAt, stampsAt, 0);
    if (code != NvmlReturn.SUCCESS) {
      return;
    }
    int count = (int) Math.min(memory.getUnsignedInt(scratch), room);
    for (int i = 0; i < count; i++) {
      long stamp = memory.getLong(stampsAt + 8L * i);
      String address = Long.toHexString(memory.getLong(addressesAt + 8L * i));
      notes.past(
          "event",
          gpu,
          stamp > 0 ? Long.valueOf(stamp) : null,
          Map.of(
              "event_class",
              "nvml",
              "reason",
              "page retired",
              "text",
              "page 0x%s retired for %s".formatted(address, words)),
          Map.of());
    }
  }
}
