package io.esnode.capture;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlHeader;
import io.esnode.nvml.NvmlReturn;
import io.esnode.wire.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * NVML from its initialisation to the end of the driver it speaks to, and again. Looks first without attaching to any GPU, so
 * that a sick one cannot block and a sleeping one is not woken. Belongs to one thread.
 */
final class Session {
  /** How long after a refused initialisation the next one is tried. */
  static final long RETRY_NANOS = 10_000_000_000L;

  private static final long NO_GPUS = 1;
  private static final long NO_ATTACH = 2;
  private static final int TEXT_BYTES = 96;
  private static final int BRANCH_WORD = 0x01000054;
  private static final int UUID_AT = 68;
  private static final int BUS_ID_AT = 36;
  private static final int BUS_ID_BYTES = 32;

  private final Context context;
  private final Calls calls;
  private final NativeMemory memory;
  private final PciDevices devices;
  private final CperLog cper;
  private final long scratch;
  private final Map<String, GpuSampler> known = new LinkedHashMap<>();
  private final List<GpuSampler> current = new ArrayList<>();
  private final Set<String> sleeping = new TreeSet<>();
  private final Set<String> missing = new TreeSet<>();

  private Plan plan;
  private int number;
  private @Nullable Integer refused;
  private boolean open;
  private boolean confidential;

  /** A GPU that NVML gave a handle for. */
  private record Found(long handle, String uuid, String address) {
    String entity() {
      return uuid.isEmpty() ? "gpu:pci:" + address : "gpu:" + uuid;
    }
  }

  Session(Context context) {
    this.context = context;
    calls = new Calls(context, Notes.NODE, "gpu");
    context.hangs().watch(calls);
    memory = context.nvml().memory();
    devices = new PciDevices(context.options().root());
    scratch = memory.allocate(Baseline.SCRATCH_BYTES);
    cper = new CperLog(calls, context.notes());
    plan = new Plan(context.nvml(), null);
  }

  boolean isOpen() {
    return open;
  }

  Plan plan() {
    return plan;
  }

  /** The GPUs of this session. */
  List<GpuSampler> gpus() {
    return List.copyOf(current);
  }

  /**
   * Tries to begin a session.
   *
   * @return whether there is one; the samplers of {@link #gpus} then have their beginning before them
   */
  boolean open() throws IOException {
    Map<String, String> facts = new TreeMap<>();
    int code = calls.call(NvmlFunction.INIT_WITH_FLAGS, NO_GPUS | NO_ATTACH);
    if (code == NvmlReturn.SUCCESS) {
      versions(facts);
      calls.call(NvmlFunction.SHUTDOWN);
    } else if (code != NvmlReturn.FUNCTION_NOT_FOUND && code != NvmlReturn.INVALID_ARGUMENT) {
      refuse(NvmlFunction.INIT_WITH_FLAGS, code, facts);
      return false;
    }
    sleeping.clear();
    sleeping.addAll(devices.sleeping());
    boolean careful = !sleeping.isEmpty() || !context.options().withoutUuids().isEmpty();
    NvmlFunction init = careful ? NvmlFunction.INIT_WITH_FLAGS : NvmlFunction.INIT_V2;
    code = calls.call(init, careful ? NO_ATTACH : 0);
    if (code != NvmlReturn.SUCCESS) {
      refuse(init, code, facts);
      return false;
    }
    begin(facts);
    return true;
  }

  private void begin(Map<String, String> facts) throws IOException {
    facts.putAll(Greeting.of(context.nvml().path()).facts());
    versions(facts);
    more(facts);
    OptionalInt header = NvmlHeader.of(
        facts.getOrDefault("nvml.version", ""), facts.getOrDefault("driver.version", ""));
    Integer spoken = header.isPresent() ? Integer.valueOf(header.getAsInt()) : null;
    facts.put("nvml.header", spoken == null ? "unknown" : spoken.toString());
    plan = new Plan(context.nvml(), spoken);
    missing.clear();
    List<Found> found = attach();
    announce(NvmlReturn.SUCCESS, facts);
    if (refused != null) {
      refused = null;
      absences(List.of());
    }
    compare(found);
    start(found);
    for (String gpu : sleeping) {
      missing(gpu, "power/runtime_status is suspended; not woken");
    }
    cper.read();
    open = true;
  }

