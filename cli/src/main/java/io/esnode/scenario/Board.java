package io.esnode.scenario;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Physics of one GPU, second by second: work asks for power, power warms the die through a thermal resistance, heat and limits
 * lower the clocks, lower clocks save power. A first-order RC model; its numbers are of the right size, not measured.
 *
 * <pre>
 * power  = idle + demand × f²            f: clock as a share of the highest
 * C dT/dt = power − (T − inlet) / R      R falls with the air that flows: R₁₀₀ × (100 / airflow)^0.8
 * </pre>
 */
final class Board {
  /** nvmlClocksEventReason bits. */
  static final int IDLE = 0x1;

  static final int SW_POWER_CAP = 0x4;
  static final int HW_SLOWDOWN = 0x8;
  static final int SW_THERMAL = 0x20;
  static final int HW_THERMAL = 0x40;
  static final int POWER_BRAKE = 0x80;

  private static final long STEP_MS = 1000;
  private static final int CLOCK_STEP_MHZ = 15;
  /** Air in at which {@link GpuModel#temperatureFullC} holds. */
  private static final int NOMINAL_INLET_C = 27;

  private static final double AIRFLOW_EXPONENT = 0.8;
  /** A share of the highest clock below which thermal control does not go. */
  private static final double LOWEST_SHARE = 0.25;
  /** How fast software lowers the clock for each degree too much, and raises it again, a second. */
  private static final double LOWER_PER_DEGREE = 0.03;

  private static final double RAISE_PER_S = 0.015;
  private static final double BRAKE_SHARE = 0.3;

  /** The rate of a counter of nanoseconds that runs. */
  private static final long NS_PER_HOUR = 3_600_000_000_000L;

  private static final Map<Integer, String> TIME_FIELDS = Map.of(
      SW_POWER_CAP, "PERF_POLICY_POWER",
      SW_THERMAL, "CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN",
      HW_THERMAL, "CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN",
      POWER_BRAKE, "CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN");

  private final Scenario scenario;
  private final Scenario.Gpu gpu;
  private final GpuModel model;
  private final Statements out;
  private final Counters counters;
  private final SplitMix noise;
  private final List<Influence> influences = new ArrayList<>();
  private final Map<String, Long> last = new HashMap<>();
  private final Map<Integer, Long> reasonSince = new HashMap<>();

  // What influences change.
  private Scenario.Work work = Scenario.Work.NOTHING;
  private int busyPercent;
  private long limitMw;
  private Slope airflow;
  private Slope inlet;
  private boolean brake;
  private boolean gone;

  // State.
  private double temperatureC;
  private double share = 1;
  private double thermalShare = 1;
  private boolean hardwareSlowdown;
  private boolean capped;
  private double energyMj;

  /** Changes the board at a moment. */
  private record Influence(long atMs, Runnable change) {}

  /** A value on its way to another. */
  private record Slope(long fromMs, double from, long toMs, double to) {
    double at(long t) {
      if (t >= toMs) {
        return to;
      }
      return t <= fromMs ? from : from + (to - from) * (t - fromMs) / (toMs - fromMs);
    }
  }

  Board(Scenario scenario, Scenario.Gpu gpu, Statements out, Counters counters) {
    this.scenario = scenario;
    this.gpu = gpu;
    this.model = gpu.model();
    this.out = out;
    this.counters = counters;
    this.noise = new SplitMix(scenario.seed() * 0x9e3779b97f4a7c15L + gpu.index());
    this.limitMw = gpu.powerLimitMw();
    this.airflow = new Slope(0, gpu.airflowPercent(), 0, gpu.airflowPercent());
    this.inlet = new Slope(0, gpu.inletC(), 0, gpu.inletC());
    collect();
  }

  private void collect() {
    for (Scenario.Load load : scenario.load()) {
      if (load.gpus().contains(gpu.index())) {
        at(load.atMs(), () -> {
          work = load.work();
          busyPercent = load.busyPercent();
        });
      }
    }
    for (Fault fault : scenario.faults()) {
      if (fault instanceof Fault.DriverReload || fault.gpus().contains(gpu.index())) {
        influence(fault);
      }
    }
    influences.sort(Comparator.comparingLong(Influence::atMs));
  }

