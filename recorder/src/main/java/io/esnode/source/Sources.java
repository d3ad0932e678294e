package io.esnode.source;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The sources that exist on this host.
 *
 * @param sources what is sampled at every tick, in that order; the caller closes them
 * @param tiers what is sampled less often, by another thread
 * @param missing tables this host has nothing for, known from the start; they are not tried again
 */
public record Sources(List<Source> sources, List<Tier> tiers, List<Failure> missing)
    implements AutoCloseable {
  /**
   * Sources of one pace.
   *
   * @param every time between two samples
   */
  public record Tier(Duration every, List<Source> sources) {
    public Tier {
      sources = List.copyOf(sources);
    }
  }

  public Sources {
    sources = List.copyOf(sources);
    tiers = List.copyOf(tiers);
    missing = List.copyOf(missing);
  }

  /** The same with nobody who hears of processes, and control groups by their own names. */
  public static Sources host(Path proc, Path sys) {
    return host(proc, sys, ProcessWatch.NOBODY);
  }

  /**
   * Opens the kernel's files and reads each once. A file that does not answer now is left alone from then on, and its
   * columns stay absent. The sources of the ticks are to be sampled by one thread only, and those of all tiers by one other:
   * they share a buffer, and the first to be sampled at a tick reads /proc/stat for two of them.
   *
   * @param proc usually {@code /proc}
   * @param sys usually {@code /sys}
   * @param watch is called while the tiers are sampled, by their thread
   */
  public static Sources host(Path proc, Path sys, ProcessWatch watch) {
    Opening opening = hostAlone(proc, sys, watch);
    ProcessSources.open(opening);
    return opening.sources();
  }

  /**
   * The same without processes and control groups; the recorder's own row stays, for it tells what the recording costs.
   *
   * @param why stands in the gap row of each table that is left out
   */
  public static Sources hostWithoutProcesses(Path proc, Path sys, String why) {
    Opening opening = hostAlone(proc, sys, ProcessWatch.NOBODY);
    ProcessSources.leaveOut(opening, why);
    return opening.sources();
  }

  private static Opening hostAlone(Path proc, Path sys, ProcessWatch watch) {
    Opening opening = new Opening(proc, sys, watch);
    TickSources.open(opening);
    ClockSource.open(opening);
    HardwareSources.open(opening);
    HostDetailSources.open(opening);
    // Last of their pace: a program that is slow to answer must not cost the end of a recording
    // another table.
    KernelClockSource.open(opening);
    PtpSource.open(opening);
    return opening;
  }

  /** Closes those of the ticks; {@code TierSampler} closes the others when its thread is done with them. */
  @Override
  public void close() {
    sources.forEach(Source::close);
  }
}
