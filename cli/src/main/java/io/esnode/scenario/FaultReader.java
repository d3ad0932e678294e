package io.esnode.scenario;

import io.esnode.nvml.NvmlFunction;
import io.esnode.yaml.Block;
import io.esnode.yaml.Nearest;
import io.esnode.yaml.Quantity;
import io.esnode.yaml.Yaml;
import io.esnode.yaml.YamlException;
import io.esnode.yaml.YamlReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one item of {@code faults:}. */
final class FaultReader {
  /** Numbers of nvmlDeviceGpuRecoveryAction_t. */
  static final List<String> RECOVERY_ACTIONS =
      List.of("none", "gpu-reset", "node-reboot", "drain-p2p", "drain-and-reset", "recover-imex");

  static final List<String> NVLINK_ERRORS = List.of(
      "crc-flit",
      "crc-data",
      "replay",
      "recovery",
      "ecc",
      "malformed",
      "symbol",
      "effective",
      "link-recovery",
      "link-recovery-failed");

  private static final List<String> NAMES = List.of(
      "xid",
      "sxid",
      "recovery-action",
      "ecc",
      "row-remap",
      "sram-threshold",
      "gpu-lost",
      "hang",
      "driver-hang",
      "slow",
      "refuse",
      "missing-sensor",
      "garbage",
      "gpu-reset",
      "driver-reload",
      "unplug",
      "airflow",
      "inlet",
      "power-limit",
      "power-brake",
      "pcie-link",
      "pcie-replays",
      "aer",
      "nvlink-errors",
      "nvlink-down",
      "fabric");

  private final Block block;
  private final int count;
  private final long end;

  private FaultReader(Block block, int count, long end) {
    this.block = block;
    this.count = count;
    this.end = end;
  }

  /** @param end where a fault ends that does not say when */
  static Fault read(Block block, int gpus, long end) throws YamlException {
    Fault fault = new FaultReader(block, gpus, end).read();
    block.end();
    return fault;
  }

