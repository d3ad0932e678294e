package io.esnode.timeline;

import io.esnode.nvml.FieldCatalog;
import io.esnode.nvml.NativeMemory;
import io.esnode.nvml.NvmlReturn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code nvmlDeviceGetFieldValues}: what {@code field} and {@code rate} say, else the reading that is the same quantity.
 *
 * <pre>
 * nvmlFieldValue_t, 40 bytes
 * 0    4       8           16        24     28    32
 * | id | scope | timestamp | latency | type | ret | value |
 * </pre>
 */
final class PlayedFields {
  private static final int BYTES = 40;
  private static final int SCOPE = 4;
  private static final int TIMESTAMP = 8;
  private static final int LATENCY = 16;
  private static final int TYPE = 24;
  private static final int RETURN = 28;
  private static final int VALUE = 32;
  /** What stands in bytes that a narrow type leaves alone. */
  private static final int UNUSED = 0xa5;

  private static final int TYPE_DOUBLE = 0;
  private static final int TYPE_UINT = 1;
  private static final int TYPE_SINT = 5;
  private static final int TYPE_USHORT = 6;
  private static final double THOUSAND = 1000.0;

  private static final String LINK_STATE = "NVLINK_GET_STATE";
  private static final int ECC_LOCATIONS = 8;

  /** Fields that are a reading. */
  private static final Map<String, String> READINGS = Map.ofEntries(
      Map.entry("POWER_INSTANT", "power_mw"),
      Map.entry("POWER_AVERAGE", "power_mw"),
      Map.entry("POWER_CURRENT_LIMIT", "power_limit_mw"),
      Map.entry("POWER_REQUESTED_LIMIT", "power_limit_mw"),
      Map.entry("POWER_MIN_LIMIT", "power_limit_min_mw"),
      Map.entry("POWER_MAX_LIMIT", "power_limit_max_mw"),
      Map.entry("POWER_DEFAULT_LIMIT", "power_limit_default_mw"),
      Map.entry("REMAPPED_COR", "remapped_corrected"),
      Map.entry("REMAPPED_UNC", "remapped_uncorrected"),
      Map.entry("REMAPPED_PENDING", "remap_pending"),
      Map.entry("REMAPPED_FAILURE", "remap_failure"),
      Map.entry("ECC_CURRENT", "ecc_mode"),
      Map.entry("ECC_PENDING", "ecc_mode"),
      Map.entry("NVLINK_LINK_COUNT", "nvlink_links"),
      Map.entry("C2C_LINK_COUNT", "c2c_links"));

  /** Locations of {@code nvmlMemoryLocation_t} by the end of a field's name. */
  private static final Map<String, Integer> LOCATIONS =
      Map.of("_L1", 0, "_L2", 1, "_DEV", 2, "_REG", 3, "_TEX", 4, "_CBU", 6);

  private final NativeMemory memory;
  private final Map<Integer, Field> fields = new HashMap<>();

  /** A field of the header: its name, and where its answer comes from. */
  private record Field(String name, int type, List<String> eccReadings, String refusal) {}

  PlayedFields(Timeline timeline, int header, NativeMemory memory) {
    this.memory = memory;
    for (FieldCatalog.Field field : FieldCatalog.fields()) {
      String name = field.shortName();
      if (FieldCatalog.number(field.name(), header).orElse(-1) == field.number()) {
        fields.put(
            field.number(),
            new Field(
                name, timeline.type(name), eccReadings(name), TimelineParser.FIELD_PREFIX + name));
      }
    }
  }

  int call(PlayedCall call, int count, long address) {
    if (address == 0 || count <= 0) {
      return NvmlReturn.INVALID_ARGUMENT;
    }
    long stamp = call.gpu.stampMicros(call.ms);
    long latencyUs = call.is("field_latency_us");
    for (int i = 0; i < count; i++) {
      long at = address + (long) i * BYTES;
      memory.putLong(at + TIMESTAMP, stamp);
      memory.putLong(at + LATENCY, latencyUs);
      memory.putInt(at + RETURN, read(call, at));
    }
    return NvmlReturn.SUCCESS;
  }

