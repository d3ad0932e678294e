package io.esnode.timeline;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a timeline, statement by statement, and collects what each says. */
final class TimelineParser {
  static final String FIRST_LINE = "esnode.timeline/1";

  private static final int LINE_CHARS = 65_536;
  private static final int STATEMENTS = 4 << 20;
  private static final long TIME_MS = 4_000_000_000_000L;
  private static final long SKEW_US = 4_000_000_000_000_000L;
  private static final long DELAY_US = 100_000_000;
  static final String FIELD_PREFIX = "field:";

  /** An identity that the GPU does not tell. */
  static final String NONE = "-";

  private static final long UNSIGNED_INT = 0xffffffffL;
  private static final int VERSION_BYTES = 79;
  private static final int INSTANCES = 65_536;
  private static final int EVERY_SCOPE = 0xffff;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");
  private static final Pattern FIELD = Pattern.compile("([A-Z0-9_]{1,80})(?:\\.([0-9]{1,9}))?");

  final Map<String, String> system = new HashMap<>();
  final Map<Integer, Map<String, String>> gpus = new HashMap<>();
  final Map<Target, Subject.Builder> subjects = new HashMap<>();
  final Map<String, Integer> types = new HashMap<>();
  final Map<Integer, Series.Builder> skews = new HashMap<>();
  final Map<Integer, Series.Builder> generations = new HashMap<>();
  final Map<Integer, Series.Builder> plugs = new HashMap<>();
  final Map<HostKey, Series.Builder> host = new TreeMap<>();
  final Series.Builder clock = new Series.Builder();
  final Series.Builder driver = new Series.Builder();
  final List<String> driverVersions = new ArrayList<>();
  final List<Occurrence> events = new ArrayList<>();
  final List<Tenant> tenants = new ArrayList<>();
  final List<Instance> instances = new ArrayList<>();
  final List<Account> accounts = new ArrayList<>();
  final List<RetiredPage> retiredPages = new ArrayList<>();
  final List<KernelRecord> kernelRecords = new ArrayList<>();
  final List<KernelLoss> kernelLosses = new ArrayList<>();
  final List<AuditRecord> auditRecords = new ArrayList<>();
  final List<KubernetesRecord> kubernetesRecords = new ArrayList<>();
  OptionalInt header = OptionalInt.empty();
  long lastMs;

  private final String name;
  private final List<LogEntry> log = new ArrayList<>();
  private final Map<Target, Long> mentioned = new HashMap<>();
  private int highestGpu = -1;
  private long highestGpuLine;

  record HostKey(String table, String entity, String column) implements Comparable<HostKey> {
    private static final Comparator<HostKey> ORDER = Comparator.comparing(HostKey::table)
        .thenComparing(HostKey::entity)
        .thenComparing(HostKey::column);

    @Override
    public int compareTo(HostKey other) {
      return ORDER.compare(this, other);
    }
  }

  /** An NVML event. */
  record Occurrence(
      long atMs, int gpu, long type, long data, int gpuInstance, int computeInstance) {}

  /** A process on a GPU. */
  record Tenant(
      long fromMs,
      long toMs,
      Target target,
      int pid,
      long bytes,
      int smPercent,
      boolean isGraphics) {}

  record Instance(long fromMs, long toMs, Target target, String uuid, long bytes, int slices) {}

  record Account(
      int gpu,
      int pid,
      long startUs,
      long timeMs,
      long maxBytes,
      int gpuPercent,
      int memoryPercent,
      int running) {}

  record RetiredPage(int gpu, int cause, long address, long timestampUs) {}

  /** A record of the kernel log, or {@code lost} of them. */
  private record LogEntry(long atMs, int priority, String text, long lost) {}

  TimelineParser(String name) {
    this.name = name;
  }

  void parse(String text) throws TimelineException {
    long line = 0;
    int statements = 0;
    int at = 0;
    while (at < text.length() || line == 0) {
      int end = text.indexOf('\n', at);
      int stop = end < 0 ? text.length() : end;
      int trimmed = stop > at && text.charAt(stop - 1) == '\r' ? stop - 1 : stop;
      line++;
      if (trimmed - at > LINE_CHARS) {
        throw new TimelineException("%s:%s: found a line of %s characters, expected at most %s"
            .formatted(name, line, trimmed - at, LINE_CHARS));
      }
      String content = text.substring(at, trimmed);
      at = end < 0 ? text.length() : end + 1;
      Words words = new Words(name, line, content);
      if (content.indexOf('\0') >= 0) {
        throw words.wrong("a NUL character", "text");
      }
      if (line == 1) {
        if (!content.equals(FIRST_LINE)) {
          throw words.wrong(Words.quoted(content), "\"" + FIRST_LINE + "\"");
        }
        continue;
      }
      if (words.atEnd() || content.startsWith("#")) {
        continue;
      }
      if (++statements > STATEMENTS) {
        throw words.wrong("statement " + statements, "at most " + STATEMENTS + " statements");
      }
      statement(words);
      words.end();
    }
    if (highestGpu >= gpuCount()) {
      throw new TimelineException("%s:%s: found GPU %s, expected one that a statement `gpu` names"
          .formatted(name, highestGpuLine, highestGpu));
    }
    checkInstances();
    numberLog();
  }

