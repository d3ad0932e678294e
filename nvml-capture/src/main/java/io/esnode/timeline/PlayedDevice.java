package io.esnode.timeline;

import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlFunction;
import io.esnode.nvml.NvmlReturn;
import io.esnode.timeline.TimelineParser.Account;
import io.esnode.timeline.TimelineParser.Instance;
import io.esnode.timeline.TimelineParser.RetiredPage;
import io.esnode.timeline.TimelineParser.Tenant;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Functions about one GPU, or one MIG instance. Struct offsets and version words are those of nvml.h on x86-64. */
final class PlayedDevice {
  private static final int TEMPERATURE_V1 = 0x0100000c;
  private static final int MARGIN_TEMPERATURE_V1 = 0x01000008;
  private static final int MEMORY_V2 = 0x02000028;
  private static final int SRAM_V1 = 0x01000068;
  private static final int SRAM_UNIQUE_V1 = 0x01000010;
  private static final int REPAIR_V1 = 0x0100000c;
  private static final int FABRIC_V2 = 0x02000024;
  private static final int FABRIC_V3 = 0x03000028;
  private static final int FABRIC_V3_HEADER = 1300;
  private static final int PDI_V1 = 0x01000010;

  private static final int SAMPLES = 120;
  private static final int TYPE_UINT = 1;
  private static final int SAMPLE_BYTES = 16;
  private static final int UNUSED_WORD = 0xa5a5a5a5;
  private static final long PERIOD_US = 167_000;
  private static final int GSP_VERSION_BYTES = 64;
  private static final int ACCOUNTING_PIDS = 4_000;
  private static final int MIG_DEVICES = 7;
  private static final int MULTIPROCESSORS_PER_SLICE = 16;
  private static final int NVLINK_CAPABILITIES = 6;
  /** {@code NVML_NVLINK_DEVICE_TYPE_SWITCH}. */
  private static final int SWITCH = 2;

  private static final long SWITCH_PCI_DEVICE = 0x22a310deL;
  private static final int NO_INSTANCE = -1;
  private static final int NONCE_BYTES = 32;

  private static final List<String> SRAM_COUNTERS = List.of(
      "sram_unc_parity_agg",
      "sram_unc_secded_agg",
      "sram_cor_agg",
      "sram_unc_parity_vol",
      "sram_unc_secded_vol",
      "sram_cor_vol",
      "sram_l2",
      "sram_sm",
      "sram_pcie",
      "sram_mcu",
      "sram_other");
  private static final List<String> BANKS =
      List.of("banks_max", "banks_high", "banks_partial", "banks_low", "banks_none");
  private static final List<String> SAMPLED = List.of(
      "power_mw",
      "utilization_gpu",
      "utilization_memory",
      "encoder_percent",
      "decoder_percent",
      "clock_sm_mhz",
      "clock_memory_mhz");
  private static final List<String> INFOROM_OBJECTS =
      List.of("inforom_oem", "inforom_ecc", "inforom_power");
  private static final List<String> LINK_COUNTERS =
      List.of("NVLINK_ERROR_DL_REPLAY", "NVLINK_ERROR_DL_RECOVERY", "NVLINK_ERROR_DL_CRC");

  private static final Map<NvmlFunction, String> UNSIGNED = new EnumMap<>(NvmlFunction.class);
  private static final Map<NvmlFunction, String> UNSIGNED_LONG = new EnumMap<>(NvmlFunction.class);
  private static final Map<NvmlFunction, String> NUMBERS = new EnumMap<>(NvmlFunction.class);
  private static final Map<NvmlFunction, String> TEXTS = new EnumMap<>(NvmlFunction.class);

