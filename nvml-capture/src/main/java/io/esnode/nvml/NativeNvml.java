package io.esnode.nvml;

import com.sun.jna.FunctionMapper;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * The system's NVML library, bound by JNA. A process has one at a time: loading another takes the symbols over, and the first
 * must not be called again.
 *
 * <p>JNA unpacks its own library into the temporary directory; where that is mounted noexec, start Java with {@code
 * -Djna.tmpdir=DIR}, or with {@code -Djna.boot.library.path=DIR} naming a directory that holds {@code libjnidispatch.so}. JDK 24 and newer
 * want {@code --enable-native-access=ALL-UNNAMED}; the launcher gives it.
 *
 * <p>Thread-safe. A call allocates nothing, and cannot be interrupted: a driver that does not come back keeps the thread.
 */
public final class NativeNvml implements Nvml {
  /** What the driver installs; the name without {@code .1} belongs to development packages. */
  public static final String SONAME = "libnvidia-ml.so.1";

  /** Memory for arguments unless {@link #load(String, int)} says otherwise. */
  public static final int MEMORY_BYTES = 8 << 20;

  /** In every NVML library and free of side effects: what stands in for symbols that are missing. */
  private static final String HARMLESS = "nvmlErrorString";

  private static final int RTLD_NOW = 2;
  private static final NvmlFunction[] FUNCTIONS = NvmlFunction.values();

  static {
    DynamicLinker.alone();
  }

  private final NativeLibrary library;
  private final EnumSet<NvmlFunction> symbols;
  private final NativeMemory memory;
  private final String path;

  private NativeNvml(
      NativeLibrary library, EnumSet<NvmlFunction> symbols, int memoryBytes, String path) {
    this.library = library;
    this.symbols = symbols;
    this.memory = reserve(memoryBytes);
    this.path = path;
  }

  /** Loads a library with {@link #MEMORY_BYTES} for arguments. */
  public static NativeNvml load(String sonameOrPath) throws NvmlException {
    return load(sonameOrPath, MEMORY_BYTES);
  }

  /**
   * Loads a library; NVML is not initialised by that.
   *
   * @param sonameOrPath {@link #SONAME}, looked up as the dynamic linker does, or a file
   * @param memoryBytes size of {@link #memory()}
   * @throws NvmlException {@link NvmlReturn#LIBRARY_NOT_FOUND} where there is none that can be loaded, {@link
   *     NvmlReturn#FUNCTION_NOT_FOUND} where it is not an NVML library, {@link NvmlReturn#NOT_SUPPORTED} on machines NVML
   *     does not exist for
   */
  public static synchronized NativeNvml load(String sonameOrPath, int memoryBytes)
      throws NvmlException {
    if (!Platform.isLinux()
        || Native.POINTER_SIZE != 8
        || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new NvmlException(
          NvmlReturn.NOT_SUPPORTED,
          "NVML is read on 64-bit little-endian Linux only; this is %s, %s"
              .formatted(System.getProperty("os.name", "?"), System.getProperty("os.arch", "?")));
    }
    EnumSet<NvmlFunction> symbols = EnumSet.noneOf(NvmlFunction.class);
    FunctionMapper byName =
        (from, method) -> isMissing(symbols, method.getName()) ? HARMLESS : method.getName();
    NativeLibrary library = open(sonameOrPath, byName);
    for (NvmlFunction function : FUNCTIONS) {
      if (address(library, function.symbol()) != 0) {
        symbols.add(function);
      }
    }
    long known = address(library, HARMLESS);
    if (known == 0 || !symbols.contains(NvmlFunction.INIT_V2)) {
      throw new NvmlException(
          NvmlReturn.FUNCTION_NOT_FOUND,
          "%s: not an NVML library: it has no %s; name libnvidia-ml.so.1 of the driver"
              .formatted(sonameOrPath, known == 0 ? HARMLESS : NvmlFunction.INIT_V2.symbol()));
    }
    String path = mappedFile(known, sonameOrPath);
    Native.register(NvmlSymbols.class, library);
    return new NativeNvml(library, symbols, memoryBytes, path);
  }