  private void checkInstances() throws TimelineException {
    for (Instance instance : instances) {
      mentioned.remove(instance.target());
    }
    for (Map.Entry<Target, Long> unknown : mentioned.entrySet()) {
      Target target = unknown.getKey();
      throw new TimelineException(
          "%s:%s: found %s/%s/%s, expected a MIG instance that a statement `instance` names"
              .formatted(
                  name,
                  unknown.getValue(),
                  target.gpu(),
                  target.gpuInstance(),
                  target.computeInstance()));
    }
  }

  int gpuCount() {
    int count = 0;
    for (int gpu : gpus.keySet()) {
      count = Math.max(count, gpu + 1);
    }
    return count;
  }

  private void statement(Words words) throws TimelineException {
    String statement = words.word("a statement");
    switch (statement) {
      case "system" -> system(words);
      case "gpu" -> identity(words);
      case "header" -> header(words);
      case "type" -> type(words);
      case "account" -> account(words);
      case "retired" -> retired(words);
      case "ramp" -> ramp(words);
      case "rate" -> rate(words);
      case "hang" -> hang(words);
      case "garbage" -> garbage(words);
      case "proc" -> tenant(words, false);
      case "graphics" -> tenant(words, true);
      case "instance" -> instance(words);
      case "host-ramp" -> hostRamp(words);
      case "host-rate" -> hostRate(words);
      case "set" -> set(words);
      case "field" -> field(words);
      case "ret" -> ret(words);
      case "delay" -> delay(words);
      case "skew" -> skew(words);
      case "reset" -> reset(words);
      case "driver" -> driver(words);
      case "unplug" -> plug(words, 0);
      case "plug" -> plug(words, 1);
      case "event" -> event(words);
      case "kmsg" -> kernelRecord(words);
      case "kmsg-lost" -> kernelLoss(words);
      case "host" -> host(words);
      case "host-none" -> hostNone(words);
      case "audit" -> audit(words);
      case "kubernetes" -> kubernetes(words);
      case "clock" -> clock(words);
      default -> throw words.wrong(Words.quoted(statement), "a statement of " + FIRST_LINE);
    }
  }

  private void system(Words words) throws TimelineException {
    String key = words.word("a key of system");
    String text;
    switch (key) {
      case "driver_version", "nvml_version" -> text = shortText(words, VERSION_BYTES);
      case "epoch_us" -> text = Long.toString(words.number("µs", 0, SKEW_US));
      case "boot_ms" -> text = Long.toString(words.number("ms", 0, TIME_MS));
      case "excluded" -> text = Long.toString(words.number("a number of GPUs", 0, Target.GPUS));
      case "stale" -> text = oneOf(words, "error", "crash");
      case "cc" -> text = oneOf(words, "on", "off");
      default ->
        throw words.wrong(
            Words.quoted(key),
            "driver_version, nvml_version, epoch_us, boot_ms, stale, cc or excluded");
    }
    system.put(key, text);
  }

  private void identity(Words words) throws TimelineException {
    int gpu = (int) words.number("a GPU", 0, Target.GPUS - 1L);
    String key = words.word("a key of gpu");
    boolean number = Vocabulary.NUMBERS.contains(key);
    if (!number && !Vocabulary.TEXTS.contains(key)) {
      throw words.wrong(Words.quoted(key), "a key of gpu");
    }
    String text = shortText(words, Vocabulary.TEXT_BYTES);
    if (!text.equals(NONE)) {
      if (number) {
        text = Long.toUnsignedString(words.bits(text, key));
      } else if (!Vocabulary.fits(key, text)) {
        throw words.wrong(Words.quoted(text), key + " as NVML writes it");
      }
    }
    gpus.computeIfAbsent(gpu, g -> new HashMap<>()).put(key, text);
  }