  private void influence(Fault fault) {
    long t = fault.atMs();
    if (fault instanceof Fault.Airflow f) {
      at(t, () -> airflow = new Slope(t, airflow.at(t), t + f.overMs(), f.percent()));
    } else if (fault instanceof Fault.Inlet f) {
      at(t, () -> inlet = new Slope(t, inlet.at(t), t + f.overMs(), f.temperatureC()));
    } else if (fault instanceof Fault.PowerLimit f) {
      at(t, () -> limitMw = f.limitMw());
    } else if (fault instanceof Fault.PowerBrake f) {
      at(t, () -> brake = true);
      at(f.untilMs(), () -> brake = false);
    } else if (fault instanceof Fault.Lost) {
      at(t, () -> gone = true);
    } else if (fault instanceof Fault.DriverReload f) {
      // Energy counts since the driver was loaded.
      at(f.untilMs(), () -> energyMj = 0);
    }
  }

  private void at(long t, Runnable change) {
    influences.add(new Influence(t, change));
  }

  /** Runs from the history to the end and writes what changes. */
  void run() {
    long start = -scenario.historyMs();
    int next = apply(start, 0);
    settle();
    energyMj = scenario.bootMs() / 1000.0 * model.powerIdleMw();
    for (long t = start; t <= scenario.durationMs() && !gone; t += STEP_MS) {
      next = apply(t, next);
      if (gone) {
        break;
      }
      step(t);
    }
    for (Map.Entry<Integer, Long> open : reasonSince.entrySet()) {
      close(open.getKey(), open.getValue(), scenario.durationMs() + STEP_MS);
    }
  }

  private int apply(long t, int from) {
    int next = from;
    while (next < influences.size() && influences.get(next).atMs() <= t) {
      influences.get(next).change().run();
      next++;
    }
    return next;
  }

  /** The machine has done this for long when the story begins. */
  private void settle() {
    long start = -scenario.historyMs();
    temperatureC = inlet.at(start);
    for (int i = 0; i < 600; i++) {
      warm(start, demand());
    }
  }

  private double demand() {
    return (double) (model.powerMaxMw() - model.powerIdleMw()) * work.power * busyPercent / 10_000;
  }

  private long powerMw() {
    return (long) (model.powerIdleMw() + demand() * share * share);
  }

  /** One second of heat and control. */
  private void warm(long t, double demandMw) {
    control(demandMw);
    double resistance = (double) (model.temperatureFullC() - NOMINAL_INLET_C)
        / model.powerMaxMw()
        * StrictMath.pow(100 / airflow.at(t), AIRFLOW_EXPONENT);
    double goal = inlet.at(t) + powerMw() * resistance;
    temperatureC += (goal - temperatureC) * STEP_MS / (model.secondsToWarm() * 1000.0);
  }

  private void control(double demandMw) {
    double over = temperatureC - model.softwareSlowdownC();
    if (over > 0) {
      thermalShare = Math.max(LOWEST_SHARE, thermalShare - over * LOWER_PER_DEGREE);
    } else if (over < -1) {
      thermalShare = Math.min(1, thermalShare + RAISE_PER_S);
    }
    hardwareSlowdown = temperatureC >= model.hardwareSlowdownC()
        || (hardwareSlowdown && temperatureC > model.softwareSlowdownC() - 1);
    double power = model.powerIdleMw() + demandMw > limitMw
        ? StrictMath.sqrt(Math.max(0, limitMw - model.powerIdleMw()) / demandMw)
        : 1;
    capped = power < 1 && power <= thermalShare && !brake;
    share = Math.max(LOWEST_SHARE, Math.min(power, thermalShare));
    if (hardwareSlowdown) {
      share = Math.min(share, 0.5);
    }
    if (brake) {
      share = BRAKE_SHARE;
    }
  }