  static {
    UNSIGNED.put(NvmlFunction.DEVICE_GET_PERSISTENCE_MODE, "persistence_mode");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_COMPUTE_MODE, "compute_mode");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_POWER_MANAGEMENT_LIMIT, "power_limit_mw");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_POWER_MANAGEMENT_DEFAULT_LIMIT, "power_limit_default_mw");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_ENFORCED_POWER_LIMIT, "power_limit_mw");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_MAX_PCIE_LINK_GENERATION, "pcie_generation_max");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_GPU_MAX_PCIE_LINK_GENERATION, "pcie_generation_max");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_MAX_PCIE_LINK_WIDTH, "pcie_width_max");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_CURR_PCIE_LINK_GENERATION, "pcie_generation");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_CURR_PCIE_LINK_WIDTH, "pcie_width");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_NUM_FANS, "fans");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_ACCOUNTING_MODE, "accounting_mode");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_PERFORMANCE_STATE, "performance_state");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_POWER_USAGE, "power_mw");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_BBX_TIME_DATA_V1, "bbx_seconds");
    UNSIGNED.put(NvmlFunction.DEVICE_GET_UNREPAIRABLE_MEMORY_FLAG_V1, "unrepairable_memory");

    UNSIGNED_LONG.put(NvmlFunction.DEVICE_GET_CURRENT_CLOCKS_EVENT_REASONS, "reasons");
    UNSIGNED_LONG.put(NvmlFunction.DEVICE_GET_CURRENT_CLOCKS_THROTTLE_REASONS, "reasons");
    UNSIGNED_LONG.put(NvmlFunction.DEVICE_GET_SUPPORTED_CLOCKS_EVENT_REASONS, "reasons_supported");
    UNSIGNED_LONG.put(
        NvmlFunction.DEVICE_GET_SUPPORTED_CLOCKS_THROTTLE_REASONS, "reasons_supported");
    UNSIGNED_LONG.put(NvmlFunction.DEVICE_GET_SUPPORTED_EVENT_TYPES, "events_supported");

    NUMBERS.put(NvmlFunction.DEVICE_GET_MINOR_NUMBER, "minor");
    NUMBERS.put(NvmlFunction.DEVICE_GET_MODULE_ID, "module");
    NUMBERS.put(NvmlFunction.DEVICE_GET_BOARD_ID, "board");
    NUMBERS.put(NvmlFunction.DEVICE_GET_ARCHITECTURE, "architecture");
    NUMBERS.put(NvmlFunction.DEVICE_GET_BRAND, "brand");
    NUMBERS.put(NvmlFunction.DEVICE_GET_NUM_GPU_CORES, "cores");
    NUMBERS.put(NvmlFunction.DEVICE_GET_MEMORY_BUS_WIDTH, "bus_width");
    NUMBERS.put(NvmlFunction.DEVICE_GET_NUMA_NODE_ID, "numa");
    NUMBERS.put(NvmlFunction.DEVICE_GET_INFOROM_CONFIGURATION_CHECKSUM, "checksum");

    TEXTS.put(NvmlFunction.DEVICE_GET_NAME, "name");
    TEXTS.put(NvmlFunction.DEVICE_GET_SERIAL, "serial");
    TEXTS.put(NvmlFunction.DEVICE_GET_VBIOS_VERSION, "vbios");
    TEXTS.put(NvmlFunction.DEVICE_GET_BOARD_PART_NUMBER, "part");
    TEXTS.put(NvmlFunction.DEVICE_GET_INFOROM_IMAGE_VERSION, "inforom");
  }

  private final Timeline timeline;
  private final int header;
  private final int processBytes;
  private final NativeMemory memory;
  private final Output output;
  private final PlayedFields fields;

  PlayedDevice(Timeline timeline, int header, NativeMemory memory, int processBytes) {
    this.timeline = timeline;
    this.header = header;
    this.memory = memory;
    this.processBytes = processBytes;
    output = new Output(memory);
    fields = new PlayedFields(timeline, header, memory);
  }

  int call(NvmlFunction function, PlayedCall call, long a, long b, long c, long d, long e) {
    @Nullable String reading = UNSIGNED.get(function);
    if (reading != null) {
      return output.unsigned(a, call.out(reading));
    }
    reading = UNSIGNED_LONG.get(function);
    if (reading != null) {
      return output.unsignedLong(a, call.out(reading));
    }
    @Nullable String key = NUMBERS.get(function);
    if (key != null) {
      return number(call, a, key);
    }
    key = TEXTS.get(function);
    if (key != null) {
      return output.text(a, b, call.gpu.text(key));
    }
    return switch (function) {
      case DEVICE_GET_UUID ->
        output.text(a, b, call.instance == null ? call.gpu.text("uuid") : call.instance.uuid());
      case DEVICE_GET_INFOROM_VERSION ->
        Integer.toUnsignedLong((int) a) >= INFOROM_OBJECTS.size()
            ? NvmlReturn.NOT_SUPPORTED
            : output.text(b, c, call.gpu.text(INFOROM_OBJECTS.get((int) a)));
      case DEVICE_GET_GSP_FIRMWARE_VERSION -> gspVersion(call, a);
      case DEVICE_GET_GSP_FIRMWARE_MODE -> two(a, 1, b, 1);
      case DEVICE_GET_CUDA_COMPUTE_CAPABILITY -> capability(call, a, b);
      case DEVICE_GET_PCI_INFO_V3 -> pciInfo(call, a);
      case DEVICE_GET_PDI -> pdi(call, a);
      case DEVICE_VALIDATE_INFOROM ->
        call.is("inforom_valid") == 0 ? NvmlReturn.CORRUPTED_INFOROM : NvmlReturn.SUCCESS;
      case DEVICE_GET_VIRTUALIZATION_MODE -> output.unsigned(a, 0);
      case DEVICE_GET_DEFAULT_ECC_MODE -> output.unsigned(a, 1);
      case DEVICE_GET_POWER_MANAGEMENT_LIMIT_CONSTRAINTS ->
        two(a, call.out("power_limit_min_mw"), b, call.out("power_limit_max_mw"));
      case DEVICE_GET_ECC_MODE -> two(a, call.out("ecc_mode"), b, call.out("ecc_mode"));
      case DEVICE_GET_MIG_MODE ->
        call.is("mig_mode_supported") == 0
            ? NvmlReturn.NOT_SUPPORTED
            : two(a, call.out("mig_mode"), b, call.out("mig_mode"));
      case DEVICE_GET_MAX_MIG_DEVICE_COUNT ->
        output.unsigned(a, call.is("mig_mode_supported") == 0 ? 0 : MIG_DEVICES);
      case DEVICE_GET_TEMPERATURE_THRESHOLD ->
        indexed(call, a, Vocabulary.THRESHOLDS, "threshold.", b);
      case DEVICE_GET_MAX_CLOCK_INFO ->
        clock(call, a, b, "clock_sm_max_mhz", "clock_sm_max_mhz", "clock_memory_max_mhz");
      case DEVICE_GET_CLOCK_INFO ->
        clock(call, a, b, "clock_graphics_mhz", "clock_sm_mhz", "clock_memory_mhz");
      case DEVICE_GET_TEMPERATURE ->
        (int) a != 0 ? NvmlReturn.INVALID_ARGUMENT : output.unsigned(b, call.out("temperature_c"));
      case DEVICE_GET_TEMPERATURE_V -> temperature(call, a);
      case DEVICE_GET_MARGIN_TEMPERATURE ->
        isVersion(a, MARGIN_TEMPERATURE_V1)
            ? output.unsigned(a + 4, call.out("margin_c"))
            : mismatch(a);
      case DEVICE_GET_UTILIZATION_RATES ->
        call.isMig()
            ? NvmlReturn.NOT_SUPPORTED
            : struct(a, call, "utilization_gpu", "utilization_memory");
      case DEVICE_GET_ENCODER_UTILIZATION -> engine(call, "encoder_percent", a, b);
      case DEVICE_GET_DECODER_UTILIZATION -> engine(call, "decoder_percent", a, b);
      case DEVICE_GET_FAN_SPEED_V2 -> fan(call, a, b);
      case DEVICE_GET_MEMORY_INFO -> memoryInfo(call, a);
      case DEVICE_GET_MEMORY_INFO_V2 -> memoryInfoV2(call, a);
      case DEVICE_GET_BAR1_MEMORY_INFO -> bar1(call, a);
      case DEVICE_GET_FIELD_VALUES -> fields.call(call, (int) a, b);
      case DEVICE_GET_SAMPLES -> samples(call, a, b, c, d, e);
      case DEVICE_GET_COMPUTE_RUNNING_PROCESSES -> processes(call, a, b, false, 16);
      case DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V2 -> processes(call, a, b, false, 24);
      case DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V3 -> processes(call, a, b, false, processBytes);
      case DEVICE_GET_GRAPHICS_RUNNING_PROCESSES -> processes(call, a, b, true, 16);
      case DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V2 -> processes(call, a, b, true, 24);
      case DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V3 -> processes(call, a, b, true, processBytes);
      case DEVICE_GET_PROCESS_UTILIZATION -> processUtilization(call, a, b, c);
      case DEVICE_GET_ACCOUNTING_BUFFER_SIZE -> output.unsigned(a, ACCOUNTING_PIDS);
      case DEVICE_GET_ACCOUNTING_PIDS -> accountingPids(call, a, b);
      case DEVICE_GET_ACCOUNTING_STATS -> accountingStats(call, (int) a, b);
      case DEVICE_GET_MEMORY_ERROR_COUNTER -> memoryErrors(call, a, b, c, d);
      case DEVICE_GET_SRAM_ECC_ERROR_STATUS -> sram(call, a);
      case DEVICE_GET_SRAM_UNIQUE_UNCORRECTED_ECC_ERROR_COUNTS ->
        isVersion(a, SRAM_UNIQUE_V1) ? output.unsigned(a + 4, 0) : mismatch(a);
      case DEVICE_GET_REMAPPED_ROWS -> remappedRows(call, a, b, c, d);
      case DEVICE_GET_REMAPPED_ROWS_V2 -> remappedRowsV2(call, a);
      case DEVICE_GET_ROW_REMAPPER_HISTOGRAM -> struct(a, call, BANKS.toArray(String[]::new));
      case DEVICE_GET_REPAIR_STATUS ->
        isVersion(a, REPAIR_V1)
            ? struct(a + 4, call, "channel_repair_pending", "tpc_repair_pending")
            : mismatch(a);
      case DEVICE_GET_RETIRED_PAGES_PENDING_STATUS ->
        call.gpu.retiredPages.isEmpty()
            ? NvmlReturn.NOT_SUPPORTED
            : output.unsigned(a, call.out("retired_pending"));
      case DEVICE_GET_RETIRED_PAGES_V2 -> retiredPages(call, (int) a, b, c, d);
      case DEVICE_GET_CLK_MON_STATUS -> two(a, 0, a == 0 ? 0 : a + 4, 0);
      case DEVICE_GET_GPU_FABRIC_INFO -> fabric(call, a, false);
      case DEVICE_GET_GPU_FABRIC_INFO_V -> fabricV(call, a);
      case DEVICE_GET_NV_LINK_STATE,
          DEVICE_GET_NV_LINK_VERSION,
          DEVICE_GET_NV_LINK_CAPABILITY,
          DEVICE_GET_NV_LINK_ERROR_COUNTER,
          DEVICE_GET_NV_LINK_REMOTE_DEVICE_TYPE,
          DEVICE_GET_NV_LINK_REMOTE_PCI_INFO_V2 -> link(function, call, a, b, c);
      case DEVICE_GET_GPU_INSTANCE_ID ->
        call.instance == null
            ? NvmlReturn.INVALID_ARGUMENT
            : output.unsigned(a, call.instance.target().gpuInstance());
      case DEVICE_GET_COMPUTE_INSTANCE_ID ->
        call.instance == null
            ? NvmlReturn.INVALID_ARGUMENT
            : output.unsigned(a, call.instance.target().computeInstance());
      case DEVICE_GET_ATTRIBUTES_V2 -> attributes(call, a);
      case DEVICE_GET_CONF_COMPUTE_GPU_CERTIFICATE -> certificate(call, a);
      case DEVICE_GET_CONF_COMPUTE_GPU_ATTESTATION_REPORT -> attestation(call, a);
      default -> NvmlReturn.NOT_SUPPORTED;
    };
  }

  private int number(PlayedCall call, long address, String key) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    @Nullable String text = call.gpu.text(key);
    return text == null
        ? NvmlReturn.NOT_SUPPORTED
        : output.unsigned(address, Long.parseUnsignedLong(text));
  }

  private int two(long first, long firstValue, long second, long secondValue) {
    int refused = output.unsigned(first, firstValue);
    return refused != 0 ? refused : output.unsigned(second, secondValue);
  }

  /** A struct of unsigned ints. */
  private int struct(long address, PlayedCall call, String... keys) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    for (int i = 0; i < keys.length; i++) {
      memory.putInt(address + 4L * i, (int) call.out(keys[i]));
    }
    return NvmlReturn.SUCCESS;
  }

  private boolean isVersion(long address, int version) {
    return address != 0 && memory.getInt(address) == version;
  }

  private static int mismatch(long address) {
    return address == 0 ? NvmlReturn.INVALID_ARGUMENT : NvmlReturn.ARGUMENT_VERSION_MISMATCH;
  }

  private int gspVersion(PlayedCall call, long address) {
    @Nullable String said = call.gpu.text("gsp");
    String version = said == null ? PlayedSystem.driverVersion(timeline, header, call.ms) : said;
    return output.text(address, GSP_VERSION_BYTES, version);
  }

  private int capability(PlayedCall call, long major, long minor) {
    @Nullable String text = call.gpu.text("capability");
    if (text == null) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    int dot = text.indexOf('.');
    return two(
        major,
        Long.parseLong(text.substring(0, dot)),
        minor,
        Long.parseLong(text.substring(dot + 1)));
  }

  private int pciInfo(PlayedCall call, long address) {
    @Nullable String pci = call.gpu.text("pci");
    if (pci == null) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    return output.pci(address, pci, id(call, "pci_device"), id(call, "pci_subsystem"));
  }

  private static long id(PlayedCall call, String key) {
    @Nullable String text = call.gpu.text(key);
    return text == null ? 0 : Long.parseUnsignedLong(text);
  }

  private int pdi(PlayedCall call, long address) {
    if (!isVersion(address, PDI_V1)) {
      return mismatch(address);
    }
    @Nullable String pdi = call.gpu.text("pdi");
    return pdi == null
        ? NvmlReturn.NOT_SUPPORTED
        : output.unsignedLong(address + 8, Long.parseUnsignedLong(pdi));
  }

  private int indexed(PlayedCall call, long index, int count, String stem, long address) {
    long number = Integer.toUnsignedLong((int) index);
    return number >= count
        ? NvmlReturn.NOT_SUPPORTED
        : output.unsigned(address, call.out(stem + number));
  }

  private int clock(PlayedCall call, long type, long address, String... keys) {
    long number = Integer.toUnsignedLong((int) type);
    return number >= keys.length
        ? NvmlReturn.NOT_SUPPORTED
        : output.unsigned(address, call.out(keys[(int) number]));
  }

  private int temperature(PlayedCall call, long address) {
    if (!isVersion(address, TEMPERATURE_V1)) {
      return mismatch(address);
    }
    return memory.getInt(address + 4) != 0
        ? NvmlReturn.INVALID_ARGUMENT
        : output.unsigned(address + 8, call.out("temperature_c"));
  }

  private int engine(PlayedCall call, String key, long percent, long period) {
    if (call.isMig()) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    return two(period, PERIOD_US, percent, call.out(key));
  }

  private int fan(PlayedCall call, long fan, long address) {
    long fans = call.is("fans");
    if (fans == 0 || !call.isSaid("fan_percent")) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    return Integer.toUnsignedLong((int) fan) >= fans
        ? NvmlReturn.INVALID_ARGUMENT
        : output.unsigned(address, call.out("fan_percent"));
  }

  private static long totalBytes(PlayedCall call) {
    return call.instance != null && !call.hasGarbage()
        ? call.instance.bytes()
        : call.out("memory_total_bytes");
  }

  private static long reservedBytes(PlayedCall call) {
    return call.instance != null && !call.hasGarbage() ? 0 : call.out("memory_reserved_bytes");
  }

  private int memoryInfo(PlayedCall call, long address) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    long total = totalBytes(call);
    long used = call.out("memory_used_bytes");
    memory.putLong(address, total);
    memory.putLong(address + 8, total - reservedBytes(call) - used);
    memory.putLong(address + 16, used);
    return NvmlReturn.SUCCESS;
  }

  private int memoryInfoV2(PlayedCall call, long address) {
    if (!isVersion(address, MEMORY_V2)) {
      return mismatch(address);
    }
    long total = totalBytes(call);
    long reserved = reservedBytes(call);
    long used = call.out("memory_used_bytes");
    memory.putLong(address + 8, total);
    memory.putLong(address + 16, reserved);
    memory.putLong(address + 24, total - reserved - used);
    memory.putLong(address + 32, used);
    return NvmlReturn.SUCCESS;
  }

  private int bar1(PlayedCall call, long address) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    long total = call.out("bar1_total_bytes");
    long used = call.out("bar1_used_bytes");
    memory.putLong(address, total);
    memory.putLong(address + 8, total - used);
    memory.putLong(address + 16, used);
    return NvmlReturn.SUCCESS;
  }

  private int samples(
      PlayedCall call, long type, long lastSeen, long valueType, long count, long address) {
    if (count == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    long number = Integer.toUnsignedLong((int) type);
    if (number >= SAMPLED.size() || (call.isMig() && number >= 1 && number <= 4)) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    int refused = output.unsigned(valueType, TYPE_UINT);
    if (refused != 0) {
      return refused;
    }
    if (address == 0) {
      return output.unsigned(count, SAMPLES);
    }
    String key = SAMPLED.get((int) number);
    long periodMs = Math.max(1, call.is("sample_rate_ms"));
    long latestMs = Math.floorDiv(call.ms, periodMs) * periodMs;
    long room = memory.getUnsignedInt(count);
    long written = 0;
    for (int i = SAMPLES - 1; i >= 0 && written < room; i--) {
      long atMs = latestMs - i * periodMs;
      long stamp = call.gpu.stampMicros(atMs);
      if (atMs < -timeline.bootMillis() || Long.compareUnsigned(stamp, lastSeen) <= 0) {
        continue;
      }
      long sample = address + SAMPLE_BYTES * written++;
      memory.putLong(sample, stamp);
      memory.putInt(sample + 8, (int) call.out(key, atMs));
      memory.putInt(sample + 12, UNUSED_WORD);
    }
    memory.putInt(count, (int) written);
    return written == 0 ? NvmlReturn.NOT_FOUND : NvmlReturn.SUCCESS;
  }

  private int processes(
      PlayedCall call, long count, long address, boolean graphics, int elementBytes) {
    if (count == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    @Nullable Instance instance = call.instance;
    List<Tenant> present = present(
        call,
        tenant -> tenant.isGraphics() == graphics
            && (instance == null || tenant.target().equals(instance.target())));
    boolean fits =
        present.isEmpty() || (address != 0 && present.size() <= memory.getUnsignedInt(count));
    memory.putInt(count, present.size());
    if (!fits) {
      return NvmlReturn.INSUFFICIENT_SIZE;
    }
    long at = address;
    for (Tenant tenant : present) {
      memory.fill(at, elementBytes, 0);
      memory.putInt(at, tenant.pid());
      memory.putLong(at + 8, tenant.bytes());
      if (elementBytes >= 24) {
        boolean whole = !tenant.target().isInstance();
        memory.putInt(at + 16, whole ? NO_INSTANCE : tenant.target().gpuInstance());
        memory.putInt(at + 20, whole ? NO_INSTANCE : tenant.target().computeInstance());
      }
      at += elementBytes;
    }
    return NvmlReturn.SUCCESS;
  }

  private static List<Tenant> present(PlayedCall call, Predicate<Tenant> wanted) {
    List<Tenant> present = new ArrayList<>();
    for (Tenant tenant : call.gpu.tenants) {
      if (tenant.fromMs() <= call.ms && call.ms < tenant.toMs() && wanted.test(tenant)) {
        present.add(tenant);
      }
    }
    return present;
  }

  private int processUtilization(PlayedCall call, long address, long count, long lastSeen) {
    if (count == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    if (call.isMig()) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    long stamp = call.gpu.stampMicros(Math.floorDiv(call.ms, 1000L) * 1000);
    boolean isNew = Long.compareUnsigned(stamp, lastSeen) > 0;
    List<Tenant> present = present(call, tenant -> isNew && tenant.smPercent() >= 0);
    boolean fits = address != 0 && present.size() <= memory.getUnsignedInt(count);
    memory.putInt(count, present.size());
    if (present.isEmpty()) {
      return NvmlReturn.NOT_FOUND;
    }
    if (!fits) {
      return NvmlReturn.INSUFFICIENT_SIZE;
    }
    long at = address;
    for (Tenant tenant : present) {
      memory.fill(at, 32, 0);
      memory.putInt(at, tenant.pid());
      memory.putLong(at + 8, stamp);
      memory.putInt(at + 16, tenant.smPercent());
      at += 32;
    }
    return NvmlReturn.SUCCESS;
  }

  private int accountingPids(PlayedCall call, long count, long address) {
    if (call.is("accounting_mode") == 0) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    if (count == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    List<Account> accounts = call.gpu.accounts;
    boolean fits =
        accounts.isEmpty() || (address != 0 && accounts.size() <= memory.getUnsignedInt(count));
    memory.putInt(count, accounts.size());
    if (!fits) {
      return NvmlReturn.INSUFFICIENT_SIZE;
    }
    for (int i = 0; i < accounts.size(); i++) {
      memory.putInt(address + 4L * i, accounts.get(i).pid());
    }
    return NvmlReturn.SUCCESS;
  }

  private int accountingStats(PlayedCall call, int pid, long address) {
    if (call.is("accounting_mode") == 0) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    for (Account account : call.gpu.accounts) {
      if (account.pid() != pid) {
        continue;
      }
      if (address == 0) {
        return NvmlReturn.INVALID_ARGUMENT;
      }
      memory.fill(address, 56, 0);
      memory.putInt(address, account.gpuPercent());
      memory.putInt(address + 4, account.memoryPercent());
      memory.putLong(address + 8, account.maxBytes());
      memory.putLong(address + 16, account.timeMs());
      memory.putLong(address + 24, account.startUs());
      memory.putInt(address + 32, account.running());
      return NvmlReturn.SUCCESS;
    }
    return NvmlReturn.NOT_FOUND;
  }

  private int memoryErrors(PlayedCall call, long type, long counter, long location, long address) {
    if (call.is("ecc_mode") == 0) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    boolean outside =
        ((int) type & ~1) != 0 || ((int) counter & ~1) != 0 || ((int) location & ~7) != 0;
    return outside
        ? NvmlReturn.INVALID_ARGUMENT
        : output.unsignedLong(
            address, call.out(Vocabulary.ecc((int) location, (int) type, (int) counter)));
  }

  private int sram(PlayedCall call, long address) {
    if (!isVersion(address, SRAM_V1)) {
      return mismatch(address);
    }
    for (int i = 0; i < SRAM_COUNTERS.size(); i++) {
      memory.putLong(address + 8 + 8L * i, call.out(SRAM_COUNTERS.get(i)));
    }
    return output.unsigned(address + 96, call.out("sram_threshold"));
  }

  private static boolean forbidsRemapping(PlayedCall call) {
    return call.isMig() && call.gpu.hasLivingInstance(call.ms);
  }

  private int remappedRows(
      PlayedCall call, long corrected, long uncorrected, long pending, long failure) {
    if (forbidsRemapping(call)) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    int refused = two(
        corrected, call.out("remapped_corrected"), uncorrected, call.out("remapped_uncorrected"));
    return refused != 0
        ? refused
        : two(pending, call.out("remap_pending"), failure, call.out("remap_failure"));
  }

  private int remappedRowsV2(PlayedCall call, long address) {
    if (forbidsRemapping(call)) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    memory.putInt(address, (int) call.out("remapped_corrected"));
    memory.putInt(address + 4, 0);
    memory.putInt(address + 8, (int) call.out("remapped_uncorrected"));
    memory.putInt(address + 12, 0);
    memory.putInt(address + 16, (int) call.out("remap_pending"));
    memory.putInt(address + 20, (int) call.out("remap_failure"));
    return NvmlReturn.SUCCESS;
  }

  private int retiredPages(PlayedCall call, int cause, long count, long addresses, long stamps) {
    if (call.gpu.retiredPages.isEmpty()) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    if (count == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    List<RetiredPage> pages = new ArrayList<>();
    for (RetiredPage page : call.gpu.retiredPages) {
      if (page.cause() == cause) {
        pages.add(page);
      }
    }
    boolean fits = pages.isEmpty()
        || (addresses != 0 && stamps != 0 && pages.size() <= memory.getUnsignedInt(count));
    memory.putInt(count, pages.size());
    if (!fits) {
      return NvmlReturn.INSUFFICIENT_SIZE;
    }
    for (int i = 0; i < pages.size(); i++) {
      memory.putLong(addresses + 8L * i, pages.get(i).address());
      memory.putLong(stamps + 8L * i, pages.get(i).timestampUs());
    }
    return NvmlReturn.SUCCESS;
  }

  private int fabric(PlayedCall call, long address, boolean versioned) {
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    long at = versioned ? address + 4 : address;
    memory.fill(at, 16, 0x11);
    memory.putInt(at + 16, (int) call.out("fabric_status"));
    memory.putInt(at + 20, (int) call.out("fabric_clique"));
    memory.putByte(at + 24, (int) call.out("fabric_state"));
    return NvmlReturn.SUCCESS;
  }

  private int fabricV(PlayedCall call, long address) {
    boolean third = header >= FABRIC_V3_HEADER && isVersion(address, FABRIC_V3);
    if (!third && !isVersion(address, FABRIC_V2)) {
      return mismatch(address);
    }
    memory.putInt(address + 32, (int) call.out("fabric_health_mask"));
    if (third) {
      memory.putByte(address + 36, (int) call.out("fabric_summary"));
    }
    return fabric(call, address, true);
  }

  private int link(NvmlFunction function, PlayedCall call, long a, long b, long c) {
    long link = Integer.toUnsignedLong((int) a);
    if (link >= Vocabulary.NVLINKS || link >= call.is("nvlink_links")) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    return switch (function) {
      case DEVICE_GET_NV_LINK_STATE -> output.unsigned(b, call.out("nvlink_state." + link));
      case DEVICE_GET_NV_LINK_VERSION -> output.unsigned(b, call.out("nvlink_version"));
      case DEVICE_GET_NV_LINK_CAPABILITY ->
        output.unsigned(c, Integer.toUnsignedLong((int) b) < NVLINK_CAPABILITIES ? 1 : 0);
      case DEVICE_GET_NV_LINK_ERROR_COUNTER -> linkErrors(call, link, b, c);
      case DEVICE_GET_NV_LINK_REMOTE_DEVICE_TYPE -> output.unsigned(b, SWITCH);
      default ->
        output.pci(
            b,
            "00000000:" + Identity.upperHex((int) (0xc0 + link % 4), 2) + ":00.0",
            SWITCH_PCI_DEVICE,
            0);
    };
  }

  private int linkErrors(PlayedCall call, long link, long counter, long address) {
    long number = Integer.toUnsignedLong((int) counter);
    return number >= LINK_COUNTERS.size()
        ? NvmlReturn.NOT_SUPPORTED
        : output.unsignedLong(
            address, PlayedFields.counter(call, LINK_COUNTERS.get((int) number), link));
  }

  private int attributes(PlayedCall call, long address) {
    if (call.instance == null || address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    int slices = call.instance.slices();
    memory.fill(address, 40, 0);
    memory.putInt(address, slices * MULTIPROCESSORS_PER_SLICE);
    memory.putInt(address + 24, slices);
    memory.putInt(address + 28, slices);
    memory.putLong(address + 32, call.instance.bytes() >>> 20);
    return NvmlReturn.SUCCESS;
  }

  private int certificate(PlayedCall call, long address) {
    @Nullable String uuid = call.gpu.text("uuid");
    if (call.is("cc") == 0 || uuid == null) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    byte[] chain = uuid.getBytes(StandardCharsets.UTF_8);
    memory.putInt(address, chain.length);
    memory.putInt(address + 4, chain.length);
    memory.put(address + 8, chain, chain.length);
    memory.put(address + 4104, chain, chain.length);
    return NvmlReturn.SUCCESS;
  }

  private int attestation(PlayedCall call, long address) {
    @Nullable String uuid = call.gpu.text("uuid");
    if (call.is("cc") == 0 || uuid == null) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    if (address == 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    byte[] nonce = new byte[NONCE_BYTES];
    byte[] name = uuid.getBytes(StandardCharsets.UTF_8);
    memory.get(address + 12, nonce, NONCE_BYTES);
    memory.putInt(address, 0);
    memory.putInt(address + 4, NONCE_BYTES + name.length);
    memory.putInt(address + 8, 0);
    memory.put(address + 44, nonce, NONCE_BYTES);
    memory.put(address + 76, name, name.length);
    return NvmlReturn.SUCCESS;
  }
}