  private void start(List<Found> found) throws IOException {
    Map<String, Long> handles = new TreeMap<>();
    for (Found gpu : found) {
      handles.put(gpu.entity(), gpu.handle());
    }
    current.clear();
    for (GpuSampler sampler : known.values()) {
      if (!handles.containsKey(sampler.entity())) {
        sampler.sessionOver(NvmlReturn.NOT_FOUND, "NVML does not list it in this session");
      }
    }
    for (Found gpu : found) {
      boolean twice = current.stream().anyMatch(begun -> begun.entity().equals(gpu.entity()));
      if (twice) {
        context
            .notes()
            .gap(
                gpu.entity(),
                "gpu",
                null,
                context.clock().monoNanos(),
                null,
                "NVML lists two GPUs under this name; the first is asked");
      } else {
        current.add(sampler(gpu, handles));
      }
    }
  }

  private GpuSampler sampler(Found gpu, Map<String, Long> handles) {
    GpuSampler sampler = known.computeIfAbsent(gpu.entity(), entity -> {
      GpuSampler added = new GpuSampler(context, plan, known.size(), entity, gpu.uuid());
      context.hangs().watch(added.calls());
      return added;
    });
    sampler.begin(plan, gpu.handle(), handles, confidential);
    return sampler;
  }

  private void announce(int code, Map<String, String> facts) throws IOException {
    context
        .out()
        .write(new Message.Session(
            number,
            code,
            context.clock().tsMicros(),
            context.clock().monoNanos(),
            facts,
            plan.layouts()));
    number++;
  }

  /** Says once why there is no session. */
  private void refuse(NvmlFunction function, int code, Map<String, String> facts)
      throws IOException {
    if (refused != null && refused == code) {
      return;
    }
    refused = code;
    String path = context.nvml().path();
    String library = PciDevices.libraryVersion(path);
    if (!library.isEmpty()) {
      facts.put("library.version", library);
    }
    String loaded = devices.driverVersion();
    if (!loaded.isEmpty()) {
      facts.putIfAbsent("driver.version", loaded);
    }
    String driver = facts.getOrDefault("driver.version", "");
    announce(code, facts);
    String reason = "%s: %s%s"
        .formatted(function.symbol(), NvmlReturn.words(code), versionWords(library, driver));
    absences(List.of(reason), code);
    for (GpuSampler sampler : known.values()) {
      sampler.sessionOver(code, reason);
    }
  }

  private static String versionWords(String library, String driver) {
    return library.isEmpty() && driver.isEmpty()
        ? ""
        : "; library %s, driver %s"
            .formatted(
                library.isEmpty() ? "unknown" : library, driver.isEmpty() ? "unknown" : driver);
  }

  private void absences(List<String> reasons) throws IOException {
    absences(reasons, NvmlReturn.SUCCESS);
  }

  private void absences(List<String> reasons, int code) throws IOException {
    for (int table = 0; table <= Plan.NVLINK; table++) {
      String name = plan.columns(table).table();
      List<Message.Absence> absences = reasons.stream()
          .map(reason -> new Message.Absence(Notes.NODE, name, code, reason))
          .toList();
      context
          .out()
          .write(new Message.Absences(
              -1, table, context.clock().tsMicros(), context.clock().monoNanos(), absences));
    }
  }

  private void versions(Map<String, String> facts) {
    text(facts, "driver.version", NvmlFunction.SYSTEM_GET_DRIVER_VERSION);
    text(facts, "nvml.version", NvmlFunction.SYSTEM_GET_NVML_VERSION);
    if (calls.call(NvmlFunction.SYSTEM_GET_CUDA_DRIVER_VERSION_V2, scratch) == NvmlReturn.SUCCESS) {
      facts.put("cuda.version", Long.toString(memory.getUnsignedInt(scratch)));
    }
  }