  private int read(PlayedCall call, long at) {
    @Nullable Field field = fields.get(memory.getInt(at));
    if (field == null) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    long scope = memory.getUnsignedInt(at + SCOPE);
    String ofScope = field.refusal() + "." + scope;
    Subject subject = call.gpu.subject;
    int every = code(subject, field.refusal(), call.ms);
    int refused = every != 0 ? every : code(subject, ofScope, call.ms);
    if (refused != 0) {
      return refused;
    }
    @Nullable Series garbage = running(subject, field.refusal(), call.ms);
    if (garbage == null) {
      garbage = running(subject, ofScope, call.ms);
    }
    if (garbage != null) {
      return write(at, field.type(), garbage.at(call.ms));
    }
    @Nullable Series said = subject.fields.get(field.name() + "." + scope);
    if (said != null && said.isSetAt(call.ms)) {
      return write(at, field.type(), said.at(call.ms));
    }
    return derived(call, at, field, scope);
  }

  private int derived(PlayedCall call, long at, Field field, long scope) {
    if (field.name().equals(LINK_STATE)
        && scope < Vocabulary.NVLINKS
        && scope < call.is("nvlink_links")) {
      return write(at, field.type(), call.out("nvlink_state." + scope));
    }
    if (scope != 0) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    @Nullable String reading = READINGS.get(field.name());
    if (reading != null) {
      return write(at, field.type(), call.out(reading));
    }
    if (field.name().equals("MEMORY_TEMP") && call.isSaid("temperature_memory_c")) {
      return write(at, field.type(), call.out("temperature_memory_c"));
    }
    if (field.name().equals("RETIRED_PENDING") && !call.gpu.retiredPages.isEmpty()) {
      return write(at, field.type(), call.out("retired_pending"));
    }
    if (field.eccReadings().isEmpty() || call.is("ecc_mode") == 0) {
      return NvmlReturn.NOT_SUPPORTED;
    }
    long errors = 0;
    for (String key : field.eccReadings()) {
      errors += call.out(key);
    }
    return write(at, field.type(), errors);
  }

  private int write(long at, int type, long value) {
    memory.putInt(at + TYPE, type);
    memory.fill(at + VALUE, Long.BYTES, UNUSED);
    switch (type) {
      case TYPE_DOUBLE -> memory.putDouble(at + VALUE, value / THOUSAND);
      case TYPE_UINT, TYPE_SINT -> memory.putInt(at + VALUE, (int) value);
      case TYPE_USHORT -> memory.putShort(at + VALUE, (int) value);
      default -> memory.putLong(at + VALUE, value);
    }
    return NvmlReturn.SUCCESS;
  }

  /** What {@code field} and {@code rate} say of a counter of a link, 0 where they say nothing. */
  static long counter(PlayedCall call, String name, long link) {
    @Nullable Series said = call.gpu.subject.fields.get(name + "." + link);
    return said == null ? 0 : said.at(call.ms);
  }

  private static int code(Subject subject, String key, long ms) {
    @Nullable Series codes = subject.codes.get(key);
    return codes == null ? 0 : (int) codes.at(ms);
  }

  private static @Nullable Series running(Subject subject, String key, long ms) {
    @Nullable Series garbage = subject.garbage.get(key);
    return garbage != null && garbage.isRunningAt(ms) ? garbage : null;
  }

  /** The readings an ECC field is the sum of: {@code ECC_DBE_VOL_DEV} is {@code ecc.2.1.0}. */
  private static List<String> eccReadings(String name) {
    boolean single = name.startsWith("ECC_SBE_");
    if (!single && !name.startsWith("ECC_DBE_")) {
      return List.of();
    }
    boolean isVolatile = name.startsWith("VOL", 8);
    if (!isVolatile && !name.startsWith("AGG", 8)) {
      return List.of();
    }
    String where = name.substring(11);
    List<String> keys = new ArrayList<>();
    for (int location = 0; location < ECC_LOCATIONS; location++) {
      if (where.equals("_TOTAL") || LOCATIONS.getOrDefault(where, -1) == location) {
        keys.add(Vocabulary.ecc(location, single ? 0 : 1, isVolatile ? 0 : 1));
      }
    }
    return List.copyOf(keys);
  }
}
