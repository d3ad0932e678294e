package io.esnode.scenario;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Turns one fault into statements and counters; what is physics, {@link Board} does. */
final class FaultCompiler {
  /** nvmlEventType bits. */
  private static final int XID_EVENT = 0x8;

  private static final int SINGLE_BIT_EVENT = 0x1;
  private static final int DOUBLE_BIT_EVENT = 0x2;
  private static final int RECOVERY_ACTION_EVENT = 0x8000;

  private static final int GPU_IS_LOST = 15;
  /** kern.warning, as the driver prints XIDs; kern.err for AER. */
  private static final int WARNING = 4;

  private static final int ERROR = 3;
  private static final int INFO = 6;

  private static final List<String> RECOVERY_WORDS = List.of(
      "None",
      "GPU Reset Required",
      "Node Reboot Required",
      "Drain P2P",
      "Drain and Reset",
      "Recover IMEX");

  private static final List<String> VOLATILE = List.of(
      "ecc.2.0.0",
      "ecc.2.1.0",
      "ecc.7.0.0",
      "ecc.7.1.0",
      "sram_cor_vol",
      "sram_unc_parity_vol",
      "sram_unc_secded_vol");

  private static final Map<String, List<String>> NVLINK_COUNTERS = Map.of(
      "crc-flit", List.of("NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL", "NVLINK_ERROR_DL_CRC."),
      "crc-data", List.of("NVLINK_CRC_DATA_ERROR_COUNT_TOTAL"),
      "replay", List.of("NVLINK_REPLAY_ERROR_COUNT_TOTAL", "NVLINK_ERROR_DL_REPLAY."),
      "recovery", List.of("NVLINK_RECOVERY_ERROR_COUNT_TOTAL", "NVLINK_ERROR_DL_RECOVERY."),
      "ecc", List.of("NVLINK_ECC_DATA_ERROR_COUNT_TOTAL"),
      "malformed", List.of("NVLINK_COUNT_MALFORMED_PACKET_ERRORS."),
      "symbol", List.of("NVLINK_COUNT_SYMBOL_ERRORS."),
      "effective", List.of("NVLINK_COUNT_EFFECTIVE_ERRORS."),
      "link-recovery",
          List.of(
              "NVLINK_COUNT_LINK_RECOVERY_EVENTS.",
              "NVLINK_COUNT_LINK_RECOVERY_SUCCESSFUL_EVENTS."),
      "link-recovery-failed",
          List.of(
              "NVLINK_COUNT_LINK_RECOVERY_EVENTS.", "NVLINK_COUNT_LINK_RECOVERY_FAILED_EVENTS."));

  private final Scenario scenario;
  private final Statements out;
  private final Counters counters;
  /** The driver names a GPU in the log once, before its first XID. */
  private final Set<Integer> named = new HashSet<>();

  FaultCompiler(Scenario scenario, Statements out, Counters counters) {
    this.scenario = scenario;
    this.out = out;
    this.counters = counters;
  }

  void compile(Fault fault) {
    if (fault instanceof Fault.DriverReload f) {
      driverReload(f);
    } else if (fault instanceof Fault.Sxid f) {
      out.kernel(
          f.atMs(),
          ERROR,
          "nvidia-%s: SXid (PCI:0000:06:00.0): %d, %s".formatted(f.nvswitch(), f.code(), f.text()));
    } else if (fault instanceof Fault.Hang f && f.driverWide()) {
      out.line("hang %d %d - *".formatted(f.atMs(), f.untilMs()));
    }
    for (int gpu : fault.gpus()) {
      compile(fault, scenario.gpus().get(gpu));
    }
  }