  private void text(Map<String, String> facts, String name, NvmlFunction function) {
    if (calls.call(function, scratch, TEXT_BYTES) == NvmlReturn.SUCCESS) {
      facts.put(name, memory.text(scratch, TEXT_BYTES));
    }
  }

  private void more(Map<String, String> facts) {
    memory.putInt(scratch, BRANCH_WORD);
    if (calls.call(NvmlFunction.SYSTEM_GET_DRIVER_BRANCH, scratch, TEXT_BYTES)
        == NvmlReturn.SUCCESS) {
      facts.put("driver.branch", memory.text(scratch + 4, TEXT_BYTES));
    }
    int code = calls.call(NvmlFunction.SYSTEM_GET_CONF_COMPUTE_STATE, scratch);
    confidential = code == NvmlReturn.SUCCESS && memory.getInt(scratch + 4) != 0;
    if (code == NvmlReturn.SUCCESS) {
      facts.put("confidential.environment", Long.toString(memory.getUnsignedInt(scratch)));
      facts.put("confidential.feature", Long.toString(memory.getUnsignedInt(scratch + 4)));
      facts.put("confidential.dev_tools", Long.toString(memory.getUnsignedInt(scratch + 8)));
    } else {
      facts.put(
          "absent.confidential",
          "%s: %s"
              .formatted(
                  NvmlFunction.SYSTEM_GET_CONF_COMPUTE_STATE.symbol(), NvmlReturn.words(code)));
    }
    if (calls.call(NvmlFunction.SYSTEM_GET_CONF_COMPUTE_CAPABILITIES, scratch)
        == NvmlReturn.SUCCESS) {
      facts.put("confidential.cpu", Long.toString(memory.getUnsignedInt(scratch)));
      facts.put("confidential.gpus", Long.toString(memory.getUnsignedInt(scratch + 4)));
    }
    for (Map.Entry<String, String> excluded : excluded().entrySet()) {
      facts.put("excluded." + excluded.getKey(), excluded.getValue());
    }
  }

  /** GPUs that the driver was told to leave alone: address and UUID. */
  private Map<String, String> excluded() {
    Map<String, String> excluded = new TreeMap<>();
    if (calls.call(NvmlFunction.GET_EXCLUDED_DEVICE_COUNT, scratch) != NvmlReturn.SUCCESS) {
      return excluded;
    }
    long count = Math.min(memory.getUnsignedInt(scratch), 64);
    for (int i = 0; i < count; i++) {
      if (calls.call(NvmlFunction.GET_EXCLUDED_DEVICE_INFO_BY_INDEX, i, scratch)
          == NvmlReturn.SUCCESS) {
        excluded.put(
            PciAddress.of(memory.text(scratch + BUS_ID_AT, BUS_ID_BYTES)),
            memory.text(scratch + UUID_AT, 80));
      }
    }
    return excluded;
  }

  private List<Found> attach() throws IOException {
    Map<String, String> bound = devices.bound();
    Set<String> left = context.options().withoutUuids();
    boolean careful = !sleeping.isEmpty() || !left.isEmpty();
    if (!careful || bound.isEmpty()) {
      return attachByIndex();
    }
    List<Found> found = new ArrayList<>();
    for (Map.Entry<String, String> gpu : bound.entrySet()) {
      if (!sleeping.contains(gpu.getKey()) && !left.contains(gpu.getValue())) {
        attach(gpu.getKey(), found);
      }
    }
    return found;
  }

  private void attach(String address, List<Found> found) throws IOException {
    memory.putText(scratch, PciAddress.toNvml(address));
    int code =
        calls.call(NvmlFunction.DEVICE_GET_HANDLE_BY_PCI_BUS_ID_V2, scratch, scratch + TEXT_BYTES);
    if (code == NvmlReturn.SUCCESS) {
      add(memory.getLong(scratch + TEXT_BYTES), found);
    } else {
      missing(
          address,
          "%s: %s"
              .formatted(
                  NvmlFunction.DEVICE_GET_HANDLE_BY_PCI_BUS_ID_V2.symbol(),
                  NvmlReturn.words(code)));
    }
  }

