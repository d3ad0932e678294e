package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The events of all GPUs of a session. Events carry no time, so they are stamped when the wait returns. A GPU that answers
 * nothing is left out of the set: it would make every wait fail, and silence the others. Belongs to one thread.
 *
 * <pre>
 * 0        8           16          24              28
 * | device | eventType | eventData | gpuInstanceId | computeInstanceId |   nvmlEventData_t
 * </pre>
 */
final class EventWatch {
  static final int SCRATCH_BYTES = 128;

  /** Without P-state 0x4 and clock changes 0x10, which are many and say nothing. */
  static final long WANTED = 0xFF8B;

  private static final long RECOVERY_ACTION = 0x8000;
  private static final long NO_INSTANCE = 0xFFFFFFFFL;
  private static final int MAX_AT_ONCE = 256;
  private static final Map<Long, String> WORDS = Map.ofEntries(
      Map.entry(0x1L, "single-bit ECC error"),
      Map.entry(0x2L, "double-bit ECC error"),
      Map.entry(0x4L, "P-state"),
      Map.entry(0x8L, "Xid"),
      Map.entry(0x10L, "clock"),
      Map.entry(0x80L, "power source changed"),
      Map.entry(0x100L, "MIG configuration changed"),
      Map.entry(0x200L, "single-bit ECC error storm"),
      Map.entry(0x400L, "DRAM page or row retirement"),
      Map.entry(0x800L, "DRAM retirement failure"),
      Map.entry(0x1000L, "non-fatal poison"),
      Map.entry(0x2000L, "fatal poison"),
      Map.entry(0x4000L, "GPU unavailable"),
      Map.entry(0x8000L, "GPU recovery action changed"));

  private final Context context;
  private final Calls calls;
  private final NativeMemory memory;
  private final List<GpuSampler> gpus;
  private final long data;
  private final long field;
  private final OptionalInt recoveryField;
  private final Map<Long, String> entities = new HashMap<>();
  private final Map<String, Integer> refusals = new HashMap<>();
  private long set;
  private int signature;
  private int failed;
  private long failedSince;

  EventWatch(Context context, Calls calls, long scratch, Plan plan, List<GpuSampler> gpus) {
    this.context = context;
    this.calls = calls;
    this.gpus = gpus;
    memory = context.nvml().memory();
    data = scratch;
    field = scratch + 64;
    recoveryField = plan.number("GET_GPU_RECOVERY_ACTION");
  }

  /** Takes what has happened, without waiting. */
  void drain() throws IOException {
    for (int i = 0; i < MAX_AT_ONCE && await(0); i++) {
      // each event is written as it comes
    }
  }

  /**
   * Waits for an event and tells it.
   *
   * @return whether one came
   */
  boolean await(int timeoutMillis) throws IOException {
    if (set == 0 || signature != signature()) {
      create();
    }
    if (set == 0) {
      return false;
    }
    NvmlFunction wait = calls.has(NvmlFunction.EVENT_SET_WAIT_V2)
        ? NvmlFunction.EVENT_SET_WAIT_V2
        : NvmlFunction.EVENT_SET_WAIT;
    memory.putLong(data + 24, -1);
    int code = calls.call(wait, set, data, timeoutMillis);
    if (code == NvmlReturn.SUCCESS) {
      works();
      tell();
      return true;
    }
    if (code == NvmlReturn.TIMEOUT) {
      works();
      return false;
    }
    fails(wait, code);
    free();
    return false;
  }

  /** Whether the last wait failed; the next should not follow at once. */
  boolean isFailing() {
    return failed != 0 || set == 0;
  }

  private int signature() {
    int now = 1;
    for (int i = 0; i < gpus.size(); i++) {
      GpuSampler gpu = gpus.get(i);
      now = 31 * now + (gpu.isAnswering() ? gpu.generation() : 0);
    }
    return now;
  }

