package io.esnode.scenario;

import io.esnode.bundle.Sha256;
import io.esnode.nvml.NvmlHeader;
import io.esnode.yaml.Block;
import io.esnode.yaml.Quantity;
import io.esnode.yaml.Yaml;
import io.esnode.yaml.YamlException;
import io.esnode.yaml.YamlReader;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the language of {@code docs/format/scenario.md}. Whatever the bytes, only {@link YamlException} escapes. Bounds
 * keep what comes out small: 32 GPUs, a day, 10,000 items of a list.
 */
public final class ScenarioReader {
  private static final int MAX_GPUS = 32;
  private static final int MAX_ITEMS = 10_000;
  private static final long MAX_DURATION_MS = 86_400_000;
  private static final long DEFAULT_EPOCH_US = 1_700_000_000_000_000L;

  /** Buses of two common boards of eight: where GPUs sit if nothing else is said. */
  private static final List<String> BUSES = List.of(
      "19", "3b", "4c", "5d", "9b", "bb", "cb", "db", "1a", "3c", "4d", "5e", "9c", "bc", "cc",
      "dc");

  private static final List<String> BRANCHES =
      List.of("470", "525", "535", "550", "570", "575", "580", "590");

  private final Block top;
  private final String file;
  private String name = "";
  private long duration;
  private long history;
  private List<Scenario.Gpu> gpus = List.of();

  private ScenarioReader(Block top, String file) {
    this.top = top;
    this.file = file;
  }

  /**
   * Reads one scenario.
   *
   * @param file how messages call it; its last part without {@code .yaml} is the scenario's name
   */
  public static Scenario read(String file, byte[] yaml) throws YamlException {
    Block top = Block.of(YamlReader.read(file, yaml, "scenario"), "a scenario");
    return new ScenarioReader(top, file).scenario();
  }

  private Scenario scenario() throws YamlException {
    name = top.word("scenario");
    if (!name.matches("[a-z0-9][a-z0-9-]{0,63}")) {
      throw top.scalar("scenario")
          .place()
          .wrong("scenario: found \"%s\", expected small letters, digits and -".formatted(name));
    }
    String base = file.substring(file.lastIndexOf('/') + 1);
    if (base.endsWith(".yaml") && !base.equals(name + ".yaml")) {
      throw top.scalar("scenario")
          .place()
          .wrong("scenario: found \"%s\", expected the file's own name, %s"
              .formatted(name, base.substring(0, base.length() - 5)));
    }
    String title = top.text("title");
    String story = top.text("story");
    String twin = top.has("twin") ? top.word("twin") : null;
    String twinOf = top.has("twin_of") ? top.word("twin_of") : null;
    long seed = top.integer("seed", 0, Integer.MAX_VALUE, 1);
    duration = positive("duration", MAX_DURATION_MS, null);
    long interval = positive("interval", duration, 1000L);
    if (duration / interval > 100_000) {
      throw top.place()
          .wrong("interval: gives %d ticks, at most 100000".formatted(duration / interval));
    }
    history = top.quantity("history", Quantity.TIME, 30_000);
    if (history < 0 || history > 3_600_000) {
      throw top.scalar("history").place().wrong("history: expected 0s to 1h");
    }
    long epoch = epoch();
    long uptime = top.quantity("uptime", Quantity.TIME, 3_600_000);
    if (uptime < history) {
      throw top.place().wrong("uptime: is shorter than history");
    }
    String driver = top.word("driver", "580.95.05");
    int header = header(driver);
    gpus = gpus();
    Scenario scenario = new Scenario(
        name,
        title,
        story,
        twin,
        twinOf,
        seed,
        duration,
        interval,
        history,
        epoch,
        uptime,
        driver,
        header,
        gpus,
        noise(),
        load(),
        counters(),
        faults(),
        kernel(),
        kubernetes(),
        audit(),
        host(),
        clock(),
        expect());
    top.end();
    return scenario;
  }

  private long positive(String key, long max, @Nullable Long otherwise) throws YamlException {
    if (!top.has(key) && otherwise != null) {
      return otherwise;
    }
    long value = top.quantity(key, Quantity.TIME);
    if (value <= 0 || value > max) {
      throw top.scalar(key)
          .place()
          .wrong("%s: found %s, expected 1ms to %dms"
              .formatted(key, YamlReader.kind(top.scalar(key)), max));
    }
    return value;
  }