  private Fault read() throws YamlException {
    String name = block.choice("fault", NAMES);
    long at = block.quantity("at", Quantity.TIME);
    List<Integer> gpus = gpus(name);
    return switch (name) {
      case "xid" -> xid(at, gpus);
      case "sxid" ->
        new Fault.Sxid(
            at,
            gpus,
            (int) block.integer("code", 10_000, 999_999),
            block.word("nvswitch", "nvswitch0"),
            block.text("text"));
      case "recovery-action" ->
        new Fault.RecoveryAction(
            at,
            gpus,
            RECOVERY_ACTIONS.indexOf(block.choice("from", RECOVERY_ACTIONS, "none")),
            RECOVERY_ACTIONS.indexOf(block.choice("to", RECOVERY_ACTIONS)));
      case "ecc" ->
        new Fault.Ecc(
            at,
            gpus,
            block.choice("errors", List.of("corrected", "uncorrected")).equals("corrected"),
            block.choice("memory", List.of("dram", "sram"), "dram").equals("dram"),
            block.integer("count", 0, 1L << 40, block.has("rate") ? 0 : 1),
            block.quantity("rate", Quantity.RATE, 0),
            until(at),
            block.choice("when", List.of("now", "years-ago"), "now").equals("years-ago"));
      case "row-remap" ->
        new Fault.RowRemap(
            at,
            gpus,
            block
                .choice("cause", List.of("corrected", "uncorrected"), "uncorrected")
                .equals("uncorrected"),
            block.integer("rows", 0, 4096, 1),
            block.yes("pending", true),
            block.yes("failure", false));
      case "sram-threshold" ->
        new Fault.SramThreshold(
            at, gpus, block.integer("parity", 0, 1000, 0), block.integer("secded", 0, 1000, 0));
      case "gpu-lost" -> new Fault.Lost(at, gpus, block.yes("xid", true));
      case "hang" -> new Fault.Hang(at, gpus, until(at), function("*"), false);
      case "driver-hang" -> new Fault.Hang(at, gpus, until(at), "*", true);
      case "slow" ->
        new Fault.Slow(at, gpus, until(at), function("*"), block.quantity("delay", Quantity.DELAY));
      case "refuse" ->
        new Fault.Refuse(at, gpus, until(at), function(null), (int) block.integer("code", 1, 999));
      case "missing-sensor" -> new Fault.Refuse(at, gpus, end + 1, function(null), 3);
      case "garbage" ->
        new Fault.Garbage(
            at,
            gpus,
            until(at),
            function(null),
            block.integer("value", Long.MIN_VALUE, Long.MAX_VALUE));
      case "gpu-reset" -> new Fault.Reset(at, gpus);
      case "driver-reload" ->
        new Fault.DriverReload(at, gpus, until(at), block.word("version", ""));
      case "unplug" -> new Fault.Unplug(at, gpus, until(at));
      case "airflow" ->
        new Fault.Airflow(
            at, gpus, (int) percent("to", 5, 200), block.quantity("over", Quantity.TIME, 10_000));
      case "inlet" ->
        new Fault.Inlet(
            at,
            gpus,
            (int) block.quantity("to", Quantity.TEMPERATURE),
            block.quantity("over", Quantity.TIME, 60_000));
      case "power-limit" -> new Fault.PowerLimit(at, gpus, block.quantity("to", Quantity.POWER));
      case "power-brake" -> new Fault.PowerBrake(at, gpus, until(at));
      case "pcie-link" ->
        new Fault.PcieLink(
            at,
            gpus,
            (int) block.integer("generation", 0, 7, 0),
            (int) block.integer("width", 0, 32, 0),
            until(at));
      case "pcie-replays" ->
        new Fault.PcieReplays(at, gpus, block.quantity("rate", Quantity.RATE), until(at));
      case "aer" -> aer(at, gpus);
      case "nvlink-errors" ->
        new Fault.NvlinkErrors(
            at,
            gpus,
            (int) block.integer("link", 0, 17),
            block.choice("kind", NVLINK_ERRORS),
            block.integer("count", 0, 1L << 40, 0),
            block.quantity("rate", Quantity.RATE, 0),
            until(at));
      case "nvlink-down" ->
        new Fault.NvlinkDown(at, gpus, (int) block.integer("link", 0, 17), until(at));
      case "fabric" ->
        new Fault.Fabric(
            at,
            gpus,
            (int) block.integer("state", 0, 3, 3),
            (int) block.integer("status", 0, 999, 0),
            (int) block.integer("summary", 0, 3, 1),
            block.integer("mask", 0, 0xffff_ffffL, 0));
      default -> throw new IllegalStateException("no reader for fault " + name);
    };
  }

  private Fault xid(long at, List<Integer> gpus) throws YamlException {
    int code = (int) block.integer("code", 1, 999);
    String where = block.choice("seen", List.of("everywhere", "nvml", "kernel-log"), "everywhere");
    Scenario.Instance instance = null;
    if (block.has("gpu_instance")) {
      instance = new Scenario.Instance(
          (int) block.integer("gpu_instance", 0, 63),
          (int) block.integer("compute_instance", 0, 63, 0),
          0,
          0);
    }
    return new Fault.Xid(
        at,
        gpus,
        code,
        (int) block.integer("pid", 0, 4_194_304, 0),
        block.word("process", ""),
        block.text("text", XidText.of(code)),
        !where.equals("kernel-log"),
        !where.equals("nvml"),
        instance);
  }

  private Fault aer(long at, List<Integer> gpus) throws YamlException {
    String severity = block.choice("severity", List.of("corrected", "non-fatal", "fatal"));
    boolean corrected = severity.equals("corrected");
    return new Fault.Aer(
        at,
        gpus,
        severity.equals("fatal"),
        corrected,
        block.text("layer", corrected ? "Data Link Layer" : "Transaction Layer"),
        block.text("error", corrected ? "Timeout" : "Completion Timeout"));
  }