  private void header(Words words) throws TimelineException {
    int number = (int) words.number("a header", 0, 9999);
    if (!Vocabulary.HEADERS.contains(number)) {
      throw words.wrong(Integer.toString(number), "one of " + Vocabulary.HEADERS);
    }
    header = OptionalInt.of(number);
  }

  private void type(Words words) throws TimelineException {
    String fieldName = words.word("a field");
    if (!Vocabulary.isField(fieldName)) {
      throw words.wrong(Words.quoted(fieldName), "a field of nvml.h without NVML_FI_DEV_");
    }
    String word = words.word("a type");
    OptionalLong number = Vocabulary.type(word);
    if (number.isEmpty()) {
      throw words.wrong(Words.quoted(word), "one of " + Vocabulary.TYPES);
    }
    types.put(fieldName, (int) number.getAsLong());
  }

  private void account(Words words) throws TimelineException {
    accounts.add(new Account(
        gpu(words),
        pid(words),
        words.number("a start in µs", 0, SKEW_US),
        words.number("a time in ms", 0, TIME_MS),
        words.bits("bytes"),
        percent(words),
        percent(words),
        (int) words.number("0 or 1", 0, 1)));
  }

  private void retired(Words words) throws TimelineException {
    retiredPages.add(new RetiredPage(
        gpu(words),
        (int) words.number("a cause", 0, UNSIGNED_INT),
        words.bits("an address"),
        words.number("a time in µs", 0, SKEW_US)));
  }

  private void set(Words words) throws TimelineException {
    long at = time(words);
    Target target = device(words);
    subject(target)
        .reading(reading(words))
        .step(at, words.number("a value", Long.MIN_VALUE, Long.MAX_VALUE));
  }

  private void ramp(Words words) throws TimelineException {
    long begin = time(words);
    long end = timeFrom(words, begin);
    Target target = device(words);
    subject(target).reading(reading(words)).ramp(begin, end, value(words), value(words));
  }

  private void field(Words words) throws TimelineException {
    long at = time(words);
    Target target = Target.gpu(gpu(words));
    subject(target).field(fieldKey(words)).step(at, words.bits("a value"));
  }

  private void rate(Words words) throws TimelineException {
    long begin = time(words);
    long end = timeFrom(words, begin);
    Target target = Target.gpu(gpu(words));
    subject(target).field(fieldKey(words)).rate(begin, end, value(words));
  }

  private void ret(Words words) throws TimelineException {
    long at = time(words);
    Target target = target(words);
    String function = functionOrField(words, target, true);
    subject(target).code(function).step(at, words.number("a return code", 0, 999));
  }

  private void delay(Words words) throws TimelineException {
    long at = time(words);
    Target target = target(words);
    String function = function(words, true);
    subject(target).delayUs(function).step(at, words.number("a delay in µs", 0, DELAY_US));
  }

  private void hang(Words words) throws TimelineException {
    long begin = time(words);
    long end = timeFrom(words, begin);
    Target target = target(words);
    subject(target).hang(function(words, true)).add(begin, end);
  }

  private void garbage(Words words) throws TimelineException {
    long begin = time(words);
    long end = timeFrom(words, begin);
    Target target = device(words);
    String function = functionOrField(words, target, false);
    long garbage = words.bits("a value");
    subject(target).garbage(function).ramp(begin, end, garbage, garbage);
  }

  private void skew(Words words) throws TimelineException {
    long at = time(words);
    int gpu = gpu(words);
    skews
        .computeIfAbsent(gpu, g -> new Series.Builder())
        .step(at, words.number("µs", -SKEW_US, SKEW_US));
  }

  private void reset(Words words) throws TimelineException {
    long at = time(words);
    generations(gpu(words)).step(at, 0);
  }

  private void plug(Words words, int plugged) throws TimelineException {
    long at = time(words);
    int gpu = gpu(words);
    plugs.computeIfAbsent(gpu, g -> new Series.Builder()).step(at, plugged);
    if (plugged != 0) {
      generations(gpu).step(at, 0);
    }
  }

  private Series.Builder generations(int gpu) {
    return generations.computeIfAbsent(gpu, g -> new Series.Builder());
  }

  private void driver(Words words) throws TimelineException {
    long at = time(words);
    String action = oneOf(words, "unload", "load");
    int version = 0;
    if (action.equals("load")) {
      driverVersions.add(versionWord(words));
      version = driverVersions.size();
    }
    driver.step(at, version);
  }

  private static String versionWord(Words words) throws TimelineException {
    String version = words.word("a driver version");
    if (version.length() > VERSION_BYTES) {
      throw words.wrong(Words.quoted(version), "at most " + VERSION_BYTES + " bytes");
    }
    return version;
  }

