package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import io.esnode.wire.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is asked of one GPU: its baseline and its past when a session begins, then its ticks. The work is a list of
 * steps, so that a tick whose call did not come back goes on there when it does. Belongs to one thread but where it says
 * otherwise; a tick on which nothing changes allocates nothing.
 */
final class GpuSampler {
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long RESOLVE_NANOS = 5 * SECOND_NANOS;
  private static final long NEVER = Long.MIN_VALUE;

  private final Context context;
  private final int place;
  private final String entity;
  private final String uuid;
  private final Calls calls;
  private final NativeMemory memory;
  private final Arena arena;
  private final long uuidAt;
  private final long scratch;
  private final Handle handle = new Handle(0);
  private final GpuTable table;
  private final GpuTable processTable;
  private final GpuTable linkTable;

  private BackOff backOff = new BackOff();
  private Program beginning = new Program(List.of());
  private GpuTick ticking;
  private Columns columns;
  /** Null until it is asked between two ticks of the session. */
  private @Nullable BetweenTicks between;

  private boolean begun;
  private long lostSince = NEVER;
  private int lostCode;
  private long resolved = NEVER;
  private long slowSince = NEVER;
  private long interval;
  private volatile boolean answering = true;
  private int handles;
  private volatile int generation;
  private volatile int sessionCode;

  /**
   * @param place on the pipe
   * @param entity {@code gpu:UUID}, or {@code gpu:pci:BDF} where NVML told no UUID
   * @param uuid empty where NVML did not tell it
   */
  GpuSampler(Context context, Plan plan, int place, String entity, String uuid) {
    this.context = context;
    this.place = place;
    this.entity = entity;
    this.uuid = uuid;
    interval = context.options().intervalNanos();
    calls = new Calls(context, entity, "gpu");
    memory = context.nvml().memory();
    arena = new Arena(memory);
    uuidAt = memory.allocate(GpuList.UUID_BYTES);
    memory.putText(uuidAt, uuid);
    scratch = memory.allocate(Baseline.SCRATCH_BYTES);
    table = new GpuTable(context, place, Plan.GPU, entity, plan.columns(Plan.GPU), false);
    processTable = new GpuTable(
        context, place, Plan.GPU_PROCESS, entity, plan.columns(Plan.GPU_PROCESS), false);
    linkTable = new GpuTable(context, place, Plan.NVLINK, entity, plan.columns(Plan.NVLINK), true);
    ticking = tick(plan);
    columns = plan.columns(Plan.GPU);
  }

  private GpuTick tick(Plan plan) {
    return new GpuTick(
        context, calls, arena, plan, entity, place, handle, table, processTable, linkTable);
  }

  String entity() {
    return entity;
  }

  Calls calls() {
    return calls;
  }

  /** Any thread. */
  Handle handle() {
    return handle;
  }

  /** Whether the last tick brought a value. Any thread. */
  boolean isAnswering() {
    return answering;
  }

  /** Counts the handles this GPU has had. Any thread. */
  int generation() {
    return generation;
  }

  /** The code that says that the session is over; 0 while it lasts. Any thread. */
  int sessionCode() {
    return sessionCode;
  }

  /**
   * Begins a session; {@link #resume} does the work. Only between two ticks.
   *
   * @param others entity and handle of all GPUs
   * @param confidential whether the machine is in confidential-computing mode
   */
  void begin(Plan plan, long first, Map<String, Long> others, boolean confidential) {
    arena.reset();
    table.clear();
    processTable.clear();
    linkTable.clear();
    handle.set(first);
    handles++;
    generation = handles;
    sessionCode = 0;
    answering = true;
    begun = false;
    lostSince = NEVER;
    slowSince = NEVER;
    backOff = new BackOff();
    ticking = tick(plan);
    columns = plan.columns(Plan.GPU);
    between = null;
    beginning = new Program(beginning(others, confidential));
    beginning.restart();
  }