  private long epoch() throws YamlException {
    if (!top.has("starts")) {
      return DEFAULT_EPOCH_US;
    }
    String text = top.word("starts");
    try {
      long seconds = Instant.parse(text).getEpochSecond();
      if (seconds < 0 || seconds > 4_102_444_800L) {
        throw top.scalar("starts").place().wrong("starts: expected a year from 1970 to 2099");
      }
      return seconds * 1_000_000;
    } catch (DateTimeException e) {
      throw top.scalar("starts")
          .place()
          .wrong(
              "starts: found \"%s\", expected a time such as 2026-03-01T04:00:00Z".formatted(text));
    }
  }

  /** Only branches whose header both players imitate. */
  private int header(String driver) throws YamlException {
    if (!driver.matches("[0-9]{3}(\\.[0-9]{1,4}){1,2}")) {
      throw top.scalar("driver")
          .place()
          .wrong("driver: found \"%s\", expected a version such as 580.95.05".formatted(driver));
    }
    String branch = driver.substring(0, 3);
    if (!BRANCHES.contains(branch)) {
      throw top.scalar("driver")
          .place()
          .wrong("driver: found branch %s, expected one of %s"
              .formatted(branch, String.join(", ", BRANCHES)));
    }
    return NvmlHeader.ofDriver(driver).orElseThrow();
  }

  private List<Scenario.Gpu> gpus() throws YamlException {
    Block block = Block.of(top.need("gpus"), "gpus");
    int count = (int) block.integer("count", 0, MAX_GPUS, 1);
    GpuModel model = model(block, "H100-SXM5-80GB");
    List<Scenario.Gpu> boards = new ArrayList<>();
    for (int gpu = 0; gpu < count; gpu++) {
      boards.add(board(
          block,
          new Scenario.Gpu(
              gpu,
              model,
              uuid(gpu),
              serial(gpu),
              pci(gpu),
              27,
              100,
              model.powerMaxMw(),
              List.of(),
              true)));
    }
    for (Block one : block.blocks("except", "a GPU that is not like the others")) {
      for (int gpu : FaultReader.gpus(one, count)) {
        Scenario.Gpu board = boards.get(gpu);
        GpuModel other = model(one, board.model().model());
        long limit = other.equals(board.model()) ? board.powerLimitMw() : other.powerMaxMw();
        boards.set(
            gpu,
            board(
                one,
                new Scenario.Gpu(
                    gpu,
                    other,
                    board.uuid(),
                    board.serial(),
                    board.pci(),
                    board.inletC(),
                    board.airflowPercent(),
                    limit,
                    board.mig(),
                    board.ecc())));
      }
      one.end();
    }
    block.end();
    return boards;
  }

  private GpuModel model(Block block, String otherwise) throws YamlException {
    String model = block.choice("model", List.copyOf(GpuModel.ALL.keySet()), otherwise);
    GpuModel found = GpuModel.ALL.get(model);
    if (found == null) {
      throw new IllegalStateException("no GPU model " + model);
    }
    return found;
  }

