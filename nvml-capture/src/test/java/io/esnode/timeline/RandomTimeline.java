package io.esnode.timeline;

import io.esnode.nvml.FieldCatalog;
import io.esnode.nvml.NvmlFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A timeline in which everything happens that the language knows, drawn from a seed. */
final class RandomTimeline {
  static final int GPUS = 4;
  static final long FIRST_MS = -20_000;
  static final long LAST_MS = 60_000;

  private static final List<String> READINGS = List.of(
      "temperature_c",
      "margin_c",
      "power_mw",
      "utilization_gpu",
      "utilization_memory",
      "clock_graphics_mhz",
      "clock_sm_mhz",
      "clock_memory_mhz",
      "clock_sm_max_mhz",
      "clock_memory_max_mhz",
      "reasons",
      "reasons_supported",
      "performance_state",
      "memory_total_bytes",
      "memory_used_bytes",
      "memory_reserved_bytes",
      "bar1_total_bytes",
      "bar1_used_bytes",
      "pcie_generation",
      "pcie_width",
      "pcie_generation_max",
      "pcie_width_max",
      "power_limit_mw",
      "power_limit_min_mw",
      "power_limit_max_mw",
      "power_limit_default_mw",
      "fan_percent",
      "encoder_percent",
      "decoder_percent",
      "persistence_mode",
      "compute_mode",
      "remapped_corrected",
      "remapped_uncorrected",
      "remap_pending",
      "remap_failure",
      "banks_max",
      "banks_high",
      "banks_partial",
      "banks_low",
      "banks_none",
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
      "sram_other",
      "sram_threshold",
      "channel_repair_pending",
      "tpc_repair_pending",
      "unrepairable_memory",
      "fabric_state",
      "fabric_status",
      "fabric_clique",
      "fabric_health_mask",
      "fabric_summary",
      "nvlink_version",
      "c2c_links",
      "temperature_memory_c",
      "threshold.0",
      "threshold.3",
      "retired_pending",
      "bbx_seconds",
      "field_latency_us",
      "ecc.2.1.0",
      "ecc.2.0.1",
      "ecc.0.1.1",
      "ecc.7.0.0",
      "nvlink_state.0",
      "nvlink_state.17",
      "gpm.1",
      "gpm.2",
      "gpm.333");
  private static final List<String> MODES = List.of(
      "mig_mode",
      "mig_mode_supported",
      "ecc_mode",
      "accounting_mode",
      "gpm_supported",
      "cc",
      "inforom_valid");
  private static final List<String> TYPES =
      List.of("double", "uint", "ulong", "ulonglong", "slonglong", "sint", "ushort");

  private final Random random;
  private final List<String> statements = new ArrayList<>();

  private RandomTimeline(long seed) {
    random = new Random(seed);
  }

  /** Statements without the first line. */
  static String of(long seed) {
    RandomTimeline timeline = new RandomTimeline(seed);
    timeline.identities();
    timeline.tenants();
    for (int i = 0; i < 500; i++) {
      timeline.readings();
    }
    for (int i = 0; i < 120; i++) {
      timeline.disturbances();
    }
    for (int i = 0; i < 100; i++) {
      timeline.events();
    }
    for (int i = 0; i < 8; i++) {
      timeline.upheavals();
    }
    return String.join("\n", timeline.statements) + "\n";
  }

  private void add(String statement, Object... values) {
    Object[] texts = new Object[values.length];
    for (int i = 0; i < values.length; i++) {
      texts[i] = String.valueOf(values[i]);
    }
    statements.add(statement.formatted(texts));
  }

  private void identities() {
    add("system epoch_us 1700000000123456");
    add("system cc on");
    add("system excluded 3");
    add("system boot_ms 9000");
    add("gpu 0 uuid GPU-0a0a0a0a-0000-1111-2222-333333333333");
    add("gpu 0 serial 1650000000001");
    add("gpu 0 part 699-2G520-0200-000");
    add("gpu 0 pdi 0xfedcba9876543210");
    add("gpu 1 name NVIDIA  H200  NVL");
    add("gpu 1 pci 00000001:aB:1f.0");
    add("gpu 1 gsp 1.2.3");
    add("gpu 1 inforom_power 3.1");
    add("gpu 1 capability 10.12");
    add("gpu 2 uuid -");
    add("gpu 2 pci -");
    add("gpu 2 minor -");
    add("gpu 2 capability -");
    add("gpu 2 vbios -");
    add("gpu 2 architecture 0xffffffff");
    add("gpu 3 pci_device 0x12345678");
    add("gpu 3 board -");
  }

