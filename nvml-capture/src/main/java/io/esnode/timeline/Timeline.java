package io.esnode.timeline;

import io.esnode.timeline.TimelineParser.Account;
import io.esnode.timeline.TimelineParser.Instance;
import io.esnode.timeline.TimelineParser.Occurrence;
import io.esnode.timeline.TimelineParser.RetiredPage;
import io.esnode.timeline.TimelineParser.Tenant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a simulated machine answers at every moment, read from a text {@code esnode.timeline/1}. The grammar and what each
 * statement means stand in {@code docs/format/timeline.md}. Immutable, thread-safe; every read is a binary search.
 *
 * <p>Times are ms since the start of the recording; negative ones are the past.
 */
public final class Timeline {
  private static final long DEFAULT_EPOCH_US = 1_700_000_000_000_000L;
  private static final long DEFAULT_BOOT_MS = 3_600_000;

  private final String name;
  private final Map<String, String> system;
  private final Map<Integer, Map<String, String>> gpus;
  private final int gpuCount;
  private final OptionalInt header;
  private final long lastMs;
  private final Map<Target, Subject> subjects = new HashMap<>();
  private final Map<String, Integer> types;
  private final Map<Integer, Series> skews;
  private final Map<Integer, Series> generations;
  private final Map<Integer, Series> plugs;
  private final Series clock;
  private final Series driver;
  private final List<String> driverVersions;
  private final List<Occurrence> events;
  private final List<Tenant> tenants;
  private final List<Instance> instances;
  private final List<Account> accounts;
  private final List<RetiredPage> retiredPages;
  private final List<KernelRecord> kernelRecords;
  private final List<KernelLoss> kernelLosses;
  private final List<AuditRecord> auditRecords;
  private final List<KubernetesRecord> kubernetesRecords;
  private final List<HostSeries> hostSeries;

  private Timeline(String name, TimelineParser parser) {
    this.name = name;
    system = Map.copyOf(parser.system);
    gpus = Map.copyOf(parser.gpus);
    gpuCount = parser.gpuCount();
    header = parser.header;
    lastMs = parser.lastMs;
    parser.subjects.forEach((target, builder) -> subjects.put(target, builder.build()));
    types = Map.copyOf(parser.types);
    skews = built(parser.skews);
    generations = built(parser.generations);
    plugs = built(parser.plugs);
    clock = parser.clock.build();
    driver = parser.driver.build();
    driverVersions = List.copyOf(parser.driverVersions);
    events = sorted(parser.events, Comparator.comparingLong(Occurrence::atMs));
    tenants = List.copyOf(parser.tenants);
    instances = List.copyOf(parser.instances);
    accounts = List.copyOf(parser.accounts);
    retiredPages = List.copyOf(parser.retiredPages);
    kernelRecords = List.copyOf(parser.kernelRecords);
    kernelLosses = List.copyOf(parser.kernelLosses);
    auditRecords = sorted(parser.auditRecords, Comparator.comparingLong(AuditRecord::atMs));
    kubernetesRecords =
        sorted(parser.kubernetesRecords, Comparator.comparingLong(KubernetesRecord::atMs));
    List<HostSeries> series = new ArrayList<>();
    parser.host.forEach((key, builder) ->
        series.add(new HostSeries(key.table(), key.entity(), key.column(), builder.build())));
    hostSeries = List.copyOf(series);
  }

  /**
   * Reads a timeline.
   *
   * @param name what messages call it: its file
   * @throws TimelineException where one line is not as the format has it
   */
  public static Timeline parse(String name, String text) throws TimelineException {
    TimelineParser parser = new TimelineParser(name);
    parser.parse(text);
    return new Timeline(name, parser);
  }

  /** Its file. */
  public String name() {
    return name;
  }

  /** How many GPUs the machine has when all are plugged. */
  public int gpuCount() {
    return gpuCount;
  }

  /** Version of nvml.h the timeline asks for, e.g. 1204. */
  public OptionalInt header() {
    return header;
  }

  /** The last time any statement names, 0 where none is later. */
  public long lastMs() {
    return lastMs;
  }

  /** A text of {@code system}, as written. */
  public Optional<String> system(String key) {
    return Optional.ofNullable(system.get(key));
  }