  private void compile(Fault fault, Scenario.Gpu gpu) {
    long t = fault.atMs();
    int g = gpu.index();
    if (fault instanceof Fault.Xid f) {
      xid(f, gpu);
    } else if (fault instanceof Fault.RecoveryAction f) {
      recoveryAction(f, gpu);
    } else if (fault instanceof Fault.Ecc f) {
      ecc(f, g);
    } else if (fault instanceof Fault.RowRemap f) {
      rowRemap(f, g, gpu.model().remapBanks());
    } else if (fault instanceof Fault.SramThreshold f) {
      sramThreshold(f, g);
    } else if (fault instanceof Fault.Lost f) {
      lost(f, gpu);
    } else if (fault instanceof Fault.Hang f) {
      out.line("hang %d %d %d %s".formatted(t, f.untilMs(), g, f.function()));
    } else if (fault instanceof Fault.Slow f) {
      out.line("delay %d %d %s %d".formatted(t, g, f.function(), f.delayUs()));
      out.line("delay %d %d %s 0".formatted(f.untilMs(), g, f.function()));
    } else if (fault instanceof Fault.Refuse f) {
      out.returns(t, Integer.toString(g), f.function(), f.code());
      if (f.untilMs() <= scenario.durationMs()) {
        out.returns(f.untilMs(), Integer.toString(g), f.function(), 0);
      }
    } else if (fault instanceof Fault.Garbage f) {
      out.line("garbage %d %d %d %s %d".formatted(t, f.untilMs(), g, f.function(), f.value()));
    } else if (fault instanceof Fault.Reset) {
      reset(t, g);
    } else if (fault instanceof Fault.Unplug f) {
      unplug(f, gpu);
    } else if (fault instanceof Fault.PcieLink f) {
      pcieLink(f, gpu);
    } else if (fault instanceof Fault.PcieReplays f) {
      for (String name :
          List.of("PCIE_REPLAY_COUNTER", "PCIE_COUNT_CORRECTABLE_ERRORS", "PCIE_COUNT_BAD_DLLP")) {
        counters.grow(g, name, t, f.untilMs(), f.perHour());
      }
    } else if (fault instanceof Fault.Aer f) {
      aer(f, gpu);
    } else if (fault instanceof Fault.NvlinkErrors f) {
      for (String name : NVLINK_COUNTERS.getOrDefault(f.kind(), List.of())) {
        String full = name.endsWith(".") ? name + f.link() : name;
        counters.add(g, full, t, f.count());
        counters.grow(g, full, t, f.untilMs(), f.perHour());
      }
    } else if (fault instanceof Fault.NvlinkDown f) {
      nvlinkDown(f, g);
    } else if (fault instanceof Fault.Fabric f) {
      out.set(t, g, "fabric_state", f.state());
      out.set(t, g, "fabric_status", f.status());
      out.set(t, g, "fabric_summary", f.summary());
      out.set(t, g, "fabric_health_mask", f.mask());
    }
  }

  private void xid(Fault.Xid f, Scenario.Gpu gpu) {
    Scenario.Instance instance = f.instance();
    if (f.inNvml()) {
      out.event(
          f.atMs(),
          gpu.index(),
          XID_EVENT,
          f.code(),
          instance == null ? -1 : instance.gpuInstance(),
          instance == null ? -1 : instance.computeInstance());
    }
    if (f.inKernelLog()) {
      String who = f.pid() == 0
          ? "pid='<unknown>', name=<unknown>"
          : "pid=%d, name=%s".formatted(f.pid(), f.process().isEmpty() ? "<unknown>" : f.process());
      kernelXid(f.atMs(), gpu, instance, f.code(), who + ", " + f.text());
    }
  }

  private void kernelXid(
      long t,
      Scenario.Gpu gpu,
      Scenario.@org.jspecify.annotations.Nullable Instance instance,
      int code,
      String rest) {
    if (named.add(gpu.index())) {
      out.kernel(
          t, WARNING, "NVRM: GPU at PCI:%s: %s".formatted(gpu.pciWithoutFunction(), gpu.uuid()));
      out.kernel(t, WARNING, "NVRM: GPU Board Serial Number: " + gpu.serial());
    }
    String where = instance == null
        ? ""
        : " GPU-I:%s GPU-CI:%s"
            .formatted(two(instance.gpuInstance()), two(instance.computeInstance()));
    out.kernel(
        t,
        WARNING,
        "NVRM: Xid (PCI:%s%s): %d, %s".formatted(gpu.pciWithoutFunction(), where, code, rest));
  }

