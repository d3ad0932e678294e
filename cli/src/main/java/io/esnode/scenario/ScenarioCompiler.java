package io.esnode.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns a scenario into the text of a timeline. The same scenario and seed give the same bytes on every JDK, in every locale.
 */
public final class ScenarioCompiler {
  private static final long MIB = 1L << 20;

  private static final List<String> COUNTED = List.of(
      "PERF_POLICY_POWER",
      "PERF_POLICY_THERMAL",
      "PERF_POLICY_SYNC_BOOST",
      "PERF_POLICY_BOARD_LIMIT",
      "PERF_POLICY_LOW_UTILIZATION",
      "PERF_POLICY_RELIABILITY",
      "PCIE_REPLAY_COUNTER",
      "PCIE_REPLAY_ROLLOVER_COUNTER",
      "PCIE_L0_TO_RECOVERY_COUNTER",
      "PCIE_COUNT_CORRECTABLE_ERRORS",
      "PCIE_COUNT_NAKS_RECEIVED",
      "PCIE_COUNT_RECEIVER_ERROR",
      "PCIE_COUNT_BAD_TLP",
      "PCIE_COUNT_NAKS_SENT",
      "PCIE_COUNT_BAD_DLLP",
      "PCIE_COUNT_NON_FATAL_ERROR",
      "PCIE_COUNT_FATAL_ERROR",
      "PCIE_COUNT_UNSUPPORTED_REQ",
      "PCIE_COUNT_LCRC_ERROR",
      "PCIE_COUNT_TX_BYTES",
      "PCIE_COUNT_RX_BYTES",
      "CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN",
      "CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN",
      "CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN");

  private static final List<String> NVLINK_TOTALS = List.of(
      "NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL",
      "NVLINK_CRC_DATA_ERROR_COUNT_TOTAL",
      "NVLINK_REPLAY_ERROR_COUNT_TOTAL",
      "NVLINK_RECOVERY_ERROR_COUNT_TOTAL",
      "NVLINK_ECC_DATA_ERROR_COUNT_TOTAL");

  private static final List<String> NVLINK_TRAFFIC = List.of(
      "NVLINK_THROUGHPUT_DATA_TX",
      "NVLINK_THROUGHPUT_DATA_RX",
      "NVLINK_THROUGHPUT_RAW_TX",
      "NVLINK_THROUGHPUT_RAW_RX");

  private static final List<String> NVLINK4_ERRORS =
      List.of("NVLINK_ERROR_DL_REPLAY", "NVLINK_ERROR_DL_RECOVERY", "NVLINK_ERROR_DL_CRC");

  private static final List<String> NVLINK5_COUNTED = List.of(
      "NVLINK_COUNT_XMIT_PACKETS",
      "NVLINK_COUNT_RCV_PACKETS",
      "NVLINK_COUNT_XMIT_BYTES",
      "NVLINK_COUNT_RCV_BYTES",
      "NVLINK_COUNT_MALFORMED_PACKET_ERRORS",
      "NVLINK_COUNT_BUFFER_OVERRUN_ERRORS",
      "NVLINK_COUNT_RCV_ERRORS",
      "NVLINK_COUNT_RCV_REMOTE_ERRORS",
      "NVLINK_COUNT_RCV_GENERAL_ERRORS",
      "NVLINK_COUNT_LOCAL_LINK_INTEGRITY_ERRORS",
      "NVLINK_COUNT_XMIT_DISCARDS",
      "NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS",
      "NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS",
      "NVLINK_COUNT_LINK_RECOVERY_EVENTS",
      "NVLINK_COUNT_EFFECTIVE_ERRORS",
      "NVLINK_COUNT_SYMBOL_ERRORS",
      "NVLINK_COUNT_EFFECTIVE_BER",
      "NVLINK_COUNT_SYMBOL_BER",
      "NVLINK_COUNT_FEC_HISTORY_0",
      "NVLINK_COUNT_FEC_HISTORY_1",
      "NVLINK_COUNT_FEC_HISTORY_2",
      "NVLINK_COUNT_FEC_HISTORY_3",
      "NVLINK_COUNT_FEC_HISTORY_4");

  private static final Map<String, String> TYPES = Map.of(
      "TEMPERATURE_SHUTDOWN_TLIMIT", "sint",
      "TEMPERATURE_SLOWDOWN_TLIMIT", "sint",
      "TEMPERATURE_MEM_MAX_TLIMIT", "sint",
      "TEMPERATURE_GPU_MAX_TLIMIT", "sint",
      "NVLINK_GET_POWER_STATE", "uint",
      "NVLINK_GET_SPEED", "uint",
      "GET_GPU_RECOVERY_ACTION", "uint");

  private final Scenario scenario;
  private final Statements out = new Statements();
  private final Counters counters;
  private final long start;

  private ScenarioCompiler(Scenario scenario) {
    this.scenario = scenario;
    this.start = -scenario.historyMs();
    this.counters = new Counters(start, scenario.durationMs() + 1);
  }

  /** The timeline's text. */
  public static String compile(Scenario scenario) {
    return new ScenarioCompiler(scenario).text();
  }

