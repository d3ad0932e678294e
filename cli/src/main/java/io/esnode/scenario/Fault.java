package io.esnode.scenario;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that goes wrong, or looks as if. Times in ms; {@code gpus} are indices. */
sealed interface Fault {
  long atMs();

  List<Integer> gpus();

  /** An XID, in NVML's events and in the kernel log. */
  record Xid(
      long atMs,
      List<Integer> gpus,
      int code,
      int pid,
      String process,
      String text,
      boolean inNvml,
      boolean inKernelLog,
      Scenario.@Nullable Instance instance)
      implements Fault {}

  /** An SXid of an NVSwitch; only the kernel log has it. */
  record Sxid(long atMs, List<Integer> gpus, int code, String nvswitch, String text)
      implements Fault {}

  /** The driver recommends something: field 230, event 0x8000, XID 154. */
  record RecoveryAction(long atMs, List<Integer> gpus, int from, int to) implements Fault {}

  /** ECC errors: {@code count} at once, then {@code perHour} more until {@code untilMs}. */
  record Ecc(
      long atMs,
      List<Integer> gpus,
      boolean corrected,
      boolean dram,
      long count,
      long perHour,
      long untilMs,
      boolean beforeBoot)
      implements Fault {}

  /** Rows were remapped. */
  record RowRemap(
      long atMs,
      List<Integer> gpus,
      boolean uncorrectable,
      long rows,
      boolean pending,
      boolean failure)
      implements Fault {}

  /** Too many unique uncorrectable errors in one SRAM bank. */
  record SramThreshold(long atMs, List<Integer> gpus, long parity, long secded) implements Fault {}

  /** Every call answers that the GPU is lost; with the XID 79 that says so, or without. */
  record Lost(long atMs, List<Integer> gpus, boolean xid) implements Fault {}

  /** Calls do not return. */
  record Hang(long atMs, List<Integer> gpus, long untilMs, String function, boolean driverWide)
      implements Fault {}

  /** Calls take long. */
  record Slow(long atMs, List<Integer> gpus, long untilMs, String function, long delayUs)
      implements Fault {}

  /** Calls answer an error. */
  record Refuse(long atMs, List<Integer> gpus, long untilMs, String function, int code)
      implements Fault {}

  /** A call or field answers nonsense. */
  record Garbage(long atMs, List<Integer> gpus, long untilMs, String function, long value)
      implements Fault {}

  /** A GPU is reset: handles go stale, volatile counters start again. */
  record Reset(long atMs, List<Integer> gpus) implements Fault {}

  /** The driver goes away and comes back. */
  record DriverReload(long atMs, List<Integer> gpus, long untilMs, String version)
      implements Fault {}

  /** A GPU leaves the machine, and may come back. */
  record Unplug(long atMs, List<Integer> gpus, long untilMs) implements Fault {}

  /** Less air reaches the heat sink. */
  record Airflow(long atMs, List<Integer> gpus, int percent, long overMs) implements Fault {}

  /** The air is warmer. */
  record Inlet(long atMs, List<Integer> gpus, int temperatureC, long overMs) implements Fault {}

  /** Somebody sets another power limit. */
  record PowerLimit(long atMs, List<Integer> gpus, long limitMw) implements Fault {}

  /** The power supply pulls the brake. */
  record PowerBrake(long atMs, List<Integer> gpus, long untilMs) implements Fault {}

  /** The PCIe link runs slower than it could. */
  record PcieLink(long atMs, List<Integer> gpus, int generation, int width, long untilMs)
      implements Fault {}

  /** The PCIe link has to repeat itself. */
  record PcieReplays(long atMs, List<Integer> gpus, long perHour, long untilMs) implements Fault {}

  /** Advanced error reporting, in the kernel log only. */
  record Aer(
      long atMs, List<Integer> gpus, boolean fatal, boolean corrected, String type, String error)
      implements Fault {}

  /** Errors of one NVLink. */
  record NvlinkErrors(
      long atMs, List<Integer> gpus, int link, String kind, long count, long perHour, long untilMs)
      implements Fault {}

  /** An NVLink goes down. */
  record NvlinkDown(long atMs, List<Integer> gpus, int link, long untilMs) implements Fault {}

  /** The fabric says something. */
  record Fabric(long atMs, List<Integer> gpus, int state, int status, int summary, long mask)
      implements Fault {}
}