  private List<Found> attachByIndex() throws IOException {
    List<Found> found = new ArrayList<>();
    int code = calls.call(NvmlFunction.DEVICE_GET_COUNT_V2, scratch);
    if (code != NvmlReturn.SUCCESS) {
      lacking(NvmlFunction.DEVICE_GET_COUNT_V2.symbol(), code);
      return found;
    }
    long count = Math.min(memory.getUnsignedInt(scratch), GpuList.MAX_GPUS);
    for (int index = 0; index < count; index++) {
      code = calls.call(NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2, index, scratch);
      if (code == NvmlReturn.SUCCESS) {
        add(memory.getLong(scratch), found);
      } else {
        lacking(
            "%s(%s)".formatted(NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2.symbol(), index), code);
      }
    }
    return found;
  }

  private void add(long handle, List<Found> found) throws IOException {
    int code = calls.call(NvmlFunction.DEVICE_GET_UUID, handle, scratch, TEXT_BYTES);
    String uuid = code == NvmlReturn.SUCCESS ? memory.text(scratch, TEXT_BYTES) : "";
    int pci = calls.call(NvmlFunction.DEVICE_GET_PCI_INFO_V3, handle, scratch);
    String address = pci == NvmlReturn.SUCCESS
        ? PciAddress.of(memory.text(scratch + BUS_ID_AT, BUS_ID_BYTES))
        : "";
    if (uuid.isEmpty() && address.isEmpty()) {
      lacking(NvmlFunction.DEVICE_GET_UUID.symbol(), code);
    } else if (!context.options().withoutUuids().contains(uuid)) {
      found.add(new Found(handle, uuid, address));
    }
  }

  /** A GPU that cannot even be named is missing from the node. */
  private void lacking(String call, int code) throws IOException {
    context
        .notes()
        .gap(
            Notes.NODE,
            "gpu",
            code,
            context.clock().monoNanos(),
            null,
            "%s: %s".formatted(call, NvmlReturn.words(code)));
  }

  /** GPUs that the kernel knows and NVML does not list. */
  private void compare(List<Found> found) throws IOException {
    Map<String, String> bound = devices.bound();
    boolean someLeftOut = !context.options().withoutUuids().isEmpty();
    if (someLeftOut && bound.isEmpty()) {
      return;
    }
    Set<String> expected = new TreeSet<>(devices.gpus());
    expected.addAll(bound.keySet());
    expected.removeAll(sleeping);
    expected.removeAll(missing);
    for (Found gpu : found) {
      expected.remove(gpu.address());
    }
    for (String address : expected) {
      if (context.options().withoutUuids().contains(bound.getOrDefault(address, ""))) {
        continue;
      }
      String where =
          bound.containsKey(address) ? "/proc/driver/nvidia/gpus" : "/sys/bus/pci/devices";
      missing(address, "listed in %s, not by NVML".formatted(where));
    }
  }

  private void missing(String address, String reason) throws IOException {
    missing.add(address);
    context
        .notes()
        .gap("gpu:pci:" + address, "gpu", null, context.clock().monoNanos(), null, reason);
  }

  /**
   * Looks after what may have changed: GPUs that woke, new CPER records.
   *
   * @return GPUs that are new
   */
  List<GpuSampler> look() throws IOException {
    List<GpuSampler> added = new ArrayList<>();
    for (String gpu : List.copyOf(sleeping)) {
      if (devices.isSleeping(gpu)) {
        continue;
      }
      sleeping.remove(gpu);
      List<Found> found = new ArrayList<>();
      attach(gpu, found);
      for (Found awake : found) {
        added.add(sampler(awake, Map.of()));
      }
    }
    current.addAll(added);
    cper.read();
    return added;
  }

  /** Gives NVML back. Only when no call is under way. */
  void close() {
    if (open) {
      open = false;
      calls.call(NvmlFunction.SHUTDOWN);
    }
  }

  /** Whether a call of a player is still out. */
  boolean isUnfinished() {
    return calls.running() != null;
  }
}
