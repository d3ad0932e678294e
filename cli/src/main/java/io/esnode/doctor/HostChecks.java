package io.esnode.doctor;

import io.esnode.kernel.KernelLogAccess;
import io.esnode.log.LogAccess;
import io.esnode.metric.Table;
import io.esnode.source.Failure;
import io.esnode.source.Source;
import io.esnode.source.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The host without its GPUs: what every recording has. */
final class HostChecks {
  private static final long LITTLE_BYTES = 1L << 30;

  /** The kernel file behind each table, in the order of the report; a recording without the first two is none. */
  private static final List<Map.Entry<String, String>> TABLES = List.of(
      Map.entry("host", "proc/meminfo"),
      Map.entry("cpu", "proc/stat"),
      Map.entry("psi", "proc/pressure"),
      Map.entry("disk", "proc/diskstats"),
      Map.entry("net", "proc/net/dev"),
      Map.entry("process", "proc/self/stat"));

  private static final Set<String> NEEDED = Set.of("host", "cpu");

  private final Machine machine;

  HostChecks(Machine machine) {
    this.machine = machine;
  }

  List<Check> all() {
    List<Check> checks = new ArrayList<>();
    checks.add(java());
    checks.add(kernel());
    container().ifPresent(checks::add);
    kubernetes().ifPresent(checks::add);
    tables(checks);
    checks.add(kernelLog());
    checks.add(log("journal", LogAccess.journal(machine.root())));
    checks.add(log("audit log", LogAccess.auditLog(machine.root())));
    checks.add(clock());
    return checks;
  }

  private static Check java() {
    return Check.ok(
        "java",
        "%s, %s".formatted(Runtime.version().toString(), System.getProperty("os.arch", "unknown")));
  }

  private Check kernel() {
    return machine
        .line("proc/sys/kernel/osrelease")
        .map(release -> Check.ok("kernel", release))
        .orElseGet(() -> Check.blocked(
            "kernel", "/proc/sys/kernel/osrelease cannot be read", "mount -t proc proc /proc"));
  }

  /** Nothing where no sign of a container is seen. */
  private Optional<Check> container() {
    Optional<String> kind = kind();
    String groups = machine.has("sys/fs/cgroup/cgroup.controllers") ? "cgroup v2" : "cgroup v1";
    return kind.map(name -> Check.note(
        "container",
        "%s, %s: figures of /proc are the host's, process ids this container's"
            .formatted(name, groups),
        null));
  }

  /** Nothing outside a pod: there it is told where the API server is. */
  private Optional<Check> kubernetes() {
    if (!machine.environment().containsKey("KUBERNETES_SERVICE_HOST")) {
      return Optional.empty();
    }
    String token = "var/run/secrets/kubernetes.io/serviceaccount/token";
    return Optional.of(
        machine.line(token).isPresent()
            ? Check.ok(
                "kubernetes",
                "a service account's token can be read; it may list what its roles allow")
            : Check.absent(
                "kubernetes",
                "this pod has no service account's token that can be read",
                "automountServiceAccountToken: true in the pod's spec"));
  }

  private Optional<String> kind() {
    String groups = machine.text("proc/1/cgroup").orElse("");
    String declared = machine.environment().get("container");
    if (machine.environment().containsKey("KUBERNETES_SERVICE_HOST")
        || groups.contains("kubepods")) {
      return Optional.of("kubernetes pod");
    }
    if (machine.has(".dockerenv") || groups.contains("docker")) {
      return Optional.of("docker");
    }
    if (machine.has("run/.containerenv")) {
      return Optional.of("podman");
    }
    return groups.contains("lxc") ? Optional.of("lxc") : Optional.ofNullable(declared);
  }

