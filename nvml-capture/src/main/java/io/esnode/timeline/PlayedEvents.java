package io.esnode.timeline;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import io.esnode.timeline.TimelineParser.Occurrence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Event sets. A set gets what happens after it was registered for it, once, in the order of time; waiting takes no time here.
 *
 * <pre>
 * nvmlEventData_t, 32 bytes
 * 0        8      16     24              28
 * | device | type | data | GPU instance | compute instance |
 * </pre>
 */
final class PlayedEvents {
  private static final int NO_INSTANCE = -1;
  private static final long FIRST_SET = 1L << 58;

  private final NativeMemory memory;
  private final List<Occurrence> events;
  private final Map<Long, EventSet> sets = new HashMap<>();
  private long nextSet = FIRST_SET;

  /** Makes handles. */
  @FunctionalInterface
  interface Handles {
    long of(int gpu, long ms);
  }

  private static final class EventSet {
    private final int session;
    private final Map<Integer, Registration> registrations = new HashMap<>();
    /** Everything before was delivered or missed. */
    private int next;

    EventSet(int session) {
      this.session = session;
    }
  }

  private record Registration(long sinceMs, long types) {}

  PlayedEvents(Timeline timeline, NativeMemory memory) {
    this.memory = memory;
    events = timeline.events();
  }

  int call(NvmlFunction function, long ms, int session, long a, long b, Handles handles) {
    return switch (function) {
      case EVENT_SET_CREATE -> create(session, a);
      case EVENT_SET_FREE ->
        sets.remove(a) == null ? NvmlReturn.INVALID_ARGUMENT : NvmlReturn.SUCCESS;
      case EVENT_SET_WAIT -> waitFor(ms, session, a, b, false, handles);
      default -> waitFor(ms, session, a, b, true, handles);
    };
  }

  private int create(int session, long address) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    sets.put(nextSet, new EventSet(session));
    memory.putLong(address, nextSet++);
    return NvmlReturn.SUCCESS;
  }

  int register(PlayedCall call, int session, long types, long handle) {
    EventSet set = sets.get(handle);
    if (set == null || set.session != session) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    if ((types & ~call.is("events_supported")) != 0) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    Registration before = set.registrations.get(call.gpu.index);
    long sinceMs = before == null || before.types() == 0 ? call.ms : before.sinceMs();
    long all = before == null ? types : before.types() | types;
    set.registrations.put(call.gpu.index, new Registration(sinceMs, all));
    return NvmlReturn.SUCCESS;
  }

  private int waitFor(
      long ms, int session, long handle, long address, boolean withInstance, Handles handles) {
    EventSet set = sets.get(handle);
    if (set == null || address == 0 || set.session != session) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    while (set.next < events.size() && events.get(set.next).atMs() <= ms) {
      Occurrence event = events.get(set.next++);
      @Nullable Registration registration = set.registrations.get(event.gpu());
      if (registration == null
          || (registration.types() & event.type()) == 0
          || event.atMs() <= registration.sinceMs()) {
        continue;
      }
      memory.putLong(address, handles.of(event.gpu(), ms));
      memory.putLong(address + 8, event.type());
      memory.putLong(address + 16, event.data());
      memory.putInt(address + 24, withInstance ? event.gpuInstance() : NO_INSTANCE);
      memory.putInt(address + 28, withInstance ? event.computeInstance() : NO_INSTANCE);
      return NvmlReturn.SUCCESS;
    }
    return NvmlReturn.TIMEOUT;
  }
}
