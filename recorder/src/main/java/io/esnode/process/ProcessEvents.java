package io.esnode.process;

import io.esnode.kernel.PrintableText;
import io.esnode.kernel.Pseudonyms;
import io.esnode.kernel.RowSink;
import io.esnode.source.CgroupPath;
import io.esnode.source.Clock;
import io.esnode.source.JobEnvironment;
import io.esnode.source.Moment;
import io.esnode.source.ProcessWatch;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a row of table {@code event}, class {@code process}, for each process that gets rows of numbers: its name, its control
 * group, and the pod, container, unit and job that tells. Names are tokens where the recording has tokens.
 */
public final class ProcessEvents implements ProcessWatch {
  /** Stands in the {@code source} column. */
  public static final String SOURCE = "procfs.pid";

  private static final int KEY_BYTES = 32;

  private final Clock clock;
  private final Naming naming;
  private @Nullable Pseudonyms names;
  private volatile @Nullable RowSink sink;

  /** Says how names are recorded. */
  @FunctionalInterface
  public interface Naming {
    /** Called once, by the thread that tells of processes. */
    Pseudonyms names() throws IOException;
  }

  /** Rows with names as {@code naming} says; they are dropped until {@link #to} says where they go. */
  public ProcessEvents(Clock clock, Naming naming) {
    this.clock = clock;
    this.naming = naming;
  }

  /** Says where rows go. */
  public void to(RowSink rows) {
    sink = rows;
  }

  @Override
  public void seen(
      String entity,
      long pid,
      byte[] name,
      @Nullable CgroupPath cgroup,
      @Nullable JobEnvironment environment,
      String reason) {
    Pseudonyms safe = names();
    Map<String, String> texts = new TreeMap<>();
    texts.put("event_class", "process");
    texts.put("reason", reason);
    texts.put("process_name", safe.text(PrintableText.of(name, 0, name.length)));
    if (cgroup != null) {
      texts.put("cgroup", cgroup(cgroup.path()));
      put(texts, "pod_uid", cgroup.podUid() == null ? null : safe.pod(cgroup.podUid()));
      put(
          texts,
          "container_id",
          cgroup.containerId() == null ? null : safe.container(cgroup.containerId()));
      put(
          texts,
          "unit",
          cgroup.unit() == null ? null : PrintableText.of(safe.cgroup(cgroup.unit())));
      put(texts, "job", cgroup.job() == null ? null : safe.job(cgroup.job()));
      put(texts, "job_step", cgroup.step());
    }
    Map<String, Long> numbers = new TreeMap<>(Map.of("pid", pid));
    if (environment != null) {
      environment(environment, safe, texts, numbers);
    }
    write("event", entity, texts, numbers);
  }

  /** The job has the token that its control group has: rows join. */
  private static void environment(
      JobEnvironment environment,
      Pseudonyms safe,
      Map<String, String> texts,
      Map<String, Long> numbers) {
    put(texts, "env_job", environment.job() == null ? null : safe.job(environment.job()));
    put(texts, "env_job_step", environment.step());
    put(texts, "env_visible_devices", environment.visibleDevices());
    put(texts, "env_job_gpus", environment.jobGpus());
    put(texts, "text", environment.problem());
    Long rank = environment.rank();
    if (rank != null) {
      numbers.put("env_rank", rank);
    }
    Long localRank = environment.localRank();
    if (localRank != null) {
      numbers.put("env_local_rank", localRank);
    }
  }

  private static void put(Map<String, String> texts, String column, @Nullable String text) {
    if (text != null) {
      texts.put(column, text);
    }
  }

  @Override
  public String cgroup(String path) {
    return PrintableText.of(names().cgroup(path));
  }

  /** Without the site's key, with a key that nobody keeps: no name goes out in clear that was not chosen. */
  private Pseudonyms names() {
    Pseudonyms known = names;
    if (known != null) {
      return known;
    }
    try {
      known = naming.names();
    } catch (IOException e) {
      byte[] key = new byte[KEY_BYTES];
      new SecureRandom().nextBytes(key);
      known = Pseudonyms.keyed(key, "", "node");
      write(
          "gap",
          "node",
          Map.of(
              "metric",
              "event",
              "reason",
              "tokens in rows of processes and control groups are of no site: " + e.getMessage()),
          Map.of());
    }
    names = known;
    return known;
  }

  private void write(
      String table, String entity, Map<String, String> texts, Map<String, Long> numbers) {
    RowSink rows = sink;
    if (rows == null) {
      return;
    }
    Moment now = clock.now();
    rows.row(
        new TextRow(table, entity, SOURCE, "live", null, now.tsMicros(), texts, numbers),
        now.monoNanos());
  }
}