  private void event(Words words) throws TimelineException {
    long at = time(words);
    int gpu = gpu(words);
    long eventType = words.bits("an event type");
    long data = words.bits("event data");
    int gpuInstance = -1;
    int computeInstance = -1;
    if (!words.atEnd()) {
      gpuInstance = (int) words.number("a GPU instance", 0, UNSIGNED_INT);
      computeInstance = (int) words.number("a compute instance", 0, UNSIGNED_INT);
    }
    events.add(new Occurrence(at, gpu, eventType, data, gpuInstance, computeInstance));
  }

  private void tenant(Words words, boolean isGraphics) throws TimelineException {
    long begin = time(words);
    long end = timeFrom(words, begin);
    Target target = device(words);
    int pid = pid(words);
    long bytes = words.bits("bytes");
    int smPercent = isGraphics || words.atEnd() ? -1 : percent(words);
    tenants.add(new Tenant(begin, end, target, pid, bytes, smPercent, isGraphics));
  }

  private void instance(Words words) throws TimelineException {
    long begin = time(words);
    long end = timeFrom(words, begin);
    int gpu = gpu(words);
    Target target = new Target(gpu, instanceNumber(words), instanceNumber(words));
    String uuid = words.word("a UUID");
    if (uuid.getBytes(StandardCharsets.UTF_8).length > Vocabulary.TEXT_BYTES) {
      throw words.wrong(Words.quoted(uuid), "at most " + Vocabulary.TEXT_BYTES + " bytes");
    }
    long bytes = words.bits("bytes");
    instances.add(
        new Instance(begin, end, target, uuid, bytes, (int) words.number("slices", 1, 8)));
  }

  private void kernelRecord(Words words) throws TimelineException {
    long at = time(words);
    int priority = (int) words.number("a priority", 0, 191);
    log.add(new LogEntry(at, priority, words.text("the text of the record"), 0));
  }

  private void kernelLoss(Words words) throws TimelineException {
    long at = time(words);
    log.add(new LogEntry(at, 0, "", words.number("a number of records", 1, UNSIGNED_INT)));
  }

  private void host(Words words) throws TimelineException {
    long at = time(words);
    hostSeries(words).step(at, value(words));
  }

  private void hostRamp(Words words) throws TimelineException {
    long begin = time(words);
    long end = timeFrom(words, begin);
    hostSeries(words).ramp(begin, end, value(words), value(words));
  }

  private void hostRate(Words words) throws TimelineException {
    long begin = time(words);
    long end = timeFrom(words, begin);
    hostSeries(words).rate(begin, end, value(words));
  }

  private void hostNone(Words words) throws TimelineException {
    long at = time(words);
    hostSeries(words).absent(at, words.text("a reason"));
  }

  private void audit(Words words) throws TimelineException {
    auditRecords.add(new AuditRecord(
        time(words), words.word("an action"), words.word("an outcome"), words.rest()));
  }

  private void kubernetes(Words words) throws TimelineException {
    kubernetesRecords.add(new KubernetesRecord(
        time(words), words.word("an entity"), words.word("a reason"), words.rest()));
  }

  private void clock(Words words) throws TimelineException {
    long at = time(words);
    clock.step(at, words.number("µs", -SKEW_US, SKEW_US));
  }

  private Series.Builder hostSeries(Words words) throws TimelineException {
    String table = words.word(NAME, "a table");
    String entity = words.word("an entity");
    String column = words.word(NAME, "a column");
    return host.computeIfAbsent(new HostKey(table, entity, column), k -> new Series.Builder());
  }

  private Subject.Builder subject(Target target) {
    return subjects.computeIfAbsent(target, t -> new Subject.Builder());
  }

  private long time(Words words) throws TimelineException {
    return timeFrom(words, -TIME_MS);
  }

  private long timeFrom(Words words, long earliest) throws TimelineException {
    long time = words.number("a time in ms", earliest, TIME_MS);
    lastMs = Math.max(lastMs, time);
    return time;
  }

