package io.esnode.source;

import io.esnode.metric.Table;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every control group that is a unit, a pod, a container or a job: version 2 where the controllers are there, version 1 where every
 * controller has a hierarchy of its own. Files are opened anew each time: hundreds of groups have thousands.
 */
final class CgroupSource implements Source {
  /** Samples until a file that was not there is tried again: its controller may be enabled later. */
  private static final int TRY_AGAIN = 6;

  /**
   * One of the files that a group may have.
   *
   * @param hierarchy where its root is
   */
  private record Kind(Path hierarchy, String file, RowParser parser) {}

  private static final class Group {
    private final Row row;
    private final Path[] paths;
    private final @Nullable String[] problems;
    private final int[] dueIn;

    Group(Row row, int files) {
      this.row = row;
      this.paths = new Path[files];
      this.problems = new @Nullable String[files];
      this.dueIn = new int[files];
    }
  }

  private final String name;
  private final Table table;
  private final ProcessWatch watch;
  private final CgroupTree tree;
  private final List<Kind> kinds;
  private final SmallText text;
  private final SharedFailures failures;
  private Map<String, Group> groups = new LinkedHashMap<>();
  private List<Row> rows = List.of();
  private int pass;

  private CgroupSource(
      String name,
      Table table,
      ProcessWatch watch,
      Path hierarchy,
      List<Kind> kinds,
      ByteBuffer buffer) {
    this.name = name;
    this.table = table;
    this.watch = watch;
    this.tree = new CgroupTree(hierarchy);
    this.kinds = kinds;
    this.text = new SmallText(buffer);
    this.failures = new SharedFailures(table);
  }

  /**
   * The control groups of this host; null if there are none.
   *
   * @param mount usually {@code /sys/fs/cgroup}
   */
  static @Nullable CgroupSource open(
      Table table, Path mount, ProcessWatch watch, ByteBuffer buffer) {
    if (Files.exists(mount.resolve("cgroup.controllers"))) {
      return new CgroupSource("cgroup2", table, watch, mount, version2(table, mount), buffer);
    }
    for (String controller : List.of("memory", "cpuacct", "pids")) {
      Path hierarchy = mount.resolve(controller);
      if (Files.exists(hierarchy.resolve("cgroup.procs"))) {
        return new CgroupSource("cgroup1", table, watch, hierarchy, version1(table, mount), buffer);
      }
    }
    return null;
  }

  private static List<Kind> version2(Table table, Path mount) {
    List<Kind> kinds = new ArrayList<>();
    kinds.add(new Kind(
        mount,
        "cpu.stat",
        new CgroupNumbers(table, "cpu.stat")
            .key("usage_usec", "cpu_usage_us")
            .key("user_usec", "cpu_user_us")
            .key("system_usec", "cpu_system_us")
            .key("nr_periods", "cpu_periods_count")
            .key("nr_throttled", "cpu_throttled_count")
            .key("throttled_usec", "cpu_throttled_us")));
    kinds.add(number(table, mount, "memory.current", "memory_current_bytes", 1));
    kinds.add(number(table, mount, "memory.max", "memory_max_bytes", 1));
    kinds.add(new Kind(
        mount,
        "memory.stat",
        new CgroupNumbers(table, "memory.stat")
            .key("anon", "memory_anon_bytes")
            .key("file", "memory_file_bytes")
            .key("kernel", "memory_kernel_bytes")
            .key("pgfault", "page_faults_count")
            .key("pgmajfault", "major_faults_count")));
    kinds.add(new Kind(
        mount,
        "memory.events",
        new CgroupNumbers(table, "memory.events")
            .key("high", "memory_high_count")
            .key("max", "memory_max_count")
            .key("oom", "oom_count")
            .key("oom_kill", "oom_kill_count")));
    kinds.add(new Kind(mount, "io.stat", CgroupIo.version2(table)));
    kinds.add(number(table, mount, "pids.current", "pids_current_count", 1));
    pressure(table, mount, kinds);
    return kinds;
  }