  /** Faults of the whole machine take no {@code gpu:}. */
  private List<Integer> gpus(String name) throws YamlException {
    boolean machine =
        name.equals("driver-hang") || name.equals("driver-reload") || name.equals("sxid");
    return machine ? List.of() : gpus(block, count);
  }

  /** {@code all}, {@code 3}, {@code 0-3}, or a list of numbers. */
  static List<Integer> gpus(Block block, int count) throws YamlException {
    Yaml node = block.need("gpu");
    List<Yaml> items = node instanceof Yaml.Sequence sequence ? sequence.items() : List.of(node);
    List<Integer> gpus = new ArrayList<>();
    for (Yaml item : items) {
      if (!(item instanceof Yaml.Scalar scalar)) {
        throw wrongGpu(item, count);
      }
      String text = scalar.text().strip();
      if (text.equals("all")) {
        add(gpus, 0, count - 1, item, count);
      } else if (text.matches("[0-9]{1,3}-[0-9]{1,3}")) {
        int dash = text.indexOf('-');
        add(
            gpus,
            Integer.parseInt(text.substring(0, dash)),
            Integer.parseInt(text.substring(dash + 1)),
            item,
            count);
      } else if (text.matches("[0-9]{1,3}")) {
        add(gpus, Integer.parseInt(text), Integer.parseInt(text), item, count);
      } else {
        throw wrongGpu(item, count);
      }
    }
    return gpus;
  }

  private static void add(List<Integer> gpus, int from, int to, Yaml item, int count)
      throws YamlException {
    if (from > to || to >= count) {
      throw wrongGpu(item, count);
    }
    for (int gpu = from; gpu <= to; gpu++) {
      if (!gpus.contains(gpu)) {
        gpus.add(gpu);
      }
    }
  }

  private static YamlException wrongGpu(Yaml item, int count) {
    return item.place()
        .wrong("gpu: found %s, expected all, a number from 0 to %d, or a range such as 0-%d"
            .formatted(YamlReader.kind(item), count - 1, count - 1));
  }

  /** {@code until:}, or {@code for:}, or the end of the recording. */
  private long until(long at) throws YamlException {
    if (block.has("for")) {
      long until = at + block.quantity("for", Quantity.TIME);
      if (block.has("until")) {
        throw block.place().wrong("found for: and until:, expected one of them");
      }
      if (until <= at) {
        throw block.scalar("for").place().wrong("for: found a time that is not after 0");
      }
      return until;
    }
    long until = block.quantity("until", Quantity.TIME, end + 1);
    if (until <= at) {
      throw block.place().wrong("until: is not after at:");
    }
    return until;
  }

  private long percent(String key, long min, long max) throws YamlException {
    long percent = block.quantity(key, Quantity.SHARE);
    if (percent < min || percent > max) {
      throw block
          .scalar(key)
          .place()
          .wrong("%s: found %d %%, expected %d %% to %d %%".formatted(key, percent, min, max));
    }
    return percent;
  }

  /** A function of NVML by its name, or a field. */
  private String function(@Nullable String otherwise) throws YamlException {
    boolean field = block.has("field");
    boolean function = block.has("function");
    if (field && function) {
      throw block.place().wrong("found function: and field:, expected one of them");
    }
    if (field) {
      return "field:" + Fields.checked(block, "field");
    }
    if (!function) {
      if (otherwise == null) {
        throw block.place().wrong("function: is missing; expected function: or field:");
      }
      return otherwise;
    }
    String name = block.word("function");
    List<String> names = new ArrayList<>();
    for (NvmlFunction known : NvmlFunction.values()) {
      names.add(known.symbol());
    }
    if (!name.equals("*") && !names.contains(name)) {
      throw block
          .scalar("function")
          .place()
          .wrong("function: found \"%s\", expected a function of NVML%s"
              .formatted(name, Nearest.hint(name, names)));
    }
    return name;
  }
}