  private void step(long t) {
    warm(t, demand());
    long power = Math.max(1000, powerMw() + noise.around(scenario.noise().powerMw()));
    energyMj += power * (STEP_MS / 1000.0);
    long temperature =
        (long) StrictMath.rint(temperatureC) + noise.around(scenario.noise().temperatureC());
    boolean idle = busyPercent == 0;
    long busy = idle
        ? 0
        : Math.max(
            1, Math.min(100, busyPercent + noise.around(scenario.noise().utilizationPercent())));
    int reasons = reasons(idle);
    long clock = idle ? model.clockIdleMhz() : clock();

    set(t, "temperature_c", temperature);
    set(t, "margin_c", model.softwareSlowdownC() - temperature);
    set(t, "power_mw", power);
    set(t, "utilization_gpu", busy);
    set(t, "utilization_memory", busy * work.memory / 100);
    set(t, "clock_graphics_mhz", clock);
    set(t, "clock_sm_mhz", clock);
    set(t, "reasons", reasons);
    field(t, "TOTAL_ENERGY_CONSUMPTION", (long) energyMj);
    set(t, "temperature_memory_c", temperature + (idle ? 4 : 12));
    set(t, "power_limit_mw", limitMw);
    traffic(t);
    times(t, reasons);
  }

  private int reasons(boolean idle) {
    int reasons = idle ? IDLE : 0;
    if (capped && !idle && !hardwareSlowdown) {
      reasons |= SW_POWER_CAP;
    }
    if (!idle && thermalShare < 1 && temperatureC > model.softwareSlowdownC() - 1) {
      reasons |= SW_THERMAL;
    }
    if (hardwareSlowdown) {
      reasons |= HW_SLOWDOWN | HW_THERMAL;
    }
    if (brake) {
      reasons |= HW_SLOWDOWN | POWER_BRAKE;
    }
    return reasons;
  }

  private long clock() {
    long exact = (long) (model.clockMaxMhz() * share);
    return exact / CLOCK_STEP_MHZ * CLOCK_STEP_MHZ;
  }

  /** What the profiler sees, and what goes over the links: it follows the work, without noise. */
  private void traffic(long t) {
    if (!changed("work", work.power * 1000L + busyPercent)) {
      return;
    }
    long busyHundredths = busyPercent * 100L;
    set(t, "gpm.1", busyHundredths);
    set(t, "gpm.2", busyHundredths * 95 / 100);
    set(t, "gpm.3", busyHundredths * work.power / 200);
    set(t, "gpm.5", work == Scenario.Work.TRAIN ? busyHundredths * 45 / 100 : 0);
    set(t, "gpm.10", busyHundredths * work.memory / 100);
    set(t, "gpm.12", busyHundredths * 8 / 100);
    long nvlinkMibPerS = 100L * model.nvlinkLinks() * model.nvlinkMbytesPerS() * work.nvlink / 100;
    long pcieMibPerS = 100L * (2000L << (model.pcieGeneration() - 1)) * work.pcie / 100;
    set(t, "gpm.20", pcieMibPerS);
    set(t, "gpm.21", pcieMibPerS);
    set(t, "gpm.60", nvlinkMibPerS);
    set(t, "gpm.61", nvlinkMibPerS);
  }

  /** Counters of the time below full clocks run while a reason holds. */
  private void times(long t, int reasons) {
    for (int bit : new int[] {SW_POWER_CAP, SW_THERMAL, HW_THERMAL, POWER_BRAKE}) {
      boolean on = (reasons & bit) != 0;
      Long since = reasonSince.get(bit);
      if (on && since == null) {
        reasonSince.put(bit, t);
      } else if (!on && since != null) {
        reasonSince.remove(bit);
        close(bit, since, t);
      }
    }
  }

  private void close(int bit, long from, long to) {
    counters.grow(gpu.index(), TIME_FIELDS.getOrDefault(bit, ""), from, to, NS_PER_HOUR);
    if (bit == SW_THERMAL) {
      counters.grow(gpu.index(), "PERF_POLICY_THERMAL", from, to, NS_PER_HOUR);
    }
  }

  private void set(long t, String key, long value) {
    if (changed(key, value)) {
      out.set(t, gpu.index(), key, value);
    }
  }

  private void field(long t, String name, long value) {
    if (changed(name, value)) {
      out.field(t, gpu.index(), name, value);
    }
  }

  private boolean changed(String key, long value) {
    Long before = last.put(key, value);
    return before == null || before != value;
  }
}