  private List<Step> beginning(Map<String, Long> others, boolean confidential) {
    List<Step> steps = new ArrayList<>();
    Baseline baseline = new Baseline(calls, scratch);
    steps.add(() -> describe(baseline, others));
    if (confidential) {
      Attestation attestation = new Attestation(calls, arena, context.notes(), entity);
      steps.add(() -> attestation.report(handle.value(), context.options().nonce()));
      steps.add(() -> attestation.certificate(handle.value()));
    }
    steps.addAll(new Harvest(calls, arena, context.notes(), entity).steps(handle));
    return steps;
  }

  private void describe(Baseline baseline, Map<String, Long> others) throws IOException {
    Map<String, String> facts = new TreeMap<>(baseline.facts(handle.value()));
    if (!uuid.isEmpty()) {
      facts.put("uuid", uuid);
    }
    int code = calls.call(NvmlFunction.DEVICE_GET_PCI_INFO_V3, handle.value(), scratch);
    if (code == NvmlReturn.SUCCESS) {
      facts.put("pci.address", PciAddress.of(memory.text(scratch + 36, 32)));
    }
    for (Map.Entry<String, Long> other : others.entrySet()) {
      if (other.getKey().equals(entity)) {
        continue;
      }
      code = calls.call(
          NvmlFunction.DEVICE_GET_TOPOLOGY_COMMON_ANCESTOR,
          handle.value(),
          other.getValue(),
          scratch);
      if (code == NvmlReturn.SUCCESS) {
        facts.put("topology." + other.getKey(), Long.toString(memory.getUnsignedInt(scratch)));
      }
    }
    context.out().write(new Message.Gpu(place, entity, facts));
  }

  /** What a call that did not come back left undone, the beginning of a session first of all. */
  void resume() throws IOException {
    while (!beginning.isDone()) {
      beginning.step();
    }
    if (!begun) {
      begun = true;
      beginning = new Program(List.of());
      calls.takeLate();
      calls.takeCount();
      calls.takeNanos();
    }
    if (ticking.isUnderWay()) {
      ticking.run();
      ended();
    }
  }

  /**
   * Asks for everything that is due.
   *
   * @param tick of the recording
   * @param turn counts the times that it is asked, whatever the interval
   * @param intervalNanos from turn to turn
   */
  void tick(long tick, long turn, long intervalNanos) throws IOException {
    interval = intervalNanos;
    resume();
    if (!backOff.isDue(turn) || sessionCode != 0 || (lostSince != NEVER && !resolve())) {
      return;
    }
    ticking.start(tick, tick * context.options().intervalNanos() + place * SECOND_NANOS);
    ticking.run();
    ended();
  }

  /**
   * Asks between two ticks for what is asked at every tick, where the last tick brought something.
   *
   * @param turn of the pace
   */
  void between(Pace pace, long turn) throws IOException {
    if (!begun
        || ticking.isUnderWay()
        || sessionCode != 0
        || lostSince != NEVER
        || handle.value() == 0) {
      return;
    }
    BetweenTicks samples = between;
    if (samples == null) {
      samples = new BetweenTicks(context, calls, ticking.fast(), columns, entity, place);
      between = samples;
    }
    samples.turn(pace, turn, backOff.stride() > 1);
  }

  private void ended() throws IOException {
    if (ticking.hasValues()) {
      if (lostSince != NEVER) {
        found();
      }
    } else if (ticking.fatal() != 0) {
      lose(ticking.fatal());
    }
    int before = backOff.stride();
    if (backOff.add(ticking.nvmlNanos(), interval)) {
      slowed(before);
    }
  }

  private void lose(int code) throws IOException {
    switch (code) {
      case NvmlReturn.UNINITIALIZED,
          NvmlReturn.DRIVER_NOT_LOADED,
          NvmlReturn.LIB_RM_VERSION_MISMATCH -> sessionCode = code;
      default -> {}
    }
    if (lostSince == NEVER) {
      lostSince = ticking.beganNanos();
      resolved = NEVER;
      answering = false;
    }
    lostCode = code;
    String reason = "%s answers no call: %s".formatted(entity, NvmlReturn.words(code));
    processTable.absent(code, reason);
    linkTable.absent(code, reason);
  }