  private static List<Kind> version1(Table table, Path mount) {
    List<Kind> kinds = new ArrayList<>();
    Path cpuacct = mount.resolve("cpuacct");
    Path memory = mount.resolve("memory");
    Path blkio = mount.resolve("blkio");
    kinds.add(number(table, cpuacct, "cpuacct.usage", "cpu_usage_us", 1000));
    kinds.add(number(table, cpuacct, "cpuacct.usage_user", "cpu_user_us", 1000));
    kinds.add(number(table, cpuacct, "cpuacct.usage_sys", "cpu_system_us", 1000));
    kinds.add(new Kind(
        mount.resolve("cpu"),
        "cpu.stat",
        new CgroupNumbers(table, "cpu.stat")
            .key("nr_periods", "cpu_periods_count")
            .key("nr_throttled", "cpu_throttled_count")
            .key("throttled_time", "cpu_throttled_us", 1000)));
    kinds.add(number(table, memory, "memory.usage_in_bytes", "memory_current_bytes", 1));
    kinds.add(number(table, memory, "memory.limit_in_bytes", "memory_max_bytes", 1));
    kinds.add(number(table, memory, "memory.kmem.usage_in_bytes", "memory_kernel_bytes", 1));
    kinds.add(number(table, memory, "memory.failcnt", "memory_max_count", 1));
    kinds.add(new Kind(
        memory,
        "memory.stat",
        new CgroupNumbers(table, "memory.stat")
            .key("total_rss", "memory_anon_bytes")
            .key("total_cache", "memory_file_bytes")
            .key("total_pgfault", "page_faults_count")
            .key("total_pgmajfault", "major_faults_count")));
    kinds.add(new Kind(
        memory,
        "memory.oom_control",
        new CgroupNumbers(table, "memory.oom_control").key("oom_kill", "oom_kill_count")));
    kinds.add(transfers(table, blkio, "io_service_bytes", "io_read_bytes", "io_write_bytes"));
    kinds.add(transfers(table, blkio, "io_serviced", "io_reads_count", "io_writes_count"));
    kinds.add(number(table, mount.resolve("pids"), "pids.current", "pids_current_count", 1));
    // A hybrid host has version 2 beside it, without controllers.
    pressure(table, mount.resolve("unified"), kinds);
    return kinds;
  }

  private static Kind number(
      Table table, Path hierarchy, String file, String column, long divisor) {
    return new Kind(hierarchy, file, new CgroupNumbers(table, file).key("", column, divisor));
  }

  private static Kind transfers(Table table, Path blkio, String what, String reads, String writes) {
    String file = "blkio.throttle." + what + "_recursive";
    return new Kind(blkio, file, CgroupIo.version1(table, file, reads, writes));
  }

  private static void pressure(Table table, Path hierarchy, List<Kind> kinds) {
    for (String resource : List.of("cpu", "memory", "io")) {
      kinds.add(new Kind(hierarchy, resource + ".pressure", Pressure.totals(table, resource)));
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Table table() {
    return table;
  }

  @Override
  public void sample() {
    pass++;
    failures.begin();
    if (tree.refresh()) {
      bind(tree.groups());
    }
    String problem = tree.problem();
    if (problem != null) {
      failures.rows(problem);
    } else if (groups.isEmpty()) {
      failures.rows("no control group here is a unit, a pod, a container or a job");
    }
    for (Group group : groups.values()) {
      fill(group);
      failures.lacks(group.row);
    }
    failures.end();
  }

  private void bind(List<CgroupPath> found) {
    Map<String, Group> bound = new LinkedHashMap<>();
    for (CgroupPath path : found) {
      @Nullable Group group = groups.get(path.path());
      bound.put(path.path(), group == null ? group(path.path()) : group);
    }
    groups = bound;
    rows = bound.values().stream().map(group -> group.row).toList();
  }

  private Group group(String path) {
    Group group = new Group(new Row(table, "cgroup:" + watch.cgroup(path)), kinds.size());
    for (int i = 0; i < kinds.size(); i++) {
      Kind kind = kinds.get(i);
      group.paths[i] = kind.hierarchy().resolve(path.substring(1)).resolve(kind.file());
    }
    return group;
  }

  private void fill(Group group) {
    group.row.clear();
    for (int i = 0; i < kinds.size(); i++) {
      RowParser parser = kinds.get(i).parser();
      if (pass >= group.dueIn[i]) {
        group.problems[i] = text.read(group.paths[i]);
        group.dueIn[i] = group.problems[i] == null ? pass : pass + TRY_AGAIN;
      }
      String problem = group.problems[i];
      if (problem == null || problem.equals(SmallText.EMPTY)) {
        parser.parse(text.text(), text.length(), group.row);
        group.dueIn[i] = pass;
      } else {
        explain(group.row, parser, kinds.get(i).file() + ": " + problem);
      }
    }
  }

  private static void explain(Row row, RowParser parser, String reason) {
    for (int column : parser.columns()) {
      row.absent(column, reason);
    }
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
  public void close() {}
}