  private static long value(Words words) throws TimelineException {
    return words.number("a value", Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private static int pid(Words words) throws TimelineException {
    return (int) words.number("a process id", 0, UNSIGNED_INT);
  }

  private static int percent(Words words) throws TimelineException {
    return (int) words.number("a percentage", 0, 100);
  }

  private static int instanceNumber(Words words) throws TimelineException {
    return (int) words.number("an instance", 0, INSTANCES - 1L);
  }

  /** {@code -}, a GPU, or a MIG instance. */
  private Target target(Words words) throws TimelineException {
    String word = words.word("a GPU, G/GI/CI or -");
    return word.equals("-") ? Target.MACHINE : device(words, word);
  }

  /** A GPU or a MIG instance. */
  private Target device(Words words) throws TimelineException {
    return device(words, words.word("a GPU or G/GI/CI"));
  }

  private Target device(Words words, String word) throws TimelineException {
    String[] part = word.split("/", 4);
    if (part.length != 1 && part.length != 3) {
      throw words.wrong(Words.quoted(word), "a GPU or G/GI/CI");
    }
    int gpu = (int) words.number(part[0], "a GPU", 0, Target.GPUS - 1L);
    mention(gpu, words);
    if (part.length == 1) {
      return Target.gpu(gpu);
    }
    Target instance =
        new Target(gpu, (int) words.number(part[1], "a GPU instance", 0, INSTANCES - 1L), (int)
            words.number(part[2], "a compute instance", 0, INSTANCES - 1L));
    mentioned.putIfAbsent(instance, words.lineNumber());
    return instance;
  }

  private int gpu(Words words) throws TimelineException {
    int gpu = (int) words.number("a GPU", 0, Target.GPUS - 1L);
    mention(gpu, words);
    return gpu;
  }

  private void mention(int gpu, Words words) {
    if (gpu > highestGpu) {
      highestGpu = gpu;
      highestGpuLine = words.lineNumber();
    }
  }

  private static String reading(Words words) throws TimelineException {
    String key = words.word("a key of set");
    if (!Vocabulary.isReading(key)) {
      throw words.wrong(Words.quoted(key), "a key of set");
    }
    return key;
  }

  /** NAME.SCOPE, scope 0 written out. */
  private static String fieldKey(Words words) throws TimelineException {
    String word = words.word("a field");
    String key = fieldKey(words, word);
    return key.indexOf('.') < 0 ? key + ".0" : key;
  }

  private static String fieldKey(Words words, String word) throws TimelineException {
    Matcher matcher = FIELD.matcher(word);
    if (!matcher.matches() || !Vocabulary.isField(matcher.group(1))) {
      throw words.wrong(
          Words.quoted(word),
          "a field of nvml.h without NVML_FI_DEV_, and .SCOPE where it has one");
    }
    if (matcher.group(2) == null) {
      return matcher.group(1);
    }
    return matcher.group(1) + "." + words.number(matcher.group(2), "a scope", 0, EVERY_SCOPE - 1L);
  }

  private static String function(Words words, boolean all) throws TimelineException {
    String word = words.word("a function of nvml.h");
    if (!Vocabulary.isFunction(word) && !(all && word.equals("*"))) {
      throw words.wrong(
          Words.quoted(word), "a function of nvml.h that esnode calls" + (all ? ", or *" : ""));
    }
    return word;
  }

  private static String functionOrField(Words words, Target target, boolean all)
      throws TimelineException {
    String word = words.word("a function of nvml.h, or field:NAME");
    if (!word.startsWith(FIELD_PREFIX)) {
      if (!Vocabulary.isFunction(word) && !(all && word.equals("*"))) {
        throw words.wrong(
            Words.quoted(word),
            "a function of nvml.h that esnode calls, %sor field:NAME".formatted(all ? "*, " : ""));
      }
      return word;
    }
    if (target.gpu() < 0 || target.isInstance()) {
      throw words.wrong(Words.quoted(word), "a function: fields belong to a whole GPU");
    }
    return FIELD_PREFIX + fieldKey(words, word.substring(FIELD_PREFIX.length()));
  }

  private static String oneOf(Words words, String one, String other) throws TimelineException {
    String word = words.word(one + " or " + other);
    if (!word.equals(one) && !word.equals(other)) {
      throw words.wrong(Words.quoted(word), one + " or " + other);
    }
    return word;
  }

  private static String shortText(Words words, int bytes) throws TimelineException {
    String text = words.text("a text");
    if (text.getBytes(StandardCharsets.UTF_8).length > bytes) {
      throw words.wrong(Words.quoted(text), "at most " + bytes + " bytes");
    }
    return text;
  }

  private void numberLog() {
    log.sort(Comparator.comparingLong(LogEntry::atMs));
    long sequence = 0;
    for (LogEntry entry : log) {
      if (entry.lost() > 0) {
        kernelLosses.add(new KernelLoss(entry.atMs(), sequence, entry.lost()));
        sequence += entry.lost();
      } else {
        kernelRecords.add(
            new KernelRecord(entry.atMs(), sequence++, entry.priority(), entry.text()));
      }
    }
  }
}
