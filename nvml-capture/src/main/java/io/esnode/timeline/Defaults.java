package io.esnode.timeline;

import java.util.Map;

/** What readings say where a timeline sets nothing. */
final class Defaults {
  private static final Map<String, Long> STANDARD = Map.ofEntries(
      Map.entry("temperature_c", 34L),
      Map.entry("power_mw", 70_000L),
      Map.entry("clock_graphics_mhz", 345L),
      Map.entry("clock_sm_mhz", 345L),
      Map.entry("clock_memory_mhz", 2_619L),
      Map.entry("clock_sm_max_mhz", 1_980L),
      Map.entry("clock_memory_max_mhz", 2_619L),
      Map.entry("reasons", 1L),
      Map.entry("reasons_supported", 0x1ffL),
      Map.entry("memory_total_bytes", 85_520_809_984L),
      Map.entry("bar1_total_bytes", 137_438_953_472L),
      Map.entry("pcie_generation", 5L),
      Map.entry("pcie_width", 16L),
      Map.entry("pcie_generation_max", 5L),
      Map.entry("pcie_width_max", 16L),
      Map.entry("power_limit_mw", 700_000L),
      Map.entry("power_limit_min_mw", 200_000L),
      Map.entry("power_limit_max_mw", 700_000L),
      Map.entry("power_limit_default_mw", 700_000L),
      Map.entry("persistence_mode", 1L),
      Map.entry("ecc_mode", 1L),
      Map.entry("mig_mode_supported", 1L),
      Map.entry("banks_max", 640L),
      Map.entry("fabric_state", 3L),
      Map.entry("fabric_summary", 1L),
      Map.entry("nvlink_links", 18L),
      Map.entry("nvlink_version", 4L),
      Map.entry("inforom_valid", 1L),
      Map.entry("sample_rate_ms", 100L),
      Map.entry("field_latency_us", 3L),
      Map.entry("bbx_seconds", 31_536_000L),
      Map.entry("threshold.0", 92L),
      Map.entry("threshold.1", 89L),
      Map.entry("threshold.2", 95L),
      Map.entry("threshold.3", 87L));

  private Defaults() {}

  /** What does not depend on anything else; {@code margin_c} and {@code cc} do. */
  static long of(String key, int header) {
    return switch (key) {
      case "events_supported" -> eventTypes(header);
      case "gpm_supported" -> header >= 1108 ? 1 : 0;
      default -> key.startsWith("nvlink_state.") ? 1 : STANDARD.getOrDefault(key, 0L);
    };
  }

  /** All event types of a header on Linux. */
  private static long eventTypes(int header) {
    if (header >= 1208) {
      return 0xff9f;
    }
    return header >= 1206 ? 0x3f9f : 0x19f;
  }

  /** The driver a player says it is where the timeline does not: one of the branch that has the header. */
  static String driverVersion(int header) {
    if (header >= 1301) {
      return "590.44.01";
    }
    if (header >= 1300) {
      return "580.95.05";
    }
    if (header >= 1209) {
      return "575.64.05";
    }
    if (header >= 1208) {
      return "570.172.08";
    }
    if (header >= 1204) {
      return "550.163.01";
    }
    if (header >= 1202) {
      return "535.183.06";
    }
    return header >= 1200 ? "525.147.05" : "470.256.02";
  }
}
