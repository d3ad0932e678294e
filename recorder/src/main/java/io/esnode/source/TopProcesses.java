package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.esnode.metric.Table;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The processes that matter: those that have a GPU open, the twenty that used most CPU time since the sample before, the twenty
 * with most resident memory, and some that sleep uninterruptibly. Whoever gets a row keeps it for a minute, so that counters have
 * a sample before and after.
 *
 * <p>Every process costs one reading of its stat, a row two files more: with status the pass cost a quarter more,
 * and with the links of its descriptors six times as much. Command lines are never read, of environments see
 * {@link JobEnvironment}.
 */
final class TopProcesses implements Source {
  static final int BY_CPU = 20;
  static final int BY_MEMORY = 20;
  static final int BY_GPU = 48;
  static final int BLOCKED = 8;
  static final int ROWS = BY_CPU + BY_MEMORY + BY_GPU + BLOCKED;

  /** Samples after which a process that is none of the strongest any more loses its row. */
  static final int STAY = 6;

  static final int PROCESSES = 8192;

  /** Clock ticks of 10 ms since the sample before; who used less is not worth a row for it. */
  private static final long LEAST_TICKS = 10;

  /** Files of stat that stay open; more would eat into a limit of 1024 descriptors, which the spool needs too. */
  private static final int KEPT = 256;

  /** Samples until descriptors are looked at again. */
  private static final int LOOK_AGAIN = 6;

  /** A process that renames itself all the time is told of no more often. */
  private static final int TOLD = 4;

  private final Path proc;
  private final ProcessWatch watch;
  private final Table table;
  private final SmallText text;
  private final OpenGpus gpus;
  private final StatFields fields = new StatFields();
  private final ProcessColumns columns;
  private final SharedFailures failures;
  private final Map<String, TrackedProcess> processes = new LinkedHashMap<>();
  private final Strongest<TrackedProcess> byGpu = new Strongest<>(BY_GPU);
  private final Strongest<TrackedProcess> byCpu = new Strongest<>(BY_CPU);
  private final Strongest<TrackedProcess> byMemory = new Strongest<>(BY_MEMORY);
  private final Strongest<TrackedProcess> blocked = new Strongest<>(BLOCKED);
  private final List<TrackedProcess> chosen = new ArrayList<>();
  private List<Row> rows = List.of();
  private boolean driver;
  private int kept;
  private int pass;

  TopProcesses(Table table, Path proc, ProcessWatch watch, ByteBuffer buffer) {
    this.table = table;
    this.proc = proc;
    this.watch = watch;
    this.text = new SmallText(buffer);
    this.gpus = new OpenGpus(proc);
    this.columns = new ProcessColumns(table, text, fields, AuxiliaryVector.pageBytes(proc));
    this.failures = new SharedFailures(table);
  }

  @Override
  public String name() {
    return "procfs.pid";
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    pass++;
    failures.begin();
    String[] names = proc.toFile().list();
    if (names == null) {
      failures.rows(proc + ": cannot be listed");
      names = new String[0];
    }
    for (String name : names) {
      if (name.charAt(0) >= '1' && name.charAt(0) <= '9') {
        look(name);
      }
    }
    processes.values().removeIf(this::isGone);
    lookForGpus();
    rank();
    choose();
    fill();
    failures.end();
  }

  private void look(String number) {
    TrackedProcess known = processes.get(number);
    if (known != null && !known.read(text, fields)) {
      processes.remove(number);
      close(known);
      known = null;
    }
    if (known == null) {
      known = open(number);
    }
    if (known != null && known.update(fields, text.text(), pass)) {
      TrackedProcess.Details details = known.details();
      if (details != null) {
        tell(known, details);
      }
    }
  }

  /** Null if it is gone already, or was never a process. */
  private @Nullable TrackedProcess open(String number) {
    if (processes.size() == PROCESSES) {
      failures.rows("more than %d processes: the others are not looked at".formatted(PROCESSES));
      return null;
    }
    Path directory = proc.resolve(number);
    ProcessFile stat = new ProcessFile(directory.resolve("stat"));
    String problem = stat.read(text);
    if (problem != null || !fields.parse(text.text(), text.length())) {
      stat.close();
      if (KeptFile.PERMISSION_DENIED.equals(problem)) {
        failures.rows("/proc/PID/stat: " + problem);
      }
      return null;
    }
    boolean keep = kept < KEPT;
    if (keep) {
      kept++;
    } else {
      stat.close();
    }
    TrackedProcess opened = new TrackedProcess(directory, stat, keep, fields);
    processes.put(number, opened);
    return opened;
  }

  private boolean isGone(TrackedProcess process) {
    boolean gone = process.seenIn() != pass;
    if (gone) {
      close(process);
    }
    return gone;
  }