  /** What stands in the block, else what the board had. */
  private Scenario.Gpu board(Block block, Scenario.Gpu board) throws YamlException {
    String uuid = block.word("uuid", board.uuid());
    if (!uuid.matches("GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
      throw block.scalar("uuid").place().wrong("uuid: expected GPU- and a UUID in small letters");
    }
    String pci = block.word("pci", board.pci());
    if (!pci.matches("[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]")) {
      throw block
          .scalar("pci")
          .place()
          .wrong("pci: found \"%s\", expected an address such as 0000:19:00.0".formatted(pci));
    }
    long inlet = block.quantity("inlet", Quantity.TEMPERATURE, board.inletC());
    long airflow = block.quantity("airflow", Quantity.SHARE, board.airflowPercent());
    if (inlet < -20 || inlet > 80 || airflow < 5 || airflow > 200) {
      throw block.place().wrong("inlet: from -20 C to 80 C, airflow: from 5 % to 200 %");
    }
    long limit = block.quantity("power_limit", Quantity.POWER, board.powerLimitMw());
    if (limit < board.model().powerMinMw() || limit > board.model().powerMaxMw()) {
      throw block
          .place()
          .wrong("power_limit: expected %d W to %d W"
              .formatted(board.model().powerMinMw() / 1000, board.model().powerMaxMw() / 1000));
    }
    return new Scenario.Gpu(
        board.index(),
        board.model(),
        uuid,
        block.word("serial", board.serial()),
        pci,
        (int) inlet,
        (int) airflow,
        limit,
        block.has("mig") ? instances(block) : board.mig(),
        block.yes("ecc", board.ecc()));
  }

  private static List<Scenario.Instance> instances(Block block) throws YamlException {
    List<Scenario.Instance> instances = new ArrayList<>();
    for (Block item : block.blocks("mig", "a MIG instance")) {
      instances.add(new Scenario.Instance(
          (int) item.integer("gpu_instance", 0, 63),
          (int) item.integer("compute_instance", 0, 63, 0),
          item.quantity("memory", Quantity.SIZE),
          (int) item.integer("slices", 1, 8)));
      item.end();
    }
    if (instances.isEmpty()) {
      throw block.place().wrong("mig: expected at least one instance");
    }
    return instances;
  }

  private String uuid(int gpu) {
    String hex = digest("uuid " + gpu);
    return "GPU-%s-%s-%s-%s-%s"
        .formatted(
            hex.substring(0, 8),
            hex.substring(8, 12),
            hex.substring(12, 16),
            hex.substring(16, 20),
            hex.substring(20, 32));
  }

  private String serial(int gpu) {
    return "16"
        + Long.toString(
            Long.parseLong(digest("serial " + gpu).substring(0, 12), 16) % 90_000_000_000L
                + 10_000_000_000L);
  }

  private String digest(String what) {
    return Sha256.hex((name + " " + what).getBytes(StandardCharsets.UTF_8));
  }

  private static String pci(int gpu) {
    return "%s:%s:00.0"
        .formatted(gpu < BUSES.size() ? "0000" : "0001", BUSES.get(gpu % BUSES.size()));
  }

  private Scenario.Noise noise() throws YamlException {
    if (!top.has("noise")) {
      return new Scenario.Noise(1, 6_000, 2);
    }
    Block block = Block.of(top.need("noise"), "noise");
    Scenario.Noise noise = new Scenario.Noise(
        (int) block.integer("temperature", 0, 20, 0),
        block.quantity("power", Quantity.POWER, 0),
        (int) block.quantity("utilization", Quantity.SHARE, 0));
    block.end();
    return noise;
  }

  private List<Scenario.Load> load() throws YamlException {
    List<Scenario.Load> load = new ArrayList<>();
    Map<String, Scenario.Work> works = new LinkedHashMap<>();
    for (Scenario.Work work : Scenario.Work.values()) {
      works.put(work.name().toLowerCase(Locale.ROOT), work);
    }
    List<String> names = List.copyOf(works.keySet());
    for (Block item : items("load", "a phase of load")) {
      Scenario.Work work = works.getOrDefault(item.choice("run", names), Scenario.Work.NOTHING);
      boolean nothing = work == Scenario.Work.NOTHING;
      load.add(new Scenario.Load(
          at(item),
          FaultReader.gpus(item, gpus.size()),
          work,
          nothing ? 0 : share(item, "busy", 97),
          item.word("process", "python3"),
          (int) item.integer("pid", 0, 4_194_304, nothing ? 0 : 4242),
          item.quantity("memory", Quantity.SIZE, nothing ? 0 : 40L << 30)));
      item.end();
    }
    return load;
  }

  private static int share(Block item, String key, long otherwise) throws YamlException {
    long share = item.quantity(key, Quantity.SHARE, otherwise);
    if (share > 100) {
      throw item.scalar(key)
          .place()
          .wrong("%s: found %d %%, expected at most 100 %%".formatted(key, share));
    }
    return (int) share;
  }

  private List<Scenario.Counter> counters() throws YamlException {
    List<Scenario.Counter> counters = new ArrayList<>();
    for (Block item : items("counters", "a counter")) {
      String field = Fields.checked(item, "field");
      Long value = item.has("value")
          ? Long.valueOf(item.integer("value", Long.MIN_VALUE, Long.MAX_VALUE))
          : null;
      counters.add(new Scenario.Counter(
          at(item),
          FaultReader.gpus(item, gpus.size()),
          field,
          item.has("scope") ? Integer.valueOf((int) item.integer("scope", 0, 31)) : null,
          value,
          item.quantity("rate", Quantity.RATE, 0),
          item.quantity("until", Quantity.TIME, duration + 1),
          item.choice("width", List.of("32", "64"), "64").equals("32")));
      item.end();
    }
    return counters;
  }

  private List<Fault> faults() throws YamlException {
    List<Fault> faults = new ArrayList<>();
    for (Block item : items("faults", "a fault")) {
      item.node("at");
      Fault fault = FaultReader.read(item, gpus.size(), duration);
      checkTime(item, fault.atMs());
      faults.add(fault);
    }
    return faults;
  }

  private List<Scenario.LogLine> kernel() throws YamlException {
    List<Scenario.LogLine> lines = new ArrayList<>();
    for (Block item : items("kernel", "a line of the kernel log")) {
      lines.add(new Scenario.LogLine(
          at(item), (int) item.integer("priority", 0, 191, 6), item.text("line")));
      item.end();
    }
    return lines;
  }

  private List<Scenario.Orchestration> kubernetes() throws YamlException {
    List<Scenario.Orchestration> events = new ArrayList<>();
    for (Block item : items("kubernetes", "an event of the orchestrator")) {
      events.add(new Scenario.Orchestration(
          at(item), item.word("entity", "node"), item.word("reason"), item.text("text")));
      item.end();
    }
    return events;
  }

  private List<Scenario.Audit> audit() throws YamlException {
    List<Scenario.Audit> rows = new ArrayList<>();
    for (Block item : items("audit", "something somebody did")) {
      rows.add(new Scenario.Audit(
          at(item),
          item.word("action"),
          item.choice("outcome", List.of("success", "failure"), "success"),
          item.text("detail")));
      item.end();
    }
    return rows;
  }

  private Scenario.Host host() throws YamlException {
    if (!top.has("host")) {
      return new Scenario.Host(4, 512L << 30, List.of("nvme0n1"), List.of("eth0"), List.of());
    }
    Block block = Block.of(top.need("host"), "host");
    List<Scenario.HostLoad> load = new ArrayList<>();
    for (Block item : block.blocks("load", "a phase of host load")) {
      Map<String, Long> values = new TreeMap<>();
      for (HostKey key : HostKey.values()) {
        if (item.has(key.word())) {
          values.put(
              key.word(),
              key.quantity() == null
                  ? item.integer(key.word(), 0, 1L << 40)
                  : item.quantity(key.word(), key.quantity()));
        }
      }
      load.add(new Scenario.HostLoad(at(item), values));
      item.end();
    }
    Scenario.Host host = new Scenario.Host(
        (int) block.integer("cpus", 1, 512, 4),
        block.quantity("memory", Quantity.SIZE, 512L << 30),
        words(block, "disks", List.of("nvme0n1")),
        words(block, "nets", List.of("eth0")),
        load);
    block.end();
    return host;
  }

  private static List<String> words(Block block, String key, List<String> otherwise)
      throws YamlException {
    if (!block.has(key)) {
      return otherwise;
    }
    List<String> words = new ArrayList<>();
    for (Yaml item : block.items(key)) {
      if (!(item instanceof Yaml.Scalar scalar) || !scalar.text().matches("[a-z0-9._-]{1,32}")) {
        throw item.place()
            .wrong(
                "%s: found %s, expected a name such as eth0".formatted(key, YamlReader.kind(item)));
      }
      words.add(scalar.text());
    }
    return words;
  }

  private List<Scenario.ClockStep> clock() throws YamlException {
    List<Scenario.ClockStep> steps = new ArrayList<>();
    for (Block item : items("clock", "a step of the wall clock")) {
      steps.add(new Scenario.ClockStep(at(item), item.quantity("off_by", Quantity.DELAY)));
      item.end();
    }
    return steps;
  }

  private List<Scenario.Expectation> expect() throws YamlException {
    List<Scenario.Expectation> expectations = new ArrayList<>();
    for (Block item : items("expect", "a finding")) {
      String entity = "node";
      if (item.has("gpu")) {
        List<Integer> one = FaultReader.gpus(item, gpus.size());
        if (one.size() != 1) {
          throw item.need("gpu").place().wrong("gpu: expected one GPU");
        }
        entity = "gpu:" + gpus.get(one.get(0)).uuid();
        if (item.has("nvlink")) {
          entity += "/nvlink:" + item.integer("nvlink", 0, 17);
        }
      }
      if (item.has("entity")) {
        entity = item.word("entity");
      }
      expectations.add(new Scenario.Expectation(
          item.word("rule"),
          entity,
          item.has("not_before") ? Long.valueOf(item.quantity("not_before", Quantity.TIME)) : null,
          item.has("not_after") ? Long.valueOf(item.quantity("not_after", Quantity.TIME)) : null));
      item.end();
    }
    return expectations;
  }

  private List<Block> items(String key, String what) throws YamlException {
    List<Block> items = top.blocks(key, what);
    if (items.size() > MAX_ITEMS) {
      throw top.place().wrong("%s: %d items, at most %d".formatted(key, items.size(), MAX_ITEMS));
    }
    return items;
  }

  private long at(Block item) throws YamlException {
    return checkTime(item, item.quantity("at", Quantity.TIME));
  }

  private long checkTime(Block item, long at) throws YamlException {
    if (at < -MAX_DURATION_MS || at > duration) {
      throw item.scalar("at")
          .place()
          .wrong("at: found \"%s\", expected a time before the end, %dms"
              .formatted(item.scalar("at").text(), duration));
    }
    return at;
  }
}
