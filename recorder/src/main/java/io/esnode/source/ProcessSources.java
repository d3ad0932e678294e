package io.esnode.source;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Processes and control groups, every ten seconds. */
final class ProcessSources {
  private static final List<String> TABLES = List.of("top_process", "cgroup");

  private ProcessSources() {}

  /** Opens none of them: they are missing, and the reason is the user's choice. */
  static void leaveOut(Opening in, String why) {
    TABLES.forEach(table -> in.missing(new Failure("node", table, why)));
  }

  static void open(Opening in) {
    Opening.Pace pace = in.every(Opening.TEN_SECONDS);
    Registry registry = Registry.get();
    pace.add(new TopProcesses(registry.table("top_process"), in.proc(), in.watch(), pace.buffer()));
    Table cgroup = registry.table("cgroup");
    Path mount = in.sys().resolve("fs").resolve("cgroup");
    @Nullable CgroupSource groups = CgroupSource.open(cgroup, mount, in.watch(), pace.buffer());
    if (groups == null) {
      in.missing(new Failure(
          "node",
          cgroup.name(),
          mount + ": no control groups of version 2, no controller of version 1"));
    } else {
      pace.add(groups);
    }
  }
}
