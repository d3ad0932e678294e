package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupSourceTest {
  private static final Table TABLE = Registry.get().table("cgroup");
  private static final String POD = "pod" + "0a".repeat(16);

  @TempDir
  Path mount;

  private CgroupSource open() {
    return Objects.requireNonNull(
        CgroupSource.open(TABLE, mount, ProcessWatch.NOBODY, ByteBuffer.allocateDirect(32 << 10)));
  }

  private CgroupSource sampled() {
    CgroupSource source = open();
    source.sample();
    return source;
  }

  private void write(String path, String text) throws IOException {
    Path file = mount.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, text.getBytes(UTF_8));
  }

  private void version2() throws IOException {
    write("cgroup.controllers", "cpu memory io pids\n");
  }

  private void group2(String path) throws IOException {
    for (String file :
        List.of("cpu.stat", "memory.stat", "memory.events", "io.stat", "memory.pressure")) {
      write(path + "/" + file, new String(Cells.captured("linux-6.18/cgroup2/" + file), UTF_8));
    }
    write(path + "/memory.current", "60866560\n");
    write(path + "/memory.max", "max\n");
    write(path + "/pids.current", "12\n");
  }

  private void remove(String path) throws IOException {
    try (Stream<Path> all = Files.walk(mount.resolve(path))) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private static Map<String, Long> cells(Source source, String path) {
    return Cells.of(source.rows()).getOrDefault("cgroup:" + path, Map.of());
  }

  private static List<String> entities(Source source) {
    return source.rows().stream().map(Row::entity).toList();
  }

  @Test
  void groupOfVersion2HasItsNumbers() throws IOException {
    version2();
    group2("a.service");

    CgroupSource source = sampled();

    assertThat(source.name()).isEqualTo("cgroup2");
    assertThat(cells(source, "/a.service"))
        .containsEntry("cpu_usage_us", 30000564500L)
        .containsEntry("memory_current_bytes", 60866560L)
        .containsEntry("memory_anon_bytes", 27893760L)
        .containsEntry("memory_kernel_bytes", 8192000L)
        .containsEntry("major_faults_count", 69L)
        .containsEntry("memory_max_count", 12L)
        .containsEntry("oom_kill_count", 1L)
        .containsEntry("io_read_bytes", 1048576L + 512)
        .containsEntry("io_writes_count", 3L)
        .containsEntry("pids_current_count", 12L)
        .containsEntry("memory_full_total_us", 0L)
        .doesNotContainKeys("memory_max_bytes", "cpu_periods_count", "cpu_some_total_us");
    assertThat(source.failures())
        .contains(new Failure("node", "cgroup.cpu_periods_count", "cpu.stat: no nr_periods"))
        .noneMatch(failure -> failure.metric().equals("cgroup.memory_max_bytes"));
  }

  @Test
  void limitIsANumberWhereThereIsOne() throws IOException {
    version2();
    group2("a.service");
    write("a.service/memory.max", "1073741824\n");

    assertThat(cells(sampled(), "/a.service")).containsEntry("memory_max_bytes", 1L << 30);
  }

  @Test
  void groupThatTransferredNothingYetHasNoTransfersAndNoGap() throws IOException {
    version2();
    group2("a.service");
    write("a.service/io.stat", "");

    CgroupSource source = sampled();

    assertThat(cells(source, "/a.service")).doesNotContainKey("io_read_bytes");
    assertThat(source.failures()).noneMatch(failure -> failure.metric().contains("io_read"));
  }

  @Test
  void groupOfVersion1HasItsNumbersFromEveryController() throws IOException {
    String group = "/docker/" + "3f".repeat(32);
    write("memory/cgroup.procs", "1\n");
    for (String file : List.of(
        "memory/memory.stat",
        "memory/memory.usage_in_bytes",
        "memory/memory.limit_in_bytes",
        "memory/memory.oom_control",
        "memory/memory.failcnt",
        "cpuacct/cpuacct.usage",
        "cpu/cpu.stat",
        "blkio/blkio.throttle.io_service_bytes_recursive")) {
      int slash = file.indexOf('/');
      String name = file.substring(slash + 1);
      write(
          file.substring(0, slash) + group + "/" + name,
          new String(Cells.captured("linux-6.18/cgroup1/" + name), UTF_8));
    }
    write("pids" + group + "/pids.current", "12\n");
    write("unified" + group + "/cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n");

    CgroupSource source = sampled();

    assertThat(source.name()).isEqualTo("cgroup1");
    assertThat(cells(source, group))
        .containsEntry("cpu_usage_us", 30150542890L)
        .containsEntry("cpu_throttled_us", 0L)
        .containsEntry("memory_current_bytes", 60866560L)
        .containsEntry("memory_anon_bytes", 27893760L)
        .containsEntry("oom_kill_count", 0L)
        .containsEntry("io_write_bytes", 4096L + 8192)
        .containsEntry("pids_current_count", 12L)
        .containsEntry("cpu_some_total_us", 5L)
        .doesNotContainKey("memory_max_bytes");
    assertThat(source.failures())
        .contains(new Failure("node", "cgroup.cpu_user_us", "cpuacct.usage_user: no such file"))
        .noneMatch(failure -> failure.metric().equals("cgroup.memory_max_bytes"));
  }

  @Test
  void groupsThatComeAndGoAreFollowed() throws IOException {
    version2();
    group2("kubepods/besteffort/" + POD);
    CgroupSource source = sampled();
    List<Row> rows = source.rows();
    source.sample();
    assertThat(source.rows()).isSameAs(rows);
    group2("kubepods/besteffort/" + POD + "/" + "11".repeat(32));
    source.sample();
    assertThat(entities(source))
        .containsExactly(
            "cgroup:/kubepods",
            "cgroup:/kubepods/besteffort/" + POD,
            "cgroup:/kubepods/besteffort/" + POD + "/" + "11".repeat(32));

    remove("kubepods/besteffort/" + POD + "/" + "11".repeat(32));
    group2("kubepods/besteffort/" + POD + "/" + "22".repeat(32));
    source.sample();

    assertThat(entities(source))
        .contains("cgroup:/kubepods/besteffort/" + POD + "/" + "22".repeat(32))
        .hasSize(3);
  }

  @Test
  void controllerThatIsEnabledLaterIsSeen() throws IOException {
    version2();
    group2("a.service");
    Files.delete(mount.resolve("a.service/pids.current"));
    CgroupSource source = sampled();
    assertThat(source.failures())
        .contains(new Failure("node", "cgroup.pids_current_count", "pids.current: no such file"));
    write("a.service/pids.current", "3\n");

    for (int i = 0; i < 6; i++) {
      source.sample();
    }

    assertThat(cells(source, "/a.service")).containsEntry("pids_current_count", 3L);
  }

  @Test
  void onlyUnitsPodsContainersAndJobsHaveRows() throws IOException {
    version2();
    for (String path : List.of(
        "system.slice/slurmstepd.scope/job_7/step_0/user/task_0",
        "elsewhere/deep/er",
        "user.slice/user-1000.slice/user@1000.service/app.slice/mine.scope",
        "user.slice/user-1000.slice/session-1.scope")) {
      group2(path);
    }

    assertThat(entities(sampled()))
        .containsExactly(
            "cgroup:/system.slice",
            "cgroup:/system.slice/slurmstepd.scope",
            "cgroup:/system.slice/slurmstepd.scope/job_7",
            "cgroup:/system.slice/slurmstepd.scope/job_7/step_0",
            "cgroup:/user.slice",
            "cgroup:/user.slice/user-1000.slice",
            "cgroup:/user.slice/user-1000.slice/session-1.scope",
            "cgroup:/user.slice/user-1000.slice/user@1000.service");
  }

  @Test
  void hostileNamesAreNamesAndNothingElse() throws IOException {
    version2();
    for (String name : List.of(
        "a\nb.service", "; rm -rf.service", "\u001b[2J.scope", "x".repeat(200) + ".service")) {
      Files.createDirectory(mount.resolve(name));
    }

    assertThat(entities(sampled())).hasSize(4).contains("cgroup:/a\nb.service");
  }

  @Test
  void ofTooManyGroupsPodsStayAndTheOthersAreNamedAsMissing() throws IOException {
    version2();
    for (int i = 0; i < 300; i++) {
      Files.createDirectories(mount.resolve("system.slice/unit%d.service".formatted(i)));
    }
    Files.createDirectories(mount.resolve("kubepods/" + POD));

    CgroupSource source = sampled();
    source.sample();

    assertThat(source.rows()).hasSize(CgroupTree.GROUPS);
    assertThat(entities(source)).contains("cgroup:/kubepods/" + POD);
    assertThat(source.failures())
        .contains(
            new Failure("node", "cgroup", "more than 256 control groups: the others have no row"));
  }

  @Test
  void hostWithoutUnitsSaysSo() throws IOException {
    version2();

    CgroupSource source = sampled();

    assertThat(source.rows()).isEmpty();
    assertThat(source.failures())
        .containsExactly(new Failure(
            "node", "cgroup", "no control group here is a unit, a pod, a container or a job"));
  }

  @Test
  void hostWithoutControlGroupsHasNoSource() {
    assertThat(CgroupSource.open(TABLE, mount, ProcessWatch.NOBODY, ByteBuffer.allocateDirect(64)))
        .isNull();
  }

  @Test
  void filesOfThisKernelAreUnderstood() throws IOException {
    Path memory = Path.of("/sys/fs/cgroup/memory");
    assumeTrue(
        Files.exists(memory.resolve("memory.usage_in_bytes")),
        "no memory controller of version 1 here");
    write("memory/cgroup.procs", "1\n");
    Files.createSymbolicLink(mount.resolve("memory/real.service"), memory);
    Files.createDirectory(mount.resolve("cpuacct"));
    Files.createSymbolicLink(
        mount.resolve("cpuacct/real.service"), Path.of("/sys/fs/cgroup/cpuacct"));

    CgroupSource source = sampled();

    assertThat(cells(source, "/real.service"))
        .containsKeys("memory_current_bytes", "memory_anon_bytes", "page_faults_count");
  }
}