  private void close(TrackedProcess process) {
    kept -= process.statKept() ? 1 : 0;
    chosen.remove(process);
    process.close();
  }

  /** A process that was never looked at comes first, then whose last look is longest ago; a young one is looked at twice at once. */
  private void lookForGpus() {
    driver = gpus.begin();
    if (!driver) {
      return;
    }
    List<TrackedProcess> due = new ArrayList<>();
    for (TrackedProcess process : processes.values()) {
      boolean again = process.looks() < 2 || pass - process.lookedIn() >= LOOK_AGAIN;
      if (again && !process.kernelThread()) {
        due.add(process);
      }
    }
    due.sort(Comparator.comparingInt(TrackedProcess::lookedIn));
    for (TrackedProcess process : due) {
      if (!gpus.mayLook()) {
        return;
      }
      long minors = gpus.of(process.directory().resolve("fd"));
      process.gpus(minors, gpus.problem(), pass);
    }
  }

  private void rank() {
    byGpu.clear();
    byCpu.clear();
    byMemory.clear();
    blocked.clear();
    for (TrackedProcess process : processes.values()) {
      long pages = process.value(StatFields.RSS);
      if (driver && process.gpus() > 0) {
        byGpu.offer(process, pages);
      }
      if (process.usedTicks() >= LEAST_TICKS) {
        byCpu.offer(process, process.usedTicks());
      }
      if (pages > 0) {
        byMemory.offer(process, pages);
      }
      if (process.value(StatFields.STATE) == 'D') {
        blocked.offer(process, 0);
      }
    }
    if (byGpu.overflowed()) {
      failures.rows(
          "more than %d processes have a GPU open: the others have no row".formatted(BY_GPU));
    }
  }

  private void choose() {
    byGpu.forEach(process -> want(process, "gpu"));
    byCpu.forEach(process -> want(process, "cpu time"));
    byMemory.forEach(process -> want(process, "resident memory"));
    blocked.forEach(process -> want(process, "uninterruptible sleep"));
    for (int age = STAY; age > 0; age--) {
      for (int i = chosen.size() - 1; i >= 0; i--) {
        TrackedProcess process = chosen.get(i);
        if (pass - process.wantedIn() >= age && (age == STAY || chosen.size() > ROWS)) {
          chosen.remove(i);
          process.end();
        }
      }
    }
  }

  private void want(TrackedProcess process, String reason) {
    process.want(reason, pass);
    TrackedProcess.@Nullable Details known = process.details();
    if (known == null) {
      TrackedProcess.Details details = process.begin(new Row(table, process.entity()));
      chosen.add(process);
      tell(process, details);
    } else if (process.gpus() > 0 && !process.toldOfGpus()) {
      tell(process, known);
    }
  }

  private void tell(TrackedProcess process, TrackedProcess.Details details) {
    if (details.tell() >= TOLD) {
      return;
    }
    String problem = text.read(process.directory().resolve("cgroup"));
    @Nullable
    CgroupPath cgroup = problem != null
        ? null
        : ProcessCgroup.of(new String(text.text(), 0, text.length(), UTF_8)).orElse(null);
    boolean ofAJob = process.gpus() > 0 || (cgroup != null && cgroup.job() != null);
    process.tellOfGpus();
    @Nullable JobEnvironment environment = ofAJob ? JobEnvironment.of(process.directory()) : null;
    if (process.read(text, fields)) {
      watch.seen(
          process.entity(), process.pid(), process.name(), cgroup, environment, process.why());
    }
  }

  private void fill() {
    for (int i = chosen.size() - 1; i >= 0; i--) {
      TrackedProcess process = chosen.get(i);
      TrackedProcess.Details details = process.details();
      if (details != null) {
        columns.fill(process, details, driver);
      }
      if (process.details() == null) {
        chosen.remove(i);
      }
    }
    boolean same = rows.size() == chosen.size();
    for (int i = 0; i < chosen.size(); i++) {
      TrackedProcess.Details details = chosen.get(i).details();
      if (details != null) {
        failures.lacks(details.row());
        same = same && isSame(rows.get(i), details.row());
      }
    }
    if (!same) {
      List<Row> now = new ArrayList<>();
      for (TrackedProcess process : chosen) {
        TrackedProcess.Details details = process.details();
        if (details != null) {
          now.add(details.row());
        }
      }
      rows = List.copyOf(now);
    }
  }

  @SuppressWarnings("ReferenceEquality") // another row is another process
  private static boolean isSame(Row before, Row now) {
    return before == now;
  }

  @Override
  public List<Row> rows() {
    return rows;
  }

  @Override
  public List<Failure> failures() {
    return failures.list();
  }

  @Override
  public void close() {
    processes.values().forEach(TrackedProcess::close);
    processes.clear();
  }
}
