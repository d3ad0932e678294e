package io.esnode.timeline;

import io.esnode.nvml.FieldCatalog;
import io.esnode.nvml.NvmlFunction;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** The words of a timeline, as {@code docs/format/timeline.md} lists them. */
final class Vocabulary {
  static final List<Integer> HEADERS = List.of(1104, 1200, 1202, 1204, 1208, 1209, 1300, 1301);
  static final List<String> TYPES =
      List.of("double", "uint", "ulong", "ulonglong", "slonglong", "sint", "ushort");

  static final int NVLINKS = 32;
  static final int THRESHOLDS = 4;
  /** Numbers of GPM metrics, 0 to 333 in header 13.3. */
  static final int GPM_METRICS = 334;

  static final int TEXT_BYTES = 95;

  /** Identity keys whose value is a number. */
  static final Set<String> NUMBERS = Set.of(
      "minor",
      "module",
      "board",
      "architecture",
      "brand",
      "cores",
      "bus_width",
      "numa",
      "checksum",
      "pdi",
      "pci_device",
      "pci_subsystem");

  /** Identity keys whose value is a text. */
  static final Set<String> TEXTS = Set.of(
      "uuid",
      "name",
      "pci",
      "serial",
      "vbios",
      "part",
      "capability",
      "gsp",
      "inforom",
      "inforom_oem",
      "inforom_ecc",
      "inforom_power");

  private static final Map<String, Pattern> SHAPES = Map.of(
      "pci", Pattern.compile("[0-9A-Fa-f]{8}:[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}\\.[0-7]"),
      "capability", Pattern.compile("[0-9]{1,3}\\.[0-9]{1,3}"));

  private static final Set<String> READINGS = readings();
  private static final Set<String> FUNCTIONS = functions();
  private static final Set<String> FIELDS = fields();

  private Vocabulary() {}

  /** Whether the text of an identity key has the shape it must have. */
  static boolean fits(String key, String text) {
    Pattern shape = SHAPES.get(key);
    return shape == null || shape.matcher(text).matches();
  }

  static boolean isReading(String key) {
    return READINGS.contains(key);
  }

  static boolean isFunction(String symbol) {
    return FUNCTIONS.contains(symbol);
  }

  /** @param name without {@code NVML_FI_DEV_} or {@code NVML_FI_} */
  static boolean isField(String name) {
    return FIELDS.contains(name);
  }

  /** The number of a value type, {@code nvmlValueType_t}. */
  static OptionalLong type(String word) {
    int number = TYPES.indexOf(word);
    return number < 0 ? OptionalLong.empty() : OptionalLong.of(number);
  }

  private static Set<String> readings() {
    Set<String> keys = new HashSet<>(Set.of(
        ("temperature_c margin_c power_mw utilization_gpu utilization_memory clock_graphics_mhz clock_sm_mhz"
                + " clock_memory_mhz clock_sm_max_mhz clock_memory_max_mhz reasons reasons_supported"
                + " performance_state memory_total_bytes memory_used_bytes memory_reserved_bytes"
                + " bar1_total_bytes bar1_used_bytes pcie_generation pcie_width pcie_generation_max"
                + " pcie_width_max power_limit_mw power_limit_min_mw power_limit_max_mw"
                + " power_limit_default_mw fan_percent fans encoder_percent decoder_percent"
                + " persistence_mode compute_mode ecc_mode mig_mode"
                + " mig_mode_supported remapped_corrected remapped_uncorrected remap_pending"
                + " remap_failure banks_max banks_high banks_partial banks_low banks_none"
                + " sram_unc_parity_agg sram_unc_secded_agg sram_cor_agg sram_unc_parity_vol"
                + " sram_unc_secded_vol sram_cor_vol sram_l2 sram_sm sram_pcie sram_mcu sram_other"
                + " sram_threshold channel_repair_pending tpc_repair_pending unrepairable_memory"
                + " fabric_state fabric_status fabric_clique fabric_health_mask fabric_summary"
                + " nvlink_links nvlink_version events_supported accounting_mode"
                + " gpm_supported cc inforom_valid sample_rate_ms c2c_links retired_pending bbx_seconds"
                + " field_latency_us temperature_memory_c")
            .split(" ")));
    for (int location = 0; location < 8; location++) {
      for (int pair = 0; pair < 4; pair++) {
        keys.add(ecc(location, pair >> 1, pair & 1));
      }
    }
    for (int threshold = 0; threshold < THRESHOLDS; threshold++) {
      keys.add("threshold." + threshold);
    }
    for (int link = 0; link < NVLINKS; link++) {
      keys.add("nvlink_state." + link);
    }
    for (int metric = 0; metric < GPM_METRICS; metric++) {
      keys.add("gpm." + metric);
    }
    return keys;
  }

  static String ecc(int location, int type, int counter) {
    return "ecc." + location + "." + type + "." + counter;
  }

  private static Set<String> functions() {
    Set<String> symbols = new HashSet<>();
    for (NvmlFunction function : NvmlFunction.values()) {
      symbols.add(function.symbol());
    }
    return symbols;
  }

  private static Set<String> fields() {
    Set<String> names = new HashSet<>();
    for (FieldCatalog.Field field : FieldCatalog.fields()) {
      names.add(field.shortName());
    }
    return names;
  }
}