  private String text() {
    out.line("# scenario " + scenario.name() + ", seed " + scenario.seed());
    out.line("# Whatever is played from this is simulated, never evidence.");
    out.line("header " + scenario.header());
    out.line("system driver_version " + scenario.driver());
    out.line("system epoch_us " + scenario.epochUs());
    out.line("system boot_ms " + scenario.bootMs());
    TYPES.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(type -> out.line("type " + type.getKey() + " " + type.getValue()));
    out.kernel(
        start, 6, "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  " + scenario.driver());
    for (Scenario.Gpu gpu : scenario.gpus()) {
      identity(gpu);
      limits(gpu);
      links(gpu);
      instances(gpu);
      work(gpu);
      new Board(scenario, gpu, out, counters).run();
    }
    given();
    FaultCompiler faults = new FaultCompiler(scenario, out, counters);
    scenario.faults().forEach(faults::compile);
    counters.write(out);
    HostCompiler.compile(scenario, out);
    told();
    return out.toString();
  }

  private void identity(Scenario.Gpu gpu) {
    int g = gpu.index();
    out.line("gpu %d uuid %s".formatted(g, gpu.uuid()));
    out.line("gpu %d name %s".formatted(g, gpu.model().name()));
    out.line("gpu %d pci %s".formatted(g, nvmlPci(gpu.pci())));
    out.line("gpu %d serial %s".formatted(g, gpu.serial()));
    out.line("gpu %d minor %d".formatted(g, g));
    out.line("gpu %d architecture %d".formatted(g, gpu.model().architecture()));
  }

  /** NVML has eight digits of domain and capitals. */
  private static String nvmlPci(String pci) {
    return "0000" + pci.toUpperCase(java.util.Locale.ROOT);
  }

  private void limits(Scenario.Gpu gpu) {
    int g = gpu.index();
    GpuModel model = gpu.model();
    out.set(start, g, "memory_total_bytes", model.memoryBytes());
    out.set(start, g, "memory_reserved_bytes", model.reservedBytes());
    out.set(start, g, "clock_memory_mhz", model.clockMemoryMhz());
    out.set(start, g, "clock_memory_max_mhz", model.clockMemoryMhz());
    out.set(start, g, "clock_sm_max_mhz", model.clockMaxMhz());
    out.set(start, g, "power_limit_min_mw", model.powerMinMw());
    out.set(start, g, "power_limit_max_mw", model.powerMaxMw());
    out.set(start, g, "power_limit_default_mw", model.powerMaxMw());
    out.set(start, g, "pcie_generation", model.pcieGeneration());
    out.set(start, g, "pcie_generation_max", model.pcieGeneration());
    out.set(start, g, "banks_max", model.remapBanks());
    out.set(start, g, "ecc_mode", gpu.ecc() ? 1 : 0);
    out.set(start, g, "mig_mode", gpu.mig().isEmpty() ? 0 : 1);
    out.set(
        start, g, "fabric_state", model.nvlinkLinks() > 0 && model.nvlinkVersion() >= 4 ? 3 : 0);
    out.set(
        start, g, "fabric_summary", model.nvlinkLinks() > 0 && model.nvlinkVersion() >= 4 ? 1 : 0);
    out.set(start, g, "gpm_supported", model.architecture() >= 9 ? 1 : 0);
    out.signed(
        start, g, "TEMPERATURE_SHUTDOWN_TLIMIT", model.softwareSlowdownC() - model.shutdownC());
    out.signed(
        start,
        g,
        "TEMPERATURE_SLOWDOWN_TLIMIT",
        model.softwareSlowdownC() - model.hardwareSlowdownC());
    out.signed(start, g, "TEMPERATURE_MEM_MAX_TLIMIT", 0);
    out.signed(start, g, "TEMPERATURE_GPU_MAX_TLIMIT", 0);
    COUNTED.forEach(name -> counters.assign(g, name, start, 0));
    counters.assign(g, "GET_GPU_RECOVERY_ACTION", start, 0);
  }

  private void links(Scenario.Gpu gpu) {
    int g = gpu.index();
    GpuModel model = gpu.model();
    out.set(start, g, "nvlink_links", model.nvlinkLinks());
    out.set(start, g, "nvlink_version", model.nvlinkVersion());
    if (model.nvlinkLinks() == 0) {
      return;
    }
    NVLINK_TOTALS.forEach(name -> counters.assign(g, name, start, 0));
    for (int link = 0; link < model.nvlinkLinks(); link++) {
      out.field(start, g, "NVLINK_GET_SPEED." + link, model.nvlinkMbytesPerS());
      out.field(start, g, "NVLINK_GET_POWER_STATE." + link, 0);
      for (String name : NVLINK_TRAFFIC) {
        counters.assign(g, name + "." + link, start, 0);
      }
      for (String name : model.nvlinkVersion() >= 5 ? NVLINK5_COUNTED : NVLINK4_ERRORS) {
        counters.assign(g, name + "." + link, start, 0);
      }
    }
  }

