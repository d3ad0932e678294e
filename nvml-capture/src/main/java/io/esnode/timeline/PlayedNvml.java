package io.esnode.timeline;

import io.esnode.nvml.FunctionCatalog;
import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.Nvml;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import io.esnode.timeline.TimelineParser.Instance;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * NVML as a timeline has it: the symbols, field numbers and structs of one header, answered at the time of a virtual clock.
 * {@code docs/format/timeline.md} says what every call answers; the fake library of the tests plays the same page in C.
 *
 * <p>A call that hangs returns {@link Nvml#NOT_RETURNED} at once; made again later, it goes on. A delay takes no time of the clock:
 * it is added to {@link #delayedNanos()}. A handle from before a reset where the timeline says {@code stale crash} does not return
 * either. Thread-safe.
 */
public final class PlayedNvml implements Nvml {
  /** Headers that the pages of the format know; the first answers where the timeline names none. */
  private static final int STANDARD_HEADER = 1204;

  private static final int MEMORY_BYTES = 16 << 20;
  /** Addresses begin behind the page that no process maps, so that 0 is never one. */
  private static final long MEMORY_BASE = 4096;

  private static final int PROCESS_BYTES = 24;
  private static final String ALL = "*";
  /** More than any UUID or bus id has. */
  private static final int TEXT_BYTES = 128;

  private static final int GPUS_PER_SOCKET = 4;
  /** {@code NVML_TOPOLOGY_NODE}. */
  private static final int NODE_LEVEL = 40;
  /** {@code NVML_TOPOLOGY_SYSTEM}. */
  private static final int SYSTEM_LEVEL = 50;

  private static final long HANDLE = 1L << 60;
  private static final int GPU_SHIFT = 48;
  private static final int GENERATION_SHIFT = 24;
  private static final long PART_MASK = (1L << GENERATION_SHIFT) - 1;

  private static final Set<NvmlFunction> INSTANCE_FUNCTIONS = EnumSet.of(
      NvmlFunction.DEVICE_GET_UUID,
      NvmlFunction.DEVICE_GET_NAME,
      NvmlFunction.DEVICE_GET_MEMORY_INFO,
      NvmlFunction.DEVICE_GET_MEMORY_INFO_V2,
      NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES,
      NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V2,
      NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V3,
      NvmlFunction.DEVICE_GET_GRAPHICS_RUNNING_PROCESSES,
      NvmlFunction.DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V2,
      NvmlFunction.DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V3,
      NvmlFunction.DEVICE_GET_GPU_INSTANCE_ID,
      NvmlFunction.DEVICE_GET_COMPUTE_INSTANCE_ID,
      NvmlFunction.DEVICE_GET_ATTRIBUTES_V2);

  private final Timeline timeline;
  private final int header;
  private final VirtualClock clock;
  private final EnumSet<NvmlFunction> functions = EnumSet.noneOf(NvmlFunction.class);
  private final NativeMemory memory = new NativeMemory(
      ByteBuffer.allocateDirect(MEMORY_BYTES).order(ByteOrder.LITTLE_ENDIAN), MEMORY_BASE);
  private final List<PlayedGpu> gpus = new ArrayList<>();
  private final Subject machine;
  private final boolean confidential;
  private final boolean crashesWhenStale;

  private final PlayedSystem system;
  private final PlayedDevice device;
  private final PlayedEvents events;
  private final PlayedGpm gpm;

  private int initialised;
  private int session;
  private long delayedNanos;

  /**
   * @param header of which nvml.h the library is, e.g. 1204
   * @param clock what time it is
   */
  public PlayedNvml(Timeline timeline, int header, VirtualClock clock) {
    this(timeline, header, clock, PROCESS_BYTES);
  }

  /** @param processBytes size of an element of the third version of process lists; 32 in drivers 535.43 to 535.86 */
  PlayedNvml(Timeline timeline, int header, VirtualClock clock, int processBytes) {
    this.timeline = timeline;
    this.header = header;
    this.clock = clock;
    for (NvmlFunction function : NvmlFunction.values()) {
      if (FunctionCatalog.isIn(function, header)) {
        functions.add(function);
      }
    }
    for (int gpu = 0; gpu < timeline.gpuCount(); gpu++) {
      gpus.add(new PlayedGpu(timeline, gpu));
    }
    machine = timeline.subject(Target.MACHINE);
    confidential = timeline.system("cc").orElse("off").equals("on");
    crashesWhenStale = timeline.system("stale").orElse("error").equals("crash");
    system = new PlayedSystem(timeline, header, memory);
    device = new PlayedDevice(timeline, header, memory, processBytes);
    events = new PlayedEvents(timeline, memory);
    gpm = new PlayedGpm(memory);
  }

  /** A player of the header the timeline names, 12.4 where it names none. */
  public PlayedNvml(Timeline timeline, VirtualClock clock) {
    this(timeline, timeline.header().orElse(STANDARD_HEADER), clock);
  }

  /** Which nvml.h the library is. */
  public int header() {
    return header;
  }

  /** The sum of the delays of all calls. */
  @Override
  public synchronized long delayedNanos() {
    return delayedNanos;
  }

  @Override
  public boolean has(NvmlFunction function) {
    return functions.contains(function);
  }

  @Override
  public NativeMemory memory() {
    return memory;
  }

  @Override
  public String path() {
    return timeline.name();
  }

  @Override
  public void close() {}

  @Override
  public synchronized int call(
      NvmlFunction function, long a, long b, long c, long d, long e, long f) {
    if (!functions.contains(function)) {
      return NvmlReturn.FUNCTION_NOT_FOUND;
    }
    long ms = clock.millis();
    return switch (function) {
      case INIT_V2, INIT_WITH_FLAGS -> init(function, ms);
      case SHUTDOWN -> shutdown(ms);
      case DEVICE_GET_COUNT_V2,
          DEVICE_GET_HANDLE_BY_INDEX_V2,
          DEVICE_GET_HANDLE_BY_UUID,
          DEVICE_GET_HANDLE_BY_PCI_BUS_ID_V2 -> lookUp(function, ms, a, b);
      case EVENT_SET_CREATE, EVENT_SET_FREE, EVENT_SET_WAIT, EVENT_SET_WAIT_V2 -> {
        int refused = enterMachine(function, ms);
        yield refused != 0 ? refused : events.call(function, ms, session, a, b, this::handle);
      }
      case GPM_SAMPLE_ALLOC, GPM_SAMPLE_FREE, GPM_METRICS_GET -> {
        int refused = enterMachine(function, ms);
        yield refused != 0 ? refused : gpm.call(function, a);
      }
      case GET_EXCLUDED_DEVICE_COUNT,
          GET_EXCLUDED_DEVICE_INFO_BY_INDEX,
          SYSTEM_GET_CPER_V1,
          SYSTEM_GET_CONF_COMPUTE_CAPABILITIES,
          SYSTEM_GET_CONF_COMPUTE_STATE,
          SYSTEM_GET_CUDA_DRIVER_VERSION_V2,
          SYSTEM_GET_DRIVER_BRANCH,
          SYSTEM_GET_DRIVER_VERSION,
          SYSTEM_GET_NVML_VERSION -> {
        int refused = enterMachine(function, ms);
        yield refused != 0 ? refused : system.call(function, ms, a, b);
      }
      default -> deviceCall(function, ms, a, b, c, d, e, f);
    };
  }

  private int init(NvmlFunction function, long ms) {
    if (!timeline.isDriverLoaded(ms)) {
      return NvmlReturn.DRIVER_NOT_LOADED;
    }
    int refused = disturb(function, ms, machine, null, null);
    if (refused == 0) {
      session = timeline.driverChanges(ms);
      initialised++;
    }
    return refused;
  }

  private int shutdown(long ms) {
    if (initialised == 0) {
      return NvmlReturn.UNINITIALIZED;
    }
    int refused = disturb(NvmlFunction.SHUTDOWN, ms, machine, null, null);
    if (refused == 0) {
      initialised--;
    }
    return refused;
  }

  private int ready(long ms) {
    if (initialised == 0) {
      return NvmlReturn.UNINITIALIZED;
    }
    boolean sameDriver = timeline.isDriverLoaded(ms) && timeline.driverChanges(ms) == session;
    return sameDriver ? NvmlReturn.SUCCESS : NvmlReturn.DRIVER_NOT_LOADED;
  }

  private int enterMachine(NvmlFunction function, long ms) {
    int refused = ready(ms);
    return refused != 0 ? refused : disturb(function, ms, machine, null, null);
  }

  /** Hangs, delays and refuses as the timeline has it; {@code part} is a MIG instance's, {@code gpu} then its GPU's. */
  private int disturb(
      NvmlFunction function,
      long ms,
      Subject first,
      @Nullable Subject gpu,
      @Nullable Subject part) {
    String symbol = function.symbol();
    boolean hangs = hangs(first, symbol, ms)
        || (gpu != null && hangs(gpu, part == null ? symbol : ALL, ms))
        || (part != null && hangs(part, symbol, ms));
    if (hangs) {
      return NOT_RETURNED;
    }
    long delayUs = delayUs(first, symbol, ms);
    if (gpu != null) {
      delayUs = Math.max(delayUs, delayUs(gpu, part == null ? symbol : ALL, ms));
    }
    if (part != null) {
      delayUs = Math.max(delayUs, delayUs(part, symbol, ms));
    }
    delayedNanos += delayUs * 1_000;
    int code = code(first, ALL, ms);
    code = code != 0 || gpu == null ? code : code(gpu, ALL, ms);
    code = code != 0 || part == null ? code : code(part, ALL, ms);
    code = code != 0 ? code : code(first, symbol, ms);
    code = code != 0 || gpu == null || part != null ? code : code(gpu, symbol, ms);
    return code != 0 || part == null ? code : code(part, symbol, ms);
  }

  private static boolean hangs(Subject subject, String symbol, long ms) {
    Hangs own = subject.hangs.get(symbol);
    Hangs all = subject.hangs.get(ALL);
    return (own != null && own.until(ms) > ms) || (all != null && all.until(ms) > ms);
  }

  private static long delayUs(Subject subject, String symbol, long ms) {
    return Math.max(
        current(subject.delaysUs.get(symbol), ms), current(subject.delaysUs.get(ALL), ms));
  }

  private static int code(Subject subject, String symbol, long ms) {
    return (int) current(subject.codes.get(symbol), ms);
  }

  private static long current(@Nullable Series series, long ms) {
    return series == null ? 0 : series.at(ms);
  }

  private int lookUp(NvmlFunction function, long ms, long a, long b) {
    int refused = enterMachine(function, ms);
    if (refused != 0) {
      return refused;
    }
    if (function == NvmlFunction.DEVICE_GET_COUNT_V2) {
      return count(ms, a);
    }
    if (function == NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2) {
      return handleByIndex(ms, Integer.toUnsignedLong((int) a), b);
    }
    if (a == 0 || b == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    String wanted = memory.text(a, TEXT_BYTES);
    return function == NvmlFunction.DEVICE_GET_HANDLE_BY_UUID
        ? handleByUuid(ms, wanted, b)
        : handleByPci(ms, wanted, b);
  }

  private int count(long ms, long address) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    int count = 0;
    for (PlayedGpu gpu : gpus) {
      count += gpu.isPlugged(ms) ? 1 : 0;
    }
    memory.putInt(address, count);
    return NvmlReturn.SUCCESS;
  }

  private int handleByIndex(long ms, long index, long address) {
    long left = index;
    for (PlayedGpu gpu : gpus) {
      if (gpu.isPlugged(ms) && left-- == 0) {
        return give(NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2, ms, gpu, -1, address);
      }
    }
    return NvmlReturn.INVALID_ARGUMENT;
  }

  private int handleByUuid(long ms, String uuid, long address) {
    for (PlayedGpu gpu : gpus) {
      if (!gpu.isPlugged(ms)) {
        continue;
      }
      if (uuid.equals(gpu.text("uuid"))) {
        return give(NvmlFunction.DEVICE_GET_HANDLE_BY_UUID, ms, gpu, -1, address);
      }
      for (int i = 0; i < gpu.instances.size(); i++) {
        Instance instance = gpu.instances.get(i);
        if (PlayedGpu.lives(instance, ms) && uuid.equals(instance.uuid())) {
          return give(NvmlFunction.DEVICE_GET_HANDLE_BY_UUID, ms, gpu, i, address);
        }
      }
    }
    return NvmlReturn.NOT_FOUND;
  }

  private int handleByPci(long ms, String pci, long address) {
    for (PlayedGpu gpu : gpus) {
      if (gpu.isPlugged(ms) && pci.equalsIgnoreCase(gpu.text("pci"))) {
        return give(NvmlFunction.DEVICE_GET_HANDLE_BY_PCI_BUS_ID_V2, ms, gpu, -1, address);
      }
    }
    return NvmlReturn.NOT_FOUND;
  }

  private int give(NvmlFunction function, long ms, PlayedGpu gpu, int instance, long address) {
    int refused = disturb(function, ms, gpu.subject, null, null);
    if (refused != 0) {
      return refused;
    }
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    memory.putLong(address, handle(gpu, instance, ms));
    return NvmlReturn.SUCCESS;
  }

  private long handle(int gpu, long ms) {
    return handle(gpus.get(gpu), -1, ms);
  }

  private static long handle(PlayedGpu gpu, int instance, long ms) {
    return HANDLE
        | ((long) gpu.index << GPU_SHIFT)
        | ((long) gpu.generation(ms) << GENERATION_SHIFT)
        | instance + 1L;
  }

  private int deviceCall(
      NvmlFunction function, long ms, long handle, long b, long c, long d, long e, long f) {
    int refused = ready(ms);
    if (refused != 0) {
      return refused;
    }
    @Nullable PlayedGpu gpu = gpuOf(handle);
    if (gpu == null) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    int part = (int) (handle & PART_MASK) - 1;
    @Nullable Instance instance = part < 0 ? null : gpu.instances.get(part);
    boolean stale =
        handle(gpu, part, ms) != handle || (instance != null && !PlayedGpu.lives(instance, ms));
    if (stale) {
      return crashesWhenStale ? NOT_RETURNED : NvmlReturn.INVALID_ARGUMENT;
    }
    if (!gpu.isPlugged(ms)) {
      return NvmlReturn.GPU_IS_LOST;
    }
    Subject subject = instance == null ? gpu.subject : timeline.subject(instance.target());
    refused = disturb(function, ms, machine, gpu.subject, instance == null ? null : subject);
    if (refused != 0) {
      return refused;
    }
    if (instance != null && !INSTANCE_FUNCTIONS.contains(function)) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    PlayedCall call = new PlayedCall(ms, function, gpu, instance, subject, confidential, header);
    return switch (function) {
      case DEVICE_GET_INDEX -> index(gpu, ms, b);
      case DEVICE_GET_MIG_DEVICE_HANDLE_BY_INDEX -> migHandle(call, b, c);
      case DEVICE_GET_TOPOLOGY_COMMON_ANCESTOR -> commonAncestor(gpu, b, c);
      case DEVICE_REGISTER_EVENTS -> events.register(call, session, b, c);
      case GPM_QUERY_DEVICE_SUPPORT -> gpm.querySupport(call, b);
      case GPM_SAMPLE_GET -> gpm.sample(call, b);
      default -> device.call(function, call, b, c, d, e, f);
    };
  }

  private @Nullable PlayedGpu gpuOf(long handle) {
    long gpu = (handle & ~HANDLE) >>> GPU_SHIFT;
    if ((handle & HANDLE) == 0 || handle < 0 || gpu >= gpus.size()) {
      return null;
    }
    PlayedGpu found = gpus.get((int) gpu);
    return (handle & PART_MASK) > found.instances.size() ? null : found;
  }

  private int index(PlayedGpu gpu, long ms, long address) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    int before = 0;
    for (int i = 0; i < gpu.index; i++) {
      before += gpus.get(i).isPlugged(ms) ? 1 : 0;
    }
    memory.putInt(address, before);
    return NvmlReturn.SUCCESS;
  }

  private int migHandle(PlayedCall call, long index, long address) {
    if (!call.isMig()) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    long left = Integer.toUnsignedLong((int) index);
    for (int i = 0; i < call.gpu.instances.size(); i++) {
      if (PlayedGpu.lives(call.gpu.instances.get(i), call.ms) && left-- == 0) {
        if (address == 0) {
          return NvmlReturn.INVALID_ARGUMENT;
        }
        memory.putLong(address, handle(call.gpu, i, call.ms));
        return NvmlReturn.SUCCESS;
      }
    }
    return NvmlReturn.NOT_FOUND;
  }

  private int commonAncestor(PlayedGpu gpu, long other, long address) {
    @Nullable PlayedGpu second = gpuOf(other);
    if (second == null || address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    int level = SYSTEM_LEVEL;
    if (gpu == second) {
      level = 0;
    } else if (gpu.index / GPUS_PER_SOCKET == second.index / GPUS_PER_SOCKET) {
      level = NODE_LEVEL;
    }
    memory.putInt(address, level);
    return NvmlReturn.SUCCESS;
  }
}
