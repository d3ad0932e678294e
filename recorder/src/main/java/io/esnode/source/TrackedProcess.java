package io.esnode.source;

import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A process between its samples. Not thread-safe. */
final class TrackedProcess {
  /** What a process has only while it has a row. */
  static final class Details {
    private final Row row;
    private final ProcessFile io;
    private final ProcessFile oomScore;
    private int told;

    private Details(Row row, Path directory) {
      this.row = row;
      this.io = new ProcessFile(directory.resolve("io"));
      this.oomScore = new ProcessFile(directory.resolve("oom_score"));
    }

    Row row() {
      return row;
    }

    ProcessFile io() {
      return io;
    }

    ProcessFile oomScore() {
      return oomScore;
    }

    /** How often it was told of before; counts this time. */
    int tell() {
      return told++;
    }

    private void close() {
      io.close();
      oomScore.close();
    }
  }

  private static final int[] FIELDS = {
    StatFields.STATE,
    StatFields.MINFLT,
    StatFields.MAJFLT,
    StatFields.UTIME,
    StatFields.STIME,
    StatFields.NUM_THREADS,
    StatFields.RSS
  };

  private final Path directory;
  private final ProcessFile stat;
  private final boolean statKept;
  private final long pid;
  private final long start;
  private final long[] values = new long[StatFields.RSS + 1];
  private byte[] name = new byte[0];
  private boolean kernelThread;
  private long usedTicks;
  private int seenIn;
  private long gpus = OpenGpus.UNKNOWN;
  private @Nullable String gpuProblem;
  private boolean toldOfGpus;
  private int looks;
  private int lookedIn;
  private int wantedIn;
  private String why = "";
  private @Nullable Details details;

  /**
   * A process whose stat was just read.
   *
   * @param statKept whether its stat stays open
   */
  TrackedProcess(Path directory, ProcessFile stat, boolean statKept, StatFields fields) {
    this.directory = directory;
    this.stat = stat;
    this.statKept = statKept;
    this.pid = fields.pid();
    this.start = fields.value(StatFields.STARTTIME);
  }

  /** {@code pid:N@START}, as {@link ProcessStat#entity} gives it. */
  String entity() {
    return "pid:" + pid + "@" + start;
  }

  Path directory() {
    return directory;
  }

  long pid() {
    return pid;
  }

  /** Clock ticks since boot. */
  long start() {
    return start;
  }

  boolean statKept() {
    return statKept;
  }

  /** Whether its stat, which is read now, is still that of this process. */
  boolean read(SmallText text, StatFields fields) {
    boolean same = stat.read(text) == null
        && fields.parse(text.text(), text.length())
        && fields.value(StatFields.STARTTIME) == start
        && fields.pid() == pid;
    if (!statKept) {
      stat.close();
    }
    return same;
  }

  /**
   * Takes the values that were read.
   *
   * @param pass counts the samples from 1
   * @return whether it has another name than before
   */
  boolean update(StatFields fields, byte[] text, int pass) {
    long before = seenIn == 0 ? 0 : ticks();
    for (int field : FIELDS) {
      values[field] = fields.value(field);
    }
    usedTicks = Math.max(0, ticks() - before);
    seenIn = pass;
    kernelThread = fields.kernelThread();
    int from = fields.nameStart();
    int to = fields.nameEnd();
    if (Arrays.equals(name, 0, name.length, text, from, to)) {
      return false;
    }
    name = Arrays.copyOfRange(text, from, to);
    return true;
  }

  private long ticks() {
    return Math.max(0, values[StatFields.UTIME]) + Math.max(0, values[StatFields.STIME]);
  }

  /** A number of its stat as it was read last; {@code -1} if there was none. */
  long value(int field) {
    return values[field];
  }

  byte[] name() {
    return name.clone();
  }

  boolean kernelThread() {
    return kernelThread;
  }

  /** CPU time since the sample before; since its start when it is new. */
  long usedTicks() {
    return usedTicks;
  }

  int seenIn() {
    return seenIn;
  }

  /** The GPUs it had open when that was looked at last, see {@link OpenGpus#of}. */
  long gpus() {
    return gpus;
  }

  /** Why that is unknown. */
  @Nullable
  String gpuProblem() {
    return gpuProblem;
  }

  void gpus(long minors, @Nullable String problem, int pass) {
    gpus = minors;
    gpuProblem = problem;
    lookedIn = pass;
    looks++;
  }

  /** Whether it was told of since it has a GPU open. */
  boolean toldOfGpus() {
    return toldOfGpus;
  }

  /** It is told of now. */
  void tellOfGpus() {
    toldOfGpus = gpus > 0;
  }

  /** How often its descriptors were looked at. */
  int looks() {
    return looks;
  }

  int lookedIn() {
    return lookedIn;
  }

  /** One of the strongest in this sample; the first reason of a sample counts. */
  void want(String reason, int pass) {
    if (wantedIn != pass) {
      wantedIn = pass;
      why = reason;
    }
  }

  int wantedIn() {
    return wantedIn;
  }

  String why() {
    return why;
  }

  /** Null while it has no row. */
  @Nullable
  Details details() {
    return details;
  }

  Details begin(Row row) {
    Details begun = new Details(row, directory);
    details = begun;
    return begun;
  }

  /** Its row ends. */
  void end() {
    if (details != null) {
      details.close();
      details = null;
    }
  }

  void close() {
    stat.close();
    end();
  }
}