  private void instances(Scenario.Gpu gpu) {
    int number = 0;
    for (Scenario.Instance instance : gpu.mig()) {
      out.line("instance %d %d %d %d %d %s %d %d"
          .formatted(
              start,
              scenario.durationMs() + 1,
              gpu.index(),
              instance.gpuInstance(),
              instance.computeInstance(),
              migUuid(gpu, number++),
              instance.memoryBytes(),
              instance.slices()));
    }
  }

  private static String migUuid(Scenario.Gpu gpu, int number) {
    // Instances of one board differ in the last digits.
    String hex = Integer.toHexString(0x1000 + number);
    return "MIG-" + gpu.uuid().substring(4, gpu.uuid().length() - 4) + hex;
  }

  /** Processes, memory and traffic of the phases of one GPU. */
  private void work(Scenario.Gpu gpu) {
    List<Scenario.Load> phases = new ArrayList<>(scenario.load().stream()
        .filter(load -> load.gpus().contains(gpu.index()))
        .sorted((a, b) -> Long.compare(a.atMs(), b.atMs()))
        .toList());
    long lost = lostAt(gpu.index());
    out.set(start, gpu.index(), "memory_used_bytes", gpu.model().reservedBytes());
    for (int i = 0; i < phases.size(); i++) {
      Scenario.Load phase = phases.get(i);
      long from = Math.max(start, phase.atMs());
      long to = i + 1 < phases.size() ? phases.get(i + 1).atMs() : scenario.durationMs() + 1;
      to = Math.min(to, lost);
      if (to > from) {
        phase(gpu, phase, from, to);
      }
    }
  }

  private long lostAt(int gpu) {
    return scenario.faults().stream()
        .filter(f -> f instanceof Fault.Lost && f.gpus().contains(gpu))
        .mapToLong(Fault::atMs)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private void phase(Scenario.Gpu gpu, Scenario.Load phase, long from, long to) {
    int g = gpu.index();
    GpuModel model = gpu.model();
    long memory = Math.min(phase.memoryBytes(), model.memoryBytes() - model.reservedBytes());
    if (phase.pid() > 0) {
      out.line("proc %d %d %d %d %d %d"
          .formatted(
              from, to, g, phase.pid() + phase.gpus().indexOf(g), memory, phase.busyPercent()));
    }
    out.set(from, g, "memory_used_bytes", memory + model.reservedBytes());
    Scenario.Work work = phase.work();
    long pcieBytesPerS = 2000 * MIB * (1L << (model.pcieGeneration() - 1)) * work.pcie / 100;
    counters.grow(g, "PCIE_COUNT_TX_BYTES", from, to, pcieBytesPerS / 4 * 3600);
    counters.grow(g, "PCIE_COUNT_RX_BYTES", from, to, pcieBytesPerS * 3600);
    long kibPerS = (long) model.nvlinkMbytesPerS() * 1_000_000 / 1024 * work.nvlink / 100;
    for (int link = 0; link < model.nvlinkLinks(); link++) {
      for (String name : NVLINK_TRAFFIC) {
        long share = name.contains("RAW") ? kibPerS / 16 * 17 : kibPerS;
        counters.grow(g, name + "." + link, from, to, share * 3600);
      }
      if (model.nvlinkVersion() >= 5) {
        long packetsPerS = kibPerS * 4;
        for (String way : List.of("XMIT", "RCV")) {
          counters.grow(
              g, "NVLINK_COUNT_" + way + "_BYTES." + link, from, to, kibPerS * 1024 * 3600);
          counters.grow(
              g, "NVLINK_COUNT_" + way + "_PACKETS." + link, from, to, packetsPerS * 3600);
        }
        counters.grow(g, "NVLINK_COUNT_FEC_HISTORY_0." + link, from, to, packetsPerS * 3600);
      }
    }
  }

  private void given() {
    for (Scenario.Counter counter : scenario.counters()) {
      String name =
          counter.scope() == null ? counter.field() : counter.field() + "." + counter.scope();
      Long value = counter.value();
      for (int gpu : counter.gpus()) {
        if (value != null) {
          counters.assign(gpu, name, counter.atMs(), value);
        }
        counters.grow(gpu, name, counter.atMs(), counter.untilMs(), counter.perHour());
      }
      if (counter.narrow()) {
        counters.narrow(name);
      }
    }
  }

  private void told() {
    for (Scenario.LogLine line : scenario.kernel()) {
      out.kernel(Math.max(-scenario.bootMs(), line.atMs()), line.priority(), line.text());
    }
    for (Scenario.Orchestration event : scenario.kubernetes()) {
      out.line("kubernetes %d %s %s %s"
          .formatted(event.atMs(), event.entity(), event.reason(), event.text()));
    }
    for (Scenario.Audit row : scenario.audit()) {
      out.line(
          "audit %d %s %s %s".formatted(row.atMs(), row.action(), row.outcome(), row.detail()));
    }
    for (Scenario.ClockStep step : scenario.clock()) {
      out.line("clock %d %d".formatted(step.atMs(), step.offsetUs()));
    }
  }
}