  private static String two(int number) {
    return number < 10 ? "0" + number : Integer.toString(number);
  }

  private void recoveryAction(Fault.RecoveryAction f, Scenario.Gpu gpu) {
    counters.assign(gpu.index(), "GET_GPU_RECOVERY_ACTION", f.atMs(), f.to());
    out.event(f.atMs(), gpu.index(), RECOVERY_ACTION_EVENT, 0, -1, -1);
    out.event(f.atMs(), gpu.index(), XID_EVENT, 154, -1, -1);
    kernelXid(
        f.atMs(),
        gpu,
        null,
        154,
        "GPU recovery action changed from 0x%s (%s) to 0x%s (%s)"
            .formatted(f.from(), RECOVERY_WORDS.get(f.from()), f.to(), RECOVERY_WORDS.get(f.to())));
  }

  private void ecc(Fault.Ecc f, int g) {
    int type = f.corrected() ? 0 : 1;
    int location = f.dram() ? 2 : 7;
    Set<String> names = new java.util.LinkedHashSet<>();
    names.add("ecc.%d.%d.1".formatted(location, type));
    if (!f.dram()) {
      names.add(f.corrected() ? "sram_cor_agg" : "sram_unc_secded_agg");
    }
    if (!f.beforeBoot()) {
      names.add("ecc.%d.%d.0".formatted(location, type));
      if (!f.dram()) {
        names.add(f.corrected() ? "sram_cor_vol" : "sram_unc_secded_vol");
      }
      if (f.count() > 0 && f.atMs() >= 0) {
        out.event(f.atMs(), g, f.corrected() ? SINGLE_BIT_EVENT : DOUBLE_BIT_EVENT, 0, -1, -1);
      }
    }
    for (String name : names) {
      counters.add(g, name, f.atMs(), f.count());
      counters.grow(g, name, f.atMs(), f.untilMs(), f.perHour());
    }
  }

  private void rowRemap(Fault.RowRemap f, int g, int banks) {
    counters.add(
        g, f.uncorrectable() ? "remapped_uncorrected" : "remapped_corrected", f.atMs(), f.rows());
    counters.assign(g, "remap_pending", f.atMs(), f.pending() ? 1 : 0);
    counters.assign(g, "remap_failure", f.atMs(), f.failure() ? 1 : 0);
    out.set(f.atMs(), g, "banks_max", banks - 1L);
    out.set(f.atMs(), g, f.failure() ? "banks_none" : "banks_high", 1);
  }

  private void sramThreshold(Fault.SramThreshold f, int g) {
    for (String when : List.of("agg", "vol")) {
      counters.add(g, "sram_unc_parity_" + when, f.atMs(), f.parity());
      counters.add(g, "sram_unc_secded_" + when, f.atMs(), f.secded());
    }
    counters.add(g, "sram_sm", f.atMs(), f.parity() + f.secded());
    for (String name : List.of("ecc.7.1.0", "ecc.7.1.1")) {
      counters.add(g, name, f.atMs(), f.parity() + f.secded());
    }
    counters.assign(g, "sram_threshold", f.atMs(), 1);
  }

  private void lost(Fault.Lost f, Scenario.Gpu gpu) {
    if (f.xid()) {
      out.event(f.atMs(), gpu.index(), XID_EVENT, 79, -1, -1);
      kernelXid(
          f.atMs(), gpu, null, 79, "pid='<unknown>', name=<unknown>, GPU has fallen off the bus.");
    }
    out.kernel(f.atMs(), WARNING, "NVRM: GPU %s: GPU has fallen off the bus.".formatted(gpu.pci()));
    // The event still arrives; what is asked afterwards does not.
    out.returns(f.atMs() + 1, Integer.toString(gpu.index()), "*", GPU_IS_LOST);
  }

  private void reset(long t, int g) {
    out.line("reset %d %d".formatted(t, g));
    VOLATILE.forEach(name -> counters.assign(g, name, t, 0));
    counters.assign(g, "remap_pending", t, 0);
    counters.assign(g, "GET_GPU_RECOVERY_ACTION", t, 0);
  }

