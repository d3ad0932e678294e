package io.esnode.scenario;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An incident as it was written. Times in ms of the recording: 0 is its first tick, negative is the past. Immutable.
 *
 * @param name the file's name without {@code .yaml}
 * @param twin the healthy look-alike, or of which scenario this is the look-alike; null where there is none
 * @param historyMs how long before the recording the machine already ran
 * @param epochUs wall clock of time 0, µs since 1970 UTC
 * @param header version of nvml.h that the driver has
 */
public record Scenario(
    String name,
    String title,
    String story,
    @Nullable String twin,
    @Nullable String twinOf,
    long seed,
    long durationMs,
    long intervalMs,
    long historyMs,
    long epochUs,
    long bootMs,
    String driver,
    int header,
    List<Gpu> gpus,
    Noise noise,
    List<Load> load,
    List<Counter> counters,
    List<Fault> faults,
    List<LogLine> kernel,
    List<Orchestration> kubernetes,
    List<Audit> audit,
    Host host,
    List<ClockStep> clock,
    List<Expectation> expect) {
  public Scenario {
    gpus = List.copyOf(gpus);
    load = List.copyOf(load);
    counters = List.copyOf(counters);
    faults = List.copyOf(faults);
    kernel = List.copyOf(kernel);
    kubernetes = List.copyOf(kubernetes);
    audit = List.copyOf(audit);
    clock = List.copyOf(clock);
    expect = List.copyOf(expect);
  }

  /** The same incident with other noise. */
  public Scenario withSeed(long other) {
    return new Scenario(
        name,
        title,
        story,
        twin,
        twinOf,
        other,
        durationMs,
        intervalMs,
        historyMs,
        epochUs,
        bootMs,
        driver,
        header,
        gpus,
        noise,
        load,
        counters,
        faults,
        kernel,
        kubernetes,
        audit,
        host,
        clock,
        expect);
  }

  /**
   * One board.
   *
   * @param pci {@code 0000:19:00.0}, lower case
   * @param powerLimitMw what the operator has set
   * @param mig instances; empty where MIG is off
   */
  record Gpu(
      int index,
      GpuModel model,
      String uuid,
      String serial,
      String pci,
      int inletC,
      int airflowPercent,
      long powerLimitMw,
      List<Instance> mig,
      boolean ecc) {
    /** As kernel lines have it: without the function. */
    String pciWithoutFunction() {
      return pci.substring(0, pci.indexOf('.'));
    }
  }

  /** A MIG instance. */
  record Instance(int gpuInstance, int computeInstance, long memoryBytes, int slices) {}

  /** Largest deviation of a reading, in its unit. */
  record Noise(int temperatureC, long powerMw, int utilizationPercent) {}

  /**
   * What GPUs do from a moment on.
   *
   * @param work what kind
   * @param process name of a process on each GPU
   * @param pid of the first GPU's, each other one more; 0 for no process
   */
  record Load(
      long atMs,
      List<Integer> gpus,
      Work work,
      int busyPercent,
      String process,
      int pid,
      long memoryBytes) {}

  /** Kinds of work: how much of the board's power they ask for at 100 % busy, and what they move. */
  enum Work {
    NOTHING(0, 0, 0, 0),
    TRAIN(90, 55, 60, 8),
    BURN(118, 90, 20, 1),
    INFER(55, 70, 5, 4),
    COPY(30, 60, 10, 30);

    /** Share of full power in percent. */
    final int power;
    /** Share of time memory is busy, in percent of the time the GPU is. */
    final int memory;
    /** Share of the NVLinks' speed. */
    final int nvlink;
    /** Share of the PCIe link's speed. */
    final int pcie;

    Work(int power, int memory, int nvlink, int pcie) {
      this.power = power;
      this.memory = memory;
      this.nvlink = nvlink;
      this.pcie = pcie;
    }
  }

  /**
   * A counter of NVML that grows, or a field that has a value, in a healthy machine or not.
   *
   * @param field name without {@code NVML_FI_DEV_}
   * @param value null where only a rate is given
   * @param narrow 32 bits wide: wraps
   */
  record Counter(
      long atMs,
      List<Integer> gpus,
      String field,
      @Nullable Integer scope,
      @Nullable Long value,
      long perHour,
      long untilMs,
      boolean narrow) {}

  /** A line of the kernel log, as it is. */
  record LogLine(long atMs, int priority, String text) {}

  /** Something the orchestrator said. */
  record Orchestration(long atMs, String entity, String reason, String text) {}

  /** Something somebody did. */
  record Audit(long atMs, String action, String outcome, String detail) {}

  /** The wall clock is off by so much from then on. */
  record ClockStep(long atMs, long offsetUs) {}

  /** The machine around the GPUs. */
  record Host(
      int cpus, long memoryBytes, List<String> disks, List<String> nets, List<HostLoad> load) {
    public Host {
      disks = List.copyOf(disks);
      nets = List.copyOf(nets);
      load = List.copyOf(load);
    }
  }

  /**
   * What the host does from a moment on; a key that is not in the map stays as it was.
   *
   * @param values by the names of {@link ScenarioReader}
   */
  record HostLoad(long atMs, Map<String, Long> values) {
    public HostLoad {
      values = Map.copyOf(values);
    }
  }

  /**
   * What an analysis has to find.
   *
   * @param entity as a bundle has it
   * @param notBeforeMs null where any time will do
   */
  public record Expectation(
      String rule,
      String entity,
      @Nullable Long notBeforeMs,
      @Nullable Long notAfterMs) {
    /** Whether a finding may begin then, in ms of the recording. */
    public boolean within(long firstMs) {
      return (notBeforeMs == null || firstMs >= notBeforeMs)
          && (notAfterMs == null || firstMs <= notAfterMs);
    }
  }
}