  private void tenants() {
    add("instance -20000 50000 1 1 0 MIG-11111111-aaaa 10737418240 1");
    add("instance 0 40000 1 0 0 MIG-00000000-aaaa 21474836480 2");
    add("instance 5000 30000 1 0 0 MIG-00000000-bbbb 21474836480 2");
    add("set 0 1/0/0 memory_used_bytes 77");
    add("ramp 0 9000 1/1/0 memory_used_bytes 0 900000");
    add("set -15000 1 mig_mode 1");
    add("set 45000 1 mig_mode 0");
    add("set -15000 0 fans 2");
    add("set -15000 0 fan_percent 40");
    add("set -15000 0 accounting_mode 1");
    add("set -15000 3 accounting_mode 1");
    add("set 20000 0 nvlink_links 33");
    add("set 30000 0 nvlink_links 4");
    add("set 10000 3 sample_rate_ms 0");
    add("set 20000 3 sample_rate_ms 167");
    for (int i = 0; i < 4; i++) {
      add("account %s %s %s 12 345 6 7 1", i % 2 * 3, 4000 + i, 1_690_000_000_000_000L + i);
      add("retired %s %s 0x%s00 %s", i % 2, i % 2, Integer.toString(i), 1_680_000_000_000_000L);
    }
    String[] places = {"0", "1", "1/0/0", "1/1/0", "2", "3"};
    for (int i = 0; i < 24; i++) {
      long begin = time();
      String place = places[random.nextInt(places.length)];
      long end = begin + random.nextInt(40_000);
      long bytes = random.nextInt(5) == 0 ? -1 : random.nextLong() >>> 20;
      if (random.nextInt(3) == 0) {
        add("graphics %s %s %s %s %s", begin, end, place, 5000 + i, bytes);
      } else if (random.nextBoolean()) {
        add("proc %s %s %s %s %s %s", begin, end, place, 6000 + i, bytes, random.nextInt(101));
      } else {
        add("proc %s %s %s 4294967295 %s", begin, end, place, bytes);
      }
    }
  }

  private void readings() {
    long at = time();
    int gpu = random.nextInt(GPUS);
    switch (random.nextInt(9)) {
      case 0, 1 -> add("set %s %s %s %s", at, gpu, reading(), value());
      case 2 ->
        add(
            "ramp %s %s %s %s %s %s",
            at, at + random.nextInt(20_000), gpu, reading(), value(), value());
      case 3 ->
        add(
            "set %s %s %s %s",
            at, 2 + random.nextInt(2), MODES.get(random.nextInt(MODES.size())), random.nextInt(2));
      case 4, 5 -> add("field %s %s %s %s", at, gpu, field(), Long.toUnsignedString(value()));
      case 6, 7 ->
        add(
            "rate %s %s %s %s %s",
            at,
            at + random.nextInt(30_000),
            gpu,
            field(),
            random.nextInt(4) == 0 ? value() : random.nextInt(5_000_000));
      default -> add("type %s %s", name(), TYPES.get(random.nextInt(TYPES.size())));
    }
  }

  private void disturbances() {
    long at = time();
    String target = random.nextInt(4) == 0 ? "-" : Integer.toString(random.nextInt(GPUS));
    String part = random.nextInt(8) == 0 ? "1/0/0" : target;
    int length = 1 + random.nextInt(4_000);
    switch (random.nextInt(10)) {
      case 0, 1 -> {
        String function = function();
        add("ret %s %s %s %s", at, part, function, 1 + random.nextInt(30));
        add("ret %s %s %s 0", at + length, part, function);
      }
      case 2 -> {
        add("ret %s %s * 15", at, part);
        add("ret %s %s * 0", at + random.nextInt(500), part);
      }
      case 3 -> add("ret %s %s field:%s %s", at, random.nextInt(GPUS), field(), random.nextInt(20));
      case 4 -> {
        String function = function();
        add("delay %s %s %s %s", at, part, function, random.nextInt(20));
        add("delay %s %s %s 0", at + length, part, function);
      }
      case 5 -> add("hang %s %s %s %s", at, at + length, part, function());
      case 6 -> add("hang %s %s %s *", at, at + random.nextInt(500), part);
      case 7 -> {
        String device = part.equals("-") ? "0" : part;
        add("garbage %s %s %s %s %s", at, at + length, device, function(), value());
      }
      case 8 ->
        add(
            "garbage %s %s %s field:%s %s",
            at, at + length, random.nextInt(GPUS), field(), value());
      default ->
        add("skew %s %s %s", at, random.nextInt(GPUS), random.nextInt(2_000_000) - 1_000_000);
    }
  }

  private void events() {
    String type = Integer.toHexString(1 << random.nextInt(10));
    String instance = random.nextInt(3) == 0 ? " 1 0" : "";
    add("event %s %s 0x%s %s%s", time(), random.nextInt(GPUS), type, random.nextInt(200), instance);
  }

  private void upheavals() {
    long at = time();
    int gpu = random.nextInt(GPUS);
    switch (random.nextInt(4)) {
      case 0 -> add("reset %s %s", at, gpu);
      case 1 -> {
        add("unplug %s %s", at, gpu);
        add("plug %s %s", at + random.nextInt(3_000), gpu);
      }
      case 2 -> {
        add("driver %s unload", at);
        add("driver %s load 550.%s", at + random.nextInt(1_000), random.nextInt(99));
      }
      default -> add("skew %s %s %s", at, gpu, random.nextInt(2_000_000) - 1_000_000);
    }
  }

  private long time() {
    return FIRST_MS + random.nextInt((int) (LAST_MS - FIRST_MS));
  }

  private long value() {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(100);
      case 1 -> random.nextInt();
      case 2 -> random.nextLong();
      case 3 -> -random.nextInt(1_000);
      default -> random.nextInt(1_000_000);
    };
  }

  private String reading() {
    return READINGS.get(random.nextInt(READINGS.size()));
  }

  private String name() {
    List<FieldCatalog.Field> fields = FieldCatalog.fields();
    return fields.get(random.nextInt(fields.size())).shortName();
  }

  private String field() {
    int scope = random.nextInt(4);
    return scope == 0 ? name() : name() + "." + random.nextInt(scope * scope);
  }

  private String function() {
    NvmlFunction[] functions = NvmlFunction.values();
    return functions[random.nextInt(functions.length)].symbol();
  }
}
