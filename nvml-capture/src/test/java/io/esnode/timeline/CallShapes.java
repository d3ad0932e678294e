package io.esnode.timeline;

import io.esnode.nvml.NvmlFunction;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the functions take, argument by argument, for a test that calls all of them.
 *
 * <p>{@code d} a device, {@code s} an event set, {@code g} a GPM sample; {@code iN} a number up to N and now and then a large one; {@code oN}
 * an address of N bytes; {@code vN:W:W} likewise, of a struct that begins with one of these version words, or with none; {@code cN}
 * the address of a count of at most N; {@code aN} an array of N bytes, or null; {@code t} a buffer for a text and then its size; {@code u}
 * the UUID and {@code p} the bus id of something; {@code k} a process id; {@code L} a time stamp; {@code F} a count of fields and the fields;
 * {@code G} a request for GPM metrics; {@code M} a mask of event types; {@code w} no time to wait.
 */
final class CallShapes {
  private static final Map<NvmlFunction, String> SHAPES = new EnumMap<>(NvmlFunction.class);

  static {
    put("i3", NvmlFunction.INIT_WITH_FLAGS);
    put("", NvmlFunction.INIT_V2, NvmlFunction.SHUTDOWN);
    put("d c5 a40", NvmlFunction.DEVICE_GET_ACCOUNTING_PIDS);
    put("d k o56", NvmlFunction.DEVICE_GET_ACCOUNTING_STATS);
    put("d o40", NvmlFunction.DEVICE_GET_ATTRIBUTES_V2);
    put("d o24", NvmlFunction.DEVICE_GET_BAR1_MEMORY_INFO, NvmlFunction.DEVICE_GET_MEMORY_INFO);
    put("d o264", NvmlFunction.DEVICE_GET_CLK_MON_STATUS);
    put("d i4 o4", NvmlFunction.DEVICE_GET_CLOCK_INFO, NvmlFunction.DEVICE_GET_MAX_CLOCK_INFO);
    put(
        "d c24 a960",
        NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES,
        NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V2,
        NvmlFunction.DEVICE_GET_COMPUTE_RUNNING_PROCESSES_V3,
        NvmlFunction.DEVICE_GET_GRAPHICS_RUNNING_PROCESSES,
        NvmlFunction.DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V2,
        NvmlFunction.DEVICE_GET_GRAPHICS_RUNNING_PROCESSES_V3);
    put("d o12332", NvmlFunction.DEVICE_GET_CONF_COMPUTE_GPU_ATTESTATION_REPORT);
    put("d o9224", NvmlFunction.DEVICE_GET_CONF_COMPUTE_GPU_CERTIFICATE);
    put("o4", NvmlFunction.DEVICE_GET_COUNT_V2);
    put(
        "d o4 o4",
        NvmlFunction.DEVICE_GET_CUDA_COMPUTE_CAPABILITY,
        NvmlFunction.DEVICE_GET_DECODER_UTILIZATION,
        NvmlFunction.DEVICE_GET_ECC_MODE,
        NvmlFunction.DEVICE_GET_ENCODER_UTILIZATION,
        NvmlFunction.DEVICE_GET_GSP_FIRMWARE_MODE,
        NvmlFunction.DEVICE_GET_MIG_MODE,
        NvmlFunction.DEVICE_GET_POWER_MANAGEMENT_LIMIT_CONSTRAINTS);
    put(
        "d o8",
        NvmlFunction.DEVICE_GET_CURRENT_CLOCKS_EVENT_REASONS,
        NvmlFunction.DEVICE_GET_CURRENT_CLOCKS_THROTTLE_REASONS,
        NvmlFunction.DEVICE_GET_SUPPORTED_CLOCKS_EVENT_REASONS,
        NvmlFunction.DEVICE_GET_SUPPORTED_CLOCKS_THROTTLE_REASONS,
        NvmlFunction.DEVICE_GET_SUPPORTED_EVENT_TYPES,
        NvmlFunction.DEVICE_GET_UTILIZATION_RATES);
    put("d i3 o4", NvmlFunction.DEVICE_GET_FAN_SPEED_V2);
    put("d F", NvmlFunction.DEVICE_GET_FIELD_VALUES);
    put("d o28", NvmlFunction.DEVICE_GET_GPU_FABRIC_INFO);
    put("d v40:02000024:03000028", NvmlFunction.DEVICE_GET_GPU_FABRIC_INFO_V);
    put("d o64", NvmlFunction.DEVICE_GET_GSP_FIRMWARE_VERSION);
    put("i4 o8", NvmlFunction.DEVICE_GET_HANDLE_BY_INDEX_V2);
    put("p o8", NvmlFunction.DEVICE_GET_HANDLE_BY_PCI_BUS_ID_V2);
    put("u o8", NvmlFunction.DEVICE_GET_HANDLE_BY_UUID);
    put(
        "d t",
        NvmlFunction.DEVICE_GET_BOARD_PART_NUMBER,
        NvmlFunction.DEVICE_GET_INFOROM_IMAGE_VERSION,
        NvmlFunction.DEVICE_GET_NAME,
        NvmlFunction.DEVICE_GET_SERIAL,
        NvmlFunction.DEVICE_GET_UUID,
        NvmlFunction.DEVICE_GET_VBIOS_VERSION);
    put("d i3 t", NvmlFunction.DEVICE_GET_INFOROM_VERSION);
    put("d o8 o8", NvmlFunction.DEVICE_GET_LAST_BBX_FLUSH_TIME);
    put("d v8:01000008", NvmlFunction.DEVICE_GET_MARGIN_TEMPERATURE);
    put("d i2 i2 i8 o8", NvmlFunction.DEVICE_GET_MEMORY_ERROR_COUNTER);
    put("d v40:02000028", NvmlFunction.DEVICE_GET_MEMORY_INFO_V2);
    put("d i3 o8", NvmlFunction.DEVICE_GET_MIG_DEVICE_HANDLE_BY_INDEX);
    put("d i20 i7 o4", NvmlFunction.DEVICE_GET_NV_LINK_CAPABILITY);
    put("d i20 i5 o8", NvmlFunction.DEVICE_GET_NV_LINK_ERROR_COUNTER);
    put("d i20 o68", NvmlFunction.DEVICE_GET_NV_LINK_REMOTE_PCI_INFO_V2);
    put(
        "d i33 o4",
        NvmlFunction.DEVICE_GET_NV_LINK_REMOTE_DEVICE_TYPE,
        NvmlFunction.DEVICE_GET_NV_LINK_STATE,
        NvmlFunction.DEVICE_GET_NV_LINK_VERSION);
    put("d o68", NvmlFunction.DEVICE_GET_PCI_INFO_V3);
    put("d v16:01000010", NvmlFunction.DEVICE_GET_PDI);
    put("d o44", NvmlFunction.DEVICE_GET_PLATFORM_INFO);
    put("d a768 c24 L", NvmlFunction.DEVICE_GET_PROCESS_UTILIZATION);
    put("d o4 o4 o4 o4", NvmlFunction.DEVICE_GET_REMAPPED_ROWS);
    put("d o24", NvmlFunction.DEVICE_GET_REMAPPED_ROWS_V2);
    put("d v12:0100000c", NvmlFunction.DEVICE_GET_REPAIR_STATUS);
    put("d i2 c5 a40 a40", NvmlFunction.DEVICE_GET_RETIRED_PAGES_V2);
    put("d o20", NvmlFunction.DEVICE_GET_ROW_REMAPPER_HISTOGRAM);
    put("d i7 L o4 c130 a2080", NvmlFunction.DEVICE_GET_SAMPLES);
    put("d v104:01000068", NvmlFunction.DEVICE_GET_SRAM_ECC_ERROR_STATUS);
    put("d v16:01000010", NvmlFunction.DEVICE_GET_SRAM_UNIQUE_UNCORRECTED_ECC_ERROR_COUNTS);
    put("d i1 o4", NvmlFunction.DEVICE_GET_TEMPERATURE);
    put("d i5 o4", NvmlFunction.DEVICE_GET_TEMPERATURE_THRESHOLD);
    put("d v12:0100000c", NvmlFunction.DEVICE_GET_TEMPERATURE_V);
    put("d d o4", NvmlFunction.DEVICE_GET_TOPOLOGY_COMMON_ANCESTOR);
    put("d M s", NvmlFunction.DEVICE_REGISTER_EVENTS);
    put("d", NvmlFunction.DEVICE_VALIDATE_INFOROM);
    put("o8", NvmlFunction.EVENT_SET_CREATE, NvmlFunction.GPM_SAMPLE_ALLOC);
    put("s", NvmlFunction.EVENT_SET_FREE);
    put("s o32 w", NvmlFunction.EVENT_SET_WAIT, NvmlFunction.EVENT_SET_WAIT_V2);
    put("o4", NvmlFunction.GET_EXCLUDED_DEVICE_COUNT);
    put("i4 o148", NvmlFunction.GET_EXCLUDED_DEVICE_INFO_BY_INDEX);
    put("G", NvmlFunction.GPM_METRICS_GET);
    put("d v8:00000001", NvmlFunction.GPM_QUERY_DEVICE_SUPPORT);
    put("g", NvmlFunction.GPM_SAMPLE_FREE);
    put("d g", NvmlFunction.GPM_SAMPLE_GET);
    put("o112", NvmlFunction.SYSTEM_GET_CPER_V1);
    put("o8", NvmlFunction.SYSTEM_GET_CONF_COMPUTE_CAPABILITIES);
    put("o12", NvmlFunction.SYSTEM_GET_CONF_COMPUTE_STATE);
    put("o4", NvmlFunction.SYSTEM_GET_CUDA_DRIVER_VERSION_V2);
    put("v84:01000054 i100", NvmlFunction.SYSTEM_GET_DRIVER_BRANCH);
    put("t", NvmlFunction.SYSTEM_GET_DRIVER_VERSION, NvmlFunction.SYSTEM_GET_NVML_VERSION);
  }

  private CallShapes() {}

  private static void put(String shape, NvmlFunction... functions) {
    for (NvmlFunction function : functions) {
      SHAPES.put(function, shape);
    }
  }

  /** The arguments of a function; most take a device and the address of an unsigned int. */
  static String[] of(NvmlFunction function) {
    String shape = SHAPES.getOrDefault(function, "d o4");
    return shape.isEmpty() ? new String[0] : shape.split(" ", -1);
  }
}