  /**
   * Zeroed memory that is never given back. Only pages that are used become resident; {@link ByteBuffer#allocateDirect} would
   * touch them all.
   */
  public static NativeMemory reserve(int bytes) {
    Object[] arguments = {new NativeLong(1), new NativeLong(bytes)};
    Pointer address = NativeLibrary.getInstance(Platform.C_LIBRARY_NAME)
        .getFunction("calloc")
        .invokePointer(arguments);
    if (address == null) {
      throw new OutOfMemoryError("%d bytes for NVML".formatted(bytes));
    }
    ByteBuffer buffer = address.getByteBuffer(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
    return new NativeMemory(buffer, Pointer.nativeValue(address));
  }

  @Override
  public boolean has(NvmlFunction function) {
    return symbols.contains(function);
  }

  @Override
  public NativeMemory memory() {
    return memory;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public void close() {
    // A mapped library stays: its threads and handles outlive every reference of ours.
  }

  @Override
  public String toString() {
    return library.getName();
  }

  @Override
  public int call(NvmlFunction function, long a, long b, long c, long d, long e, long f) {
    if (!symbols.contains(function)) {
      return NvmlReturn.FUNCTION_NOT_FOUND;
    }
    return switch (function) {
      case INIT_WITH_FLAGS -> NvmlSymbols.nvmlInitWithFlags((int) a);
      case INIT_V2 -> NvmlSymbols.nvmlInit_v2();
      case SHUTDOWN -> NvmlSymbols.nvmlShutdown();
      case DEVICE_GET_ACCOUNTING_BUFFER_SIZE -> NvmlSymbols.nvmlDeviceGetAccountingBufferSize(a, b);
      case DEVICE_GET_ACCOUNTING_MODE -> NvmlSymbols.nvmlDeviceGetAccountingMode(a, b);
      case DEVICE_GET_ACCOUNTING_PIDS -> NvmlSymbols.nvmlDeviceGetAccountingPids(a, b, c);
      case DEVICE_GET_ACCOUNTING_STATS -> NvmlSymbols.nvmlDeviceGetAccountingStats(a, (int) b, c);
      case DEVICE_GET_ARCHITECTURE -> NvmlSymbols.nvmlDeviceGetArchitecture(a, b);
      case DEVICE_GET_ATTRIBUTES_V2 -> NvmlSymbols.nvmlDeviceGetAttributes_v2(a, b);
      case DEVICE_GET_BAR1_MEMORY_INFO -> NvmlSymbols.nvmlDeviceGetBAR1MemoryInfo(a, b);
      case DEVICE_GET_BBX_TIME_DATA_V1 -> NvmlSymbols.nvmlDeviceGetBBXTimeData_v1(a, b);
      case DEVICE_GET_BOARD_ID -> NvmlSymbols.nvmlDeviceGetBoardId(a, b);
      case DEVICE_GET_BOARD_PART_NUMBER -> NvmlSymbols.nvmlDeviceGetBoardPartNumber(a, b, (int) c);
      case DEVICE_GET_BRAND -> NvmlSymbols.nvmlDeviceGetBrand(a, b);
      case DEVICE_GET_CLK_MON_STATUS -> NvmlSymbols.nvmlDeviceGetClkMonStatus(a, b);
      case DEVICE_GET_CLOCK_INFO -> NvmlSymbols.nvmlDeviceGetClockInfo(a, (int) b, c);
      case DEVICE_GET_COMPUTE_INSTANCE_ID -> NvmlSymbols.nvmlDeviceGetComputeInstanceId(a, b);
      case DEVICE_GET_COMPUTE_MODE -> NvmlSymbols.nvmlDeviceGetComputeMode(a, b);
      case DEVICE_GET_COMPUTE_RUNNING_PROCESSES ->
        NvmlSymbols.nvmlDeviceGetComputeRunningProcesses(a, b, c);
      case DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V2 ->
        NvmlSymbols.nvmlDeviceGetComputeRunningProcesses_v2(a, b, c);
      case DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V3 ->
        NvmlSymbols.nvmlDeviceGetComputeRunningProcesses_v3(a, b, c);
      case DEVICE_GET_CONF_COMPUTE_GPU_ATTESTATION_REPORT ->
        NvmlSymbols.nvmlDeviceGetConfComputeGpuAttestationReport(a, b);
      case DEVICE_GET_CONF_COMPUTE_GPU_CERTIFICATE ->
        NvmlSymbols.nvmlDeviceGetConfComputeGpuCertificate(a, b);
      case DEVICE_GET_COUNT_V2 -> NvmlSymbols.nvmlDeviceGetCount_v2(a);
      case DEVICE_GET_CUDA_COMPUTE_CAPABILITY ->
        NvmlSymbols.nvmlDeviceGetCudaComputeCapability(a, b, c);
      case DEVICE_GET_CURR_PCIE_LINK_GENERATION ->
        NvmlSymbols.nvmlDeviceGetCurrPcieLinkGeneration(a, b);
      case DEVICE_GET_CURR_PCIE_LINK_WIDTH -> NvmlSymbols.nvmlDeviceGetCurrPcieLinkWidth(a, b);
      case DEVICE_GET_CURRENT_CLOCKS_EVENT_REASONS ->
        NvmlSymbols.nvmlDeviceGetCurrentClocksEventReasons(a, b);
      case DEVICE_GET_CURRENT_CLOCKS_THROTTLE_REASONS ->
        NvmlSymbols.nvmlDeviceGetCurrentClocksThrottleReasons(a, b);
      case DEVICE_GET_DECODER_UTILIZATION -> NvmlSymbols.nvmlDeviceGetDecoderUtilization(a, b, c);
      case DEVICE_GET_DEFAULT_ECC_MODE -> NvmlSymbols.nvmlDeviceGetDefaultEccMode(a, b);
      case DEVICE_GET_ECC_MODE -> NvmlSymbols.nvmlDeviceGetEccMode(a, b, c);
      case DEVICE_GET_ENCODER_UTILIZATION -> NvmlSymbols.nvmlDeviceGetEncoderUtilization(a, b, c);
      case DEVICE_GET_ENFORCED_POWER_LIMIT -> NvmlSymbols.nvmlDeviceGetEnforcedPowerLimit(a, b);
      case DEVICE_GET_FAN_SPEED_V2 -> NvmlSymbols.nvmlDeviceGetFanSpeed_v2(a, (int) b, c);
      case DEVICE_GET_FIELD_VALUES -> NvmlSymbols.nvmlDeviceGetFieldValues(a, (int) b, c);
      case DEVICE_GET_GPU_FABRIC_INFO -> NvmlSymbols.nvmlDeviceGetGpuFabricInfo(a, b);
      case DEVICE_GET_GPU_FABRIC_INFO_V -> NvmlSymbols.nvmlDeviceGetGpuFabricInfoV(a, b);
      case DEVICE_GET_GPU_INSTANCE_ID -> NvmlSymbols.nvmlDeviceGetGpuInstanceId(a, b);
      case DEVICE_GET_GPU_MAX_PCIE_LINK_GENERATION ->
        NvmlSymbols.nvmlDeviceGetGpuMaxPcieLinkGeneration(a, b);
      case DEVICE_GET_GRAPHICS_RUNNING_PROCESSES ->
        NvmlSymbols.nvmlDeviceGetGraphicsRunningProcesses(a, b, c);
      case DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V2 ->
        NvmlSymbols.nvmlDeviceGetGraphicsRunningProcesses_v2(a, b, c);
      case DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V3 ->
        NvmlSymbols.nvmlDeviceGetGraphicsRunningProcesses_v3(a, b, c);
      case DEVICE_GET_GSP_FIRMWARE_MODE -> NvmlSymbols.nvmlDeviceGetGspFirmwareMode(a, b, c);
      case DEVICE_GET_GSP_FIRMWARE_VERSION -> NvmlSymbols.nvmlDeviceGetGspFirmwareVersion(a, b);
      case DEVICE_GET_HANDLE_BY_INDEX_V2 -> NvmlSymbols.nvmlDeviceGetHandleByIndex_v2((int) a, b);
      case DEVICE_GET_HANDLE_BY_PCI_BUS_ID_V2 -> NvmlSymbols.nvmlDeviceGetHandleByPciBusId_v2(a, b);
      case DEVICE_GET_HANDLE_BY_UUID -> NvmlSymbols.nvmlDeviceGetHandleByUUID(a, b);
      case DEVICE_GET_INDEX -> NvmlSymbols.nvmlDeviceGetIndex(a, b);
      case DEVICE_GET_INFOROM_CONFIGURATION_CHECKSUM ->
        NvmlSymbols.nvmlDeviceGetInforomConfigurationChecksum(a, b);
      case DEVICE_GET_INFOROM_IMAGE_VERSION ->
        NvmlSymbols.nvmlDeviceGetInforomImageVersion(a, b, (int) c);
      case DEVICE_GET_INFOROM_VERSION ->
        NvmlSymbols.nvmlDeviceGetInforomVersion(a, (int) b, c, (int) d);
      case DEVICE_GET_LAST_BBX_FLUSH_TIME -> NvmlSymbols.nvmlDeviceGetLastBBXFlushTime(a, b, c);
      case DEVICE_GET_MARGIN_TEMPERATURE -> NvmlSymbols.nvmlDeviceGetMarginTemperature(a, b);
      case DEVICE_GET_MAX_CLOCK_INFO -> NvmlSymbols.nvmlDeviceGetMaxClockInfo(a, (int) b, c);
      case DEVICE_GET_MAX_MIG_DEVICE_COUNT -> NvmlSymbols.nvmlDeviceGetMaxMigDeviceCount(a, b);
      case DEVICE_GET_MAX_PCIE_LINK_GENERATION ->
        NvmlSymbols.nvmlDeviceGetMaxPcieLinkGeneration(a, b);
      case DEVICE_GET_MAX_PCIE_LINK_WIDTH -> NvmlSymbols.nvmlDeviceGetMaxPcieLinkWidth(a, b);
      case DEVICE_GET_MEMORY_BUS_WIDTH -> NvmlSymbols.nvmlDeviceGetMemoryBusWidth(a, b);
      case DEVICE_GET_MEMORY_ERROR_COUNTER ->
        NvmlSymbols.nvmlDeviceGetMemoryErrorCounter(a, (int) b, (int) c, (int) d, e);
      case DEVICE_GET_MEMORY_INFO -> NvmlSymbols.nvmlDeviceGetMemoryInfo(a, b);
      case DEVICE_GET_MEMORY_INFO_V2 -> NvmlSymbols.nvmlDeviceGetMemoryInfo_v2(a, b);
      case DEVICE_GET_MIG_DEVICE_HANDLE_BY_INDEX ->
        NvmlSymbols.nvmlDeviceGetMigDeviceHandleByIndex(a, (int) b, c);
      case DEVICE_GET_MIG_MODE -> NvmlSymbols.nvmlDeviceGetMigMode(a, b, c);
      case DEVICE_GET_MINOR_NUMBER -> NvmlSymbols.nvmlDeviceGetMinorNumber(a, b);
      case DEVICE_GET_MODULE_ID -> NvmlSymbols.nvmlDeviceGetModuleId(a, b);
      case DEVICE_GET_NAME -> NvmlSymbols.nvmlDeviceGetName(a, b, (int) c);
      case DEVICE_GET_NUM_FANS -> NvmlSymbols.nvmlDeviceGetNumFans(a, b);
      case DEVICE_GET_NUM_GPU_CORES -> NvmlSymbols.nvmlDeviceGetNumGpuCores(a, b);
      case DEVICE_GET_NUMA_NODE_ID -> NvmlSymbols.nvmlDeviceGetNumaNodeId(a, b);
      case DEVICE_GET_NV_LINK_CAPABILITY ->
        NvmlSymbols.nvmlDeviceGetNvLinkCapability(a, (int) b, (int) c, d);
      case DEVICE_GET_NV_LINK_ERROR_COUNTER ->
        NvmlSymbols.nvmlDeviceGetNvLinkErrorCounter(a, (int) b, (int) c, d);
      case DEVICE_GET_NV_LINK_REMOTE_DEVICE_TYPE ->
        NvmlSymbols.nvmlDeviceGetNvLinkRemoteDeviceType(a, (int) b, c);
      case DEVICE_GET_NV_LINK_REMOTE_PCI_INFO_V2 ->
        NvmlSymbols.nvmlDeviceGetNvLinkRemotePciInfo_v2(a, (int) b, c);
      case DEVICE_GET_NV_LINK_STATE -> NvmlSymbols.nvmlDeviceGetNvLinkState(a, (int) b, c);
      case DEVICE_GET_NV_LINK_VERSION -> NvmlSymbols.nvmlDeviceGetNvLinkVersion(a, (int) b, c);
      case DEVICE_GET_PCI_INFO_V3 -> NvmlSymbols.nvmlDeviceGetPciInfo_v3(a, b);
      case DEVICE_GET_PDI -> NvmlSymbols.nvmlDeviceGetPdi(a, b);
      case DEVICE_GET_PERFORMANCE_STATE -> NvmlSymbols.nvmlDeviceGetPerformanceState(a, b);
      case DEVICE_GET_PERSISTENCE_MODE -> NvmlSymbols.nvmlDeviceGetPersistenceMode(a, b);
      case DEVICE_GET_PLATFORM_INFO -> NvmlSymbols.nvmlDeviceGetPlatformInfo(a, b);
      case DEVICE_GET_POWER_MANAGEMENT_DEFAULT_LIMIT ->
        NvmlSymbols.nvmlDeviceGetPowerManagementDefaultLimit(a, b);
      case DEVICE_GET_POWER_MANAGEMENT_LIMIT -> NvmlSymbols.nvmlDeviceGetPowerManagementLimit(a, b);
      case DEVICE_GET_POWER_MANAGEMENT_LIMIT_CONSTRAINTS ->
        NvmlSymbols.nvmlDeviceGetPowerManagementLimitConstraints(a, b, c);
      case DEVICE_GET_POWER_USAGE -> NvmlSymbols.nvmlDeviceGetPowerUsage(a, b);
      case DEVICE_GET_PROCESS_UTILIZATION ->
        NvmlSymbols.nvmlDeviceGetProcessUtilization(a, b, c, d);
      case DEVICE_GET_REMAPPED_ROWS -> NvmlSymbols.nvmlDeviceGetRemappedRows(a, b, c, d, e);
      case DEVICE_GET_REMAPPED_ROWS_V2 -> NvmlSymbols.nvmlDeviceGetRemappedRows_v2(a, b);
      case DEVICE_GET_REPAIR_STATUS -> NvmlSymbols.nvmlDeviceGetRepairStatus(a, b);
      case DEVICE_GET_RETIRED_PAGES_PENDING_STATUS ->
        NvmlSymbols.nvmlDeviceGetRetiredPagesPendingStatus(a, b);
      case DEVICE_GET_RETIRED_PAGES_V2 ->
        NvmlSymbols.nvmlDeviceGetRetiredPages_v2(a, (int) b, c, d, e);
      case DEVICE_GET_ROW_REMAPPER_HISTOGRAM -> NvmlSymbols.nvmlDeviceGetRowRemapperHistogram(a, b);
      case DEVICE_GET_SAMPLES -> NvmlSymbols.nvmlDeviceGetSamples(a, (int) b, c, d, e, f);
      case DEVICE_GET_SERIAL -> NvmlSymbols.nvmlDeviceGetSerial(a, b, (int) c);
      case DEVICE_GET_SRAM_ECC_ERROR_STATUS -> NvmlSymbols.nvmlDeviceGetSramEccErrorStatus(a, b);
      case DEVICE_GET_SRAM_UNIQUE_UNCORRECTED_ECC_ERROR_COUNTS ->
        NvmlSymbols.nvmlDeviceGetSramUniqueUncorrectedEccErrorCounts(a, b);
      case DEVICE_GET_SUPPORTED_CLOCKS_EVENT_REASONS ->
        NvmlSymbols.nvmlDeviceGetSupportedClocksEventReasons(a, b);
      case DEVICE_GET_SUPPORTED_CLOCKS_THROTTLE_REASONS ->
        NvmlSymbols.nvmlDeviceGetSupportedClocksThrottleReasons(a, b);
      case DEVICE_GET_SUPPORTED_EVENT_TYPES -> NvmlSymbols.nvmlDeviceGetSupportedEventTypes(a, b);
      case DEVICE_GET_TEMPERATURE -> NvmlSymbols.nvmlDeviceGetTemperature(a, (int) b, c);
      case DEVICE_GET_TEMPERATURE_THRESHOLD ->
        NvmlSymbols.nvmlDeviceGetTemperatureThreshold(a, (int) b, c);
      case DEVICE_GET_TEMPERATURE_V -> NvmlSymbols.nvmlDeviceGetTemperatureV(a, b);
      case DEVICE_GET_TOPOLOGY_COMMON_ANCESTOR ->
        NvmlSymbols.nvmlDeviceGetTopologyCommonAncestor(a, b, c);
      case DEVICE_GET_UUID -> NvmlSymbols.nvmlDeviceGetUUID(a, b, (int) c);
      case DEVICE_GET_UNREPAIRABLE_MEMORY_FLAG_V1 ->
        NvmlSymbols.nvmlDeviceGetUnrepairableMemoryFlag_v1(a, b);
      case DEVICE_GET_UTILIZATION_RATES -> NvmlSymbols.nvmlDeviceGetUtilizationRates(a, b);
      case DEVICE_GET_VBIOS_VERSION -> NvmlSymbols.nvmlDeviceGetVbiosVersion(a, b, (int) c);
      case DEVICE_GET_VIRTUALIZATION_MODE -> NvmlSymbols.nvmlDeviceGetVirtualizationMode(a, b);
      case DEVICE_REGISTER_EVENTS -> NvmlSymbols.nvmlDeviceRegisterEvents(a, b, c);
      case DEVICE_VALIDATE_INFOROM -> NvmlSymbols.nvmlDeviceValidateInforom(a);
      case EVENT_SET_CREATE -> NvmlSymbols.nvmlEventSetCreate(a);
      case EVENT_SET_FREE -> NvmlSymbols.nvmlEventSetFree(a);
      case EVENT_SET_WAIT -> NvmlSymbols.nvmlEventSetWait(a, b, (int) c);
      case EVENT_SET_WAIT_V2 -> NvmlSymbols.nvmlEventSetWait_v2(a, b, (int) c);
      case GET_EXCLUDED_DEVICE_COUNT -> NvmlSymbols.nvmlGetExcludedDeviceCount(a);
      case GET_EXCLUDED_DEVICE_INFO_BY_INDEX ->
        NvmlSymbols.nvmlGetExcludedDeviceInfoByIndex((int) a, b);
      case GPM_METRICS_GET -> NvmlSymbols.nvmlGpmMetricsGet(a);
      case GPM_QUERY_DEVICE_SUPPORT -> NvmlSymbols.nvmlGpmQueryDeviceSupport(a, b);
      case GPM_SAMPLE_ALLOC -> NvmlSymbols.nvmlGpmSampleAlloc(a);
      case GPM_SAMPLE_FREE -> NvmlSymbols.nvmlGpmSampleFree(a);
      case GPM_SAMPLE_GET -> NvmlSymbols.nvmlGpmSampleGet(a, b);
      case SYSTEM_GET_CPER_V1 -> NvmlSymbols.nvmlSystemGetCPER_v1(a);
      case SYSTEM_GET_CONF_COMPUTE_CAPABILITIES ->
        NvmlSymbols.nvmlSystemGetConfComputeCapabilities(a);
      case SYSTEM_GET_CONF_COMPUTE_STATE -> NvmlSymbols.nvmlSystemGetConfComputeState(a);
      case SYSTEM_GET_CUDA_DRIVER_VERSION_V2 -> NvmlSymbols.nvmlSystemGetCudaDriverVersion_v2(a);
      case SYSTEM_GET_DRIVER_BRANCH -> NvmlSymbols.nvmlSystemGetDriverBranch(a, (int) b);
      case SYSTEM_GET_DRIVER_VERSION -> NvmlSymbols.nvmlSystemGetDriverVersion(a, (int) b);
      case SYSTEM_GET_NVML_VERSION -> NvmlSymbols.nvmlSystemGetNVMLVersion(a, (int) b);
    };
  }

  private static boolean isMissing(EnumSet<NvmlFunction> symbols, String symbol) {
    for (NvmlFunction function : FUNCTIONS) {
      if (function.symbol().equals(symbol)) {
        return !symbols.contains(function);
      }
    }
    throw new IllegalStateException(symbol + " is bound but not among NvmlFunction");
  }

  private static NativeLibrary open(String sonameOrPath, FunctionMapper byName)
      throws NvmlException {
    Map<String, Object> options =
        Map.of(Library.OPTION_FUNCTION_MAPPER, byName, Library.OPTION_OPEN_FLAGS, RTLD_NOW);
    try {
      return NativeLibrary.getInstance(sonameOrPath, options);
    } catch (UnsatisfiedLinkError e) {
      throw new NvmlException(
          NvmlReturn.LIBRARY_NOT_FOUND,
          "NVML library %s cannot be loaded: %s; install the NVIDIA driver, or name its library"
              .formatted(sonameOrPath, dynamicLinkerText(e)));
    }
  }

  /** What dlopen said: JNA puts it behind a line of its own and adds where else it looked. */
  private static String dynamicLinkerText(UnsatisfiedLinkError error) {
    List<String> lines = String.valueOf(error.getMessage()).lines().toList();
    String text = lines.size() > 1 ? lines.get(1) : lines.get(0);
    return text.strip();
  }

  private static long address(NativeLibrary library, String symbol) {
    try {
      return Pointer.nativeValue(library.getGlobalVariableAddress(symbol));
    } catch (UnsatisfiedLinkError e) {
      return 0;
    }
  }

  /** The file behind an address: what the dynamic linker took, with links resolved. */
  private static String mappedFile(long address, String otherwise) {
    try {
      return MappedFiles.fileAt(
              Files.readString(Path.of("/proc/self/maps"), StandardCharsets.UTF_8), address)
          .orElse(otherwise);
    } catch (IOException e) {
      return otherwise;
    }
  }
}