  private void create() throws IOException {
    free();
    signature = signature();
    entities.clear();
    int code = calls.call(NvmlFunction.EVENT_SET_CREATE, data);
    if (code != NvmlReturn.SUCCESS) {
      fails(NvmlFunction.EVENT_SET_CREATE, code);
      return;
    }
    set = memory.getLong(data);
    for (GpuSampler gpu : gpus) {
      if (gpu.isAnswering()) {
        register(gpu);
      }
    }
  }

  private void register(GpuSampler gpu) throws IOException {
    long handle = gpu.handle().value();
    int code = calls.call(NvmlFunction.DEVICE_GET_SUPPORTED_EVENT_TYPES, handle, data);
    NvmlFunction asked = NvmlFunction.DEVICE_GET_SUPPORTED_EVENT_TYPES;
    if (code == NvmlReturn.SUCCESS) {
      asked = NvmlFunction.DEVICE_REGISTER_EVENTS;
      code = calls.call(asked, handle, memory.getLong(data) & WANTED, set);
    }
    if (code == NvmlReturn.SUCCESS) {
      entities.put(handle, gpu.entity());
      refusals.remove(gpu.entity());
      return;
    }
    Integer before = refusals.put(gpu.entity(), code);
    if (before == null || before != code) {
      context
          .notes()
          .gap(
              gpu.entity(),
              "event",
              code,
              context.clock().monoNanos(),
              null,
              "%s: %s".formatted(asked.symbol(), NvmlReturn.words(code)));
    }
  }

  private void works() throws IOException {
    if (failed != 0) {
      context
          .notes()
          .gap(
              Notes.NODE,
              "event",
              failed,
              failedSince,
              context.clock().monoNanos(),
              "events are delivered again: %s before".formatted(NvmlReturn.words(failed)));
      failed = 0;
    }
  }

  private void fails(NvmlFunction function, int code) throws IOException {
    if (failed == 0) {
      failedSince = context.clock().monoNanos();
      context
          .notes()
          .gap(
              Notes.NODE,
              "event",
              code,
              failedSince,
              null,
              "%s: %s".formatted(function.symbol(), NvmlReturn.words(code)));
    }
    failed = code;
  }

  private void tell() throws IOException {
    long device = memory.getLong(data);
    long type = memory.getLong(data + 8);
    long value = memory.getLong(data + 16);
    long gpuInstance = memory.getUnsignedInt(data + 24);
    long computeInstance = memory.getUnsignedInt(data + 28);
    String entity = entities.getOrDefault(device, Notes.NODE);
    Map<String, String> texts = new HashMap<>();
    Map<String, Long> numbers = new HashMap<>();
    texts.put("event_class", "nvml");
    texts.put("reason", WORDS.getOrDefault(type, "event type 0x" + Long.toHexString(type)));
    if (entity.startsWith("gpu:GPU-")) {
      texts.put("gpu_uuid", entity.substring("gpu:".length()));
    }
    numbers.put("code", type);
    if (value >= 0) {
      numbers.put("data", value);
    } else {
      texts.put("text", "eventData 0x" + Long.toHexString(value));
    }
    if (gpuInstance != NO_INSTANCE) {
      numbers.put("gpu_instance", gpuInstance);
    }
    if (computeInstance != NO_INSTANCE) {
      numbers.put("compute_instance", computeInstance);
    }
    if (type == RECOVERY_ACTION) {
      recoveryAction(device, numbers);
    }
    context.notes().event(entity, texts, numbers);
  }

  /** The event carries no data; what the driver now asks for is a field. */
  private void recoveryAction(long device, Map<String, Long> numbers) {
    if (recoveryField.isEmpty()) {
      return;
    }
    memory.putInt(field, recoveryField.getAsInt());
    memory.putInt(field + 4, 0);
    int code = calls.call(NvmlFunction.DEVICE_GET_FIELD_VALUES, device, 1, field);
    if (code == NvmlReturn.SUCCESS && memory.getInt(field + 28) == NvmlReturn.SUCCESS) {
      numbers.put("recovery_action_to", memory.getUnsignedInt(field + 32));
    }
  }

  private void free() {
    if (set != 0) {
      long old = set;
      set = 0;
      calls.call(NvmlFunction.EVENT_SET_FREE, old);
    }
  }

  void close() {
    free();
  }
}