  /** Reads every source once, as a recording does. */
  private void tables(List<Check> checks) {
    Sources sources = Sources.host(machine.path("proc"), machine.path("sys"));
    Map<String, Check> found = new HashMap<>();
    for (Failure missing : sources.missing()) {
      found.put(missing.metric(), missing(missing));
    }
    for (Source source : sources.sources()) {
      try (source) {
        source.sample();
        found.put(source.table().name(), sampled(source));
      }
    }
    for (Map.Entry<String, String> table : TABLES) {
      Check check = found.get(table.getKey());
      if (check != null) {
        checks.add(check);
      }
    }
  }

  private Check missing(Failure missing) {
    String table = missing.metric();
    boolean there =
        TABLES.stream().anyMatch(t -> t.getKey().equals(table) && machine.has(t.getValue()));
    if (table.equals("psi") && !there) {
      return Check.absent(
          table,
          "this kernel has no /proc/pressure",
          "add psi=1 to the kernel's command line and boot");
    }
    return there || NEEDED.contains(table)
        ? Check.blocked(table, missing.reason(), null)
        : Check.absent(table, missing.reason(), null);
  }

  private static Check sampled(Source source) {
    Table table = source.table();
    List<Failure> failures = source.failures();
    long lost = failures.stream()
        .map(Failure::metric)
        .filter(metric -> metric.startsWith(table.name() + "."))
        .distinct()
        .count();
    int rows = source.rows().size();
    String found = "%s: %d of %d columns, %d %s"
        .formatted(
            source.name(),
            table.columns().size() - lost,
            table.columns().size(),
            rows,
            rows == 1 ? "row" : "rows");
    return Check.ok(
        table.name(),
        failures.isEmpty() ? found : "%s; %s".formatted(found, failures.get(0).reason()));
  }

  private Check kernelLog() {
    KernelLogAccess access = KernelLogAccess.below(machine.root());
    Optional<String> refusal = access.refusal(machine.root());
    if (refusal.isEmpty()) {
      return Check.ok("kernel log", "/dev/kmsg can be read");
    }
    String line = refusal.get();
    int remedy = line.indexOf("; ");
    return remedy < 0
        ? Check.blocked("kernel log", line, null)
        : Check.blocked("kernel log", line.substring(0, remedy), line.substring(remedy + 2));
  }

  private static Check log(String item, LogAccess access) {
    String refusal = access.refusal();
    if (refusal == null) {
      return Check.ok(item, "can be read");
    }
    return access.exists()
        ? Check.blocked(item, refusal, access.remedy())
        : Check.absent(item, refusal, access.remedy());
  }

  /** The kernel tells in no file whether its clock is steered; only who might steer it can be seen. */
  private Check clock() {
    String source = machine
        .line("sys/devices/system/clocksource/clocksource0/current_clocksource")
        .map(name -> "source " + name)
        .orElse("source unknown");
    if (machine.has("run/systemd/timesync/synchronized")) {
      return Check.ok("clock", source + ", synchronised by systemd-timesyncd");
    }
    for (String daemon : List.of("chrony/chronyd.pid", "chronyd.pid", "ntpd.pid", "ptp4l")) {
      if (machine.has("run/" + daemon)) {
        String name = daemon.replaceFirst(".*/", "").replace(".pid", "");
        return Check.ok("clock", "%s, %s runs".formatted(source, name));
      }
    }
    return Check.note(
        "clock",
        source + ", nothing seen that sets it; times of this node may be off",
        "timedatectl set-ntp true");
  }

  /** Where a recording would be written. */
  static Check disk(Path directory) {
    try {
      long free = Files.getFileStore(directory).getUsableSpace();
      String found = "%d MiB free in %s".formatted(free >> 20, directory);
      if (!Files.isWritable(directory)) {
        return Check.blocked(
            "free space",
            found + ", which this user cannot write",
            "esnode record --out /var/tmp/node.parquet");
      }
      return free < LITTLE_BYTES
          ? Check.note("free space", found, "esnode record --out on another disk")
          : Check.ok("free space", found);
    } catch (IOException e) {
      return Check.blocked("free space", "%s: %s".formatted(directory, e.getMessage()), null);
    }
  }
}