  /**
   * An identity of a GPU: what the timeline says, else what the format's page says.
   *
   * @param key e.g. {@code uuid}
   * @return empty where the GPU does not tell; a number is written in decimal
   */
  public Optional<String> gpu(int gpu, String key) {
    String said = gpus.getOrDefault(gpu, Map.of()).get(key);
    String text = said == null ? Identity.standard(key, gpu, this) : said;
    return text.equals(TimelineParser.NONE) ? Optional.empty() : Optional.of(text);
  }

  /** True wall clock at time 0, in µs since 1970. */
  public long epochMicros() {
    return system("epoch_us").map(Long::parseLong).orElse(DEFAULT_EPOCH_US);
  }

  /** How long the machine had been up at time 0, in ms: the monotonic clock at t is this plus t. */
  public long bootMillis() {
    return system("boot_ms").map(Long::parseLong).orElse(DEFAULT_BOOT_MS);
  }

  /** How far the machine's wall clock is off, in µs; positive where it is ahead. */
  public long clockOffsetMicros(long ms) {
    return clock.at(ms);
  }

  /** What the machine's wall clock shows, in µs since 1970. */
  public long wallMicros(long ms) {
    return epochMicros() + ms * 1000 + clockOffsetMicros(ms);
  }

  /** The kernel log in the order of time. */
  public List<KernelRecord> kernelRecords() {
    return kernelRecords;
  }

  /** Where the kernel log has holes, in the order of time. */
  public List<KernelLoss> kernelLosses() {
    return kernelLosses;
  }

  /** In the order of time. */
  public List<AuditRecord> auditRecords() {
    return auditRecords;
  }

  /** In the order of time. */
  public List<KubernetesRecord> kubernetesRecords() {
    return kubernetesRecords;
  }

  /** Every column of every entity of a host table, sorted by table, entity, column. */
  public List<HostSeries> hostSeries() {
    return hostSeries;
  }

  Subject subject(Target target) {
    return subjects.getOrDefault(target, Subject.NONE);
  }

  Map<Target, Subject> subjects() {
    return subjects;
  }

  /** {@code nvmlValueType_t} of a field; 3, unsigned long long, where the timeline does not say. */
  int type(String field) {
    return types.getOrDefault(field, 3);
  }

  /** Shift of the time stamps NVML gives for a GPU, in µs. */
  long skewMicros(int gpu, long ms) {
    Series skew = skews.get(gpu);
    return skew == null ? 0 : skew.at(ms);
  }

  /** How often handles of a GPU have become stale: by reset, by being plugged in, by loading the driver. */
  int generation(int gpu, long ms) {
    Series generation = generations.get(gpu);
    return driver.stepsAt(ms) + (generation == null ? 0 : generation.stepsAt(ms));
  }

  boolean isPlugged(int gpu, long ms) {
    Series plug = plugs.get(gpu);
    return plug == null || plug.stepsAt(ms) == 0 || plug.at(ms) != 0;
  }

  boolean isDriverLoaded(long ms) {
    return driver.stepsAt(ms) == 0 || driver.at(ms) != 0;
  }

  /** How often the driver has been loaded or unloaded. */
  int driverChanges(long ms) {
    return driver.stepsAt(ms);
  }

  /** Version of the driver loaded last; empty where the timeline names none. */
  Optional<String> driverVersion(long ms) {
    long loaded = driver.at(ms);
    return loaded == 0
        ? system("driver_version")
        : Optional.of(driverVersions.get((int) loaded - 1));
  }

  /** NVML events in the order of time. */
  List<Occurrence> events() {
    return events;
  }

  List<Tenant> tenants() {
    return tenants;
  }

  List<Instance> instances() {
    return instances;
  }

  List<Account> accounts() {
    return accounts;
  }

  List<RetiredPage> retiredPages() {
    return retiredPages;
  }

  private static Map<Integer, Series> built(Map<Integer, Series.Builder> builders) {
    Map<Integer, Series> built = new HashMap<>();
    builders.forEach((gpu, builder) -> built.put(gpu, builder.build()));
    return built;
  }

  private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
    List<T> copy = new ArrayList<>(list);
    copy.sort(order);
    return List.copyOf(copy);
  }
}