  private void driverReload(Fault.DriverReload f) {
    String version = f.version().isEmpty() ? scenario.driver() : f.version();
    out.line("driver %d unload".formatted(f.atMs()));
    out.line("driver %d load %s".formatted(f.untilMs(), version));
    out.kernel(f.atMs(), INFO, "nvidia-modeset: Unloading driver");
    out.kernel(
        f.untilMs(), INFO, "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  " + version);
    for (Scenario.Gpu gpu : scenario.gpus()) {
      VOLATILE.forEach(name -> counters.assign(gpu.index(), name, f.untilMs(), 0));
    }
  }

  private void unplug(Fault.Unplug f, Scenario.Gpu gpu) {
    out.line("unplug %d %d".formatted(f.atMs(), gpu.index()));
    out.kernel(f.atMs(), INFO, "pciehp: Slot(%s): Card not present".formatted(gpu.index()));
    if (f.untilMs() <= scenario.durationMs()) {
      out.line("plug %d %d".formatted(f.untilMs(), gpu.index()));
      out.kernel(f.untilMs(), INFO, "pciehp: Slot(%s): Card present".formatted(gpu.index()));
    }
  }

  private void pcieLink(Fault.PcieLink f, Scenario.Gpu gpu) {
    int g = gpu.index();
    if (f.generation() > 0) {
      out.set(f.atMs(), g, "pcie_generation", f.generation());
    }
    if (f.width() > 0) {
      out.set(f.atMs(), g, "pcie_width", f.width());
    }
    counters.add(g, "PCIE_L0_TO_RECOVERY_COUNTER", f.atMs(), 1);
    if (f.untilMs() <= scenario.durationMs()) {
      out.set(f.untilMs(), g, "pcie_generation", gpu.model().pcieGeneration());
      out.set(f.untilMs(), g, "pcie_width", 16);
    }
  }

  private void aer(Fault.Aer f, Scenario.Gpu gpu) {
    String severity =
        f.corrected() ? "Corrected" : f.fatal() ? "Uncorrected (Fatal)" : "Uncorrected (Non-Fatal)";
    out.kernel(
        f.atMs(),
        f.corrected() ? WARNING : ERROR,
        "pcieport %s: AER: %s error received: %s".formatted(port(gpu.pci()), severity, gpu.pci()));
    out.kernel(
        f.atMs(),
        f.corrected() ? WARNING : ERROR,
        "nvidia %s: PCIe Bus Error: severity=%s, type=%s, (%s)"
            .formatted(
                gpu.pci(), severity, f.type(), f.corrected() ? "Transmitter ID" : "Requester ID"));
    out.kernel(
        f.atMs(),
        f.corrected() ? WARNING : ERROR,
        "nvidia %s:    [12] %s".formatted(gpu.pci(), f.error()));
    String counter = f.corrected()
        ? "PCIE_COUNT_CORRECTABLE_ERRORS"
        : f.fatal() ? "PCIE_COUNT_FATAL_ERROR" : "PCIE_COUNT_NON_FATAL_ERROR";
    counters.add(gpu.index(), counter, f.atMs(), 1);
  }

  /** The bridge above: one bus before. */
  private static String port(String pci) {
    String[] part = pci.split("[:.]", -1);
    int bus = Math.max(0, Integer.parseInt(part[1], 16) - 1);
    String hex = Integer.toHexString(bus).toLowerCase(Locale.ROOT);
    return "%s:%s:01.0".formatted(part[0], hex.length() == 1 ? "0" + hex : hex);
  }

  private void nvlinkDown(Fault.NvlinkDown f, int g) {
    String key = "nvlink_state." + f.link();
    counters.assign(g, key, -scenario.historyMs(), 1);
    counters.assign(g, key, f.atMs(), 0);
    if (f.untilMs() <= scenario.durationMs()) {
      counters.assign(g, key, f.untilMs(), 1);
    }
  }
}