  private void found() throws IOException {
    context
        .notes()
        .gap(
            entity,
            "gpu",
            lostCode,
            lostSince,
            ticking.beganNanos(),
            "answers again after %s ms: %s before"
                .formatted(
                    (ticking.beganNanos() - lostSince) / 1_000_000, NvmlReturn.words(lostCode)));
    lostSince = NEVER;
    answering = true;
  }

  /** Looks the GPU up again; whether there is a handle to ask. */
  private boolean resolve() throws IOException {
    long now = context.clock().monoNanos();
    if (uuid.isEmpty()) {
      return true;
    }
    if (resolved != NEVER && now - resolved < RESOLVE_NANOS) {
      return handle.value() != 0;
    }
    int code = calls.call(NvmlFunction.DEVICE_GET_HANDLE_BY_UUID, uuidAt, scratch);
    resolved = now;
    if (code == NvmlReturn.SUCCESS) {
      long found = memory.getLong(scratch);
      if (found != handle.value()) {
        boolean wasGone = handle.value() == 0;
        handle.set(found);
        handles++;
        generation = handles;
        ticking.handleChanged();
        context
            .notes()
            .event(
                entity,
                Map.of(
                    "event_class",
                    "nvml",
                    "reason",
                    wasGone ? "GPU is back in the list" : "handle changed: the GPU was reset"),
                Map.of());
      }
      return true;
    }
    if (code == NvmlReturn.UNINITIALIZED || code == NvmlReturn.DRIVER_NOT_LOADED) {
      sessionCode = code;
      return false;
    }
    if (code == NvmlReturn.NOT_FOUND
        || code == NvmlReturn.GPU_NOT_FOUND
        || code == NvmlReturn.INVALID_ARGUMENT) {
      gone(code);
      return false;
    }
    return handle.value() != 0;
  }

  private void gone(int code) throws IOException {
    handle.set(0);
    String reason = "%s(%s): %s"
        .formatted(NvmlFunction.DEVICE_GET_HANDLE_BY_UUID.symbol(), uuid, NvmlReturn.words(code));
    table.absent(code, reason);
    processTable.absent(code, reason);
    linkTable.absent(code, reason);
  }

  /** All tables are absent because there is no session. Not while a tick is under way. */
  void sessionOver(int code, String reason) throws IOException {
    handle.set(0);
    answering = false;
    table.absent(code, reason);
    processTable.absent(code, reason);
    linkTable.absent(code, reason);
  }

  private void slowed(int before) throws IOException {
    long now = context.clock().monoNanos();
    boolean slower = backOff.stride() > before;
    long from = slower || slowSince == NEVER ? now : slowSince;
    if (slower && slowSince == NEVER) {
      slowSince = now;
    }
    String rate = "asked every %s. tick".formatted(backOff.stride());
    String reason = slower
        ? "NVML took more than %s ms, half an interval, at 1 of 20 ticks: %s"
            .formatted(interval / 2_000_000, rate)
        : "NVML is calm again: " + rate;
    context.notes().gap(entity, "gpu", null, from, slower ? null : Long.valueOf(now), reason);
    if (backOff.stride() == 1) {
      slowSince = NEVER;
    }
  }

  /** Looks at the InfoROM again and gives back what NVML allocated. Only between two ticks. */
  void end() throws IOException {
    if (handle.value() != 0 && begun && answering) {
      Map<String, String> facts = new Baseline(calls, scratch).inforom(handle.value());
      for (Map.Entry<String, String> fact : facts.entrySet()) {
        context.notes().inventory(entity, fact.getKey() + "_at_end", fact.getValue());
      }
      ticking.close();
    }
  }

  /** Whether a call of a player is still out. */
  boolean isUnfinished() {
    return !beginning.isDone() || ticking.isUnderWay();
  }
}
