package io.esnode.source;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.esnode.metric.Registry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TopProcessesTest {
  private static final int KERNEL_THREAD = 0x00200000;

  /** Keeps what it hears, a line each. */
  private static final class Heard implements ProcessWatch {
    private final Map<String, @Nullable JobEnvironment> environments = new HashMap<>();
    private final List<String> lines = new ArrayList<>();

    @Override
    public void seen(
        String entity,
        long pid,
        byte[] name,
        @Nullable CgroupPath cgroup,
        @Nullable JobEnvironment environment,
        String reason) {
      environments.put(entity, environment);
      lines.add("%s %s %s %s"
          .formatted(
              entity, new String(name, ISO_8859_1), cgroup == null ? "-" : cgroup.path(), reason));
    }

    @Override
    public String cgroup(String path) {
      return path;
    }
  }

  @TempDir
  Path proc;

  private final Heard heard = new Heard();
  private TopProcesses top;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectory(proc.resolve("self"));
    Files.write(proc.resolve("self/auxv"), Cells.captured("linux-6.18/proc/self/auxv"));
    top = new TopProcesses(
        Registry.get().table("top_process"), proc, heard, ByteBuffer.allocateDirect(8192));
  }

  @AfterEach
  void close() {
    top.close();
  }

  private void process(
      int pid, String name, String state, int flags, long ticks, long start, long pages)
      throws IOException {
    write(
        pid,
        "stat",
        "%d (%s) %s 1 1 1 0 -1 %d 7 0 8 0 %d 0 0 0 20 0 3 0 %d 100 %d 0\n"
            .formatted(pid, name, state, flags, ticks, start, pages));
  }

  /** One with the files that every process has. */
  private void ordinary(int pid, long ticks, long pages) throws IOException {
    process(pid, "python3", "S", 0, ticks, 1000 + pid, pages);
    write(pid, "io", "rchar: 9\nwchar: 9\nread_bytes: 4096\nwrite_bytes: 512\n");
    write(pid, "oom_score", "666\n");
    write(pid, "cgroup", "0::/system.slice/a.service\n");
  }

  private void write(int pid, String file, String text) throws IOException {
    Path path = proc.resolve(Integer.toString(pid)).resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, text.getBytes(ISO_8859_1));
  }

  private void remove(int pid) throws IOException {
    try (Stream<Path> all = Files.walk(proc.resolve(Integer.toString(pid)))) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private void link(int pid, int descriptor, String target) throws IOException {
    Path directory = proc.resolve(Integer.toString(pid)).resolve("fd");
    Files.createDirectories(directory);
    Files.createSymbolicLink(directory.resolve(Integer.toString(descriptor)), Path.of(target));
  }

  private List<String> entities() {
    return top.rows().stream().map(Row::entity).toList();
  }

  private Map<String, Long> cells(String entity) {
    return Cells.of(top.rows()).getOrDefault(entity, Map.of());
  }

  @Test
  void processHasItsNumbers() throws IOException {
    ordinary(7, 50, 10);

    top.sample();

    assertThat(cells("pid:7@1007"))
        .containsEntry("user_ms", 500L)
        .containsEntry("system_ms", 0L)
        .containsEntry("minor_faults_count", 7L)
        .containsEntry("major_faults_count", 8L)
        .containsEntry("threads_count", 3L)
        .containsEntry("rss_bytes", 10L * 4096)
        .containsEntry("state", (long) 'S')
        .containsEntry("start_after_boot_ms", 10070L)
        .containsEntry("read_bytes", 4096L)
        .containsEntry("write_bytes", 512L)
        .containsEntry("oom_score", 666L)
        .doesNotContainKey("gpu_minors");
    assertThat(top.failures())
        .containsExactly(new Failure(
            "node",
            "top_process.gpu_minors",
            "/proc/driver/nvidia: not there; no driver, no device to have open"));
  }

  @Test
  void processIsToldOfOnceAndAgainUnderAnotherName() throws IOException {
    ordinary(7, 50, 10);
    top.sample();
    top.sample();
    process(7, "a) R\n(b", "S", 0, 50, 1007, 10);
    top.sample();
    top.sample();

    assertThat(heard.lines)
        .containsExactly(
            "pid:7@1007 python3 /system.slice/a.service cpu time",
            "pid:7@1007 a) R\n(b /system.slice/a.service resident memory");
  }

  @Test
  void processThatRenamesItselfForEverIsToldOfFourTimes() throws IOException {
    for (int i = 0; i < 20; i++) {
      ordinary(7, 50, 10);
      process(7, "step " + i, "S", 0, 50, 1007, 10);
      top.sample();
    }

    assertThat(heard.lines).hasSize(4);
  }

  @Test
  void twentyThatUsedMostCpuTimeAndTwentyWithMostMemoryHaveRows() throws IOException {
    for (int pid = 1; pid <= 100; pid++) {
      ordinary(pid, 0, pid);
    }
    top.sample();
    for (int pid = 1; pid <= 100; pid++) {
      ordinary(pid, pid <= 30 ? 100 - pid : 0, pid);
    }

    top.sample();

    assertThat(entities())
        .hasSize(40)
        .contains("pid:1@1001", "pid:20@1020", "pid:81@1081", "pid:100@1100")
        .doesNotContain("pid:21@1021", "pid:80@1080");
  }

  @Test
  void rowStaysAMinuteAndListStaysTheSameMeanwhile() throws IOException {
    for (int pid = 1; pid <= 40; pid++) {
      ordinary(pid, 0, 1000);
    }
    ordinary(99, 500, 1);
    top.sample();
    List<Row> rows = top.rows();

    for (int i = 1; i < TopProcesses.STAY; i++) {
      top.sample();
      assertThat(top.rows()).isSameAs(rows);
    }
    top.sample();

    assertThat(rows).extracting(Row::entity).contains("pid:99@1099");
    assertThat(entities()).hasSize(20).doesNotContain("pid:99@1099");
  }

  @Test
  void processThatEndsLosesItsRow() throws IOException {
    ordinary(7, 50, 10);
    ordinary(8, 50, 10);
    top.sample();
    remove(7);

    top.sample();

    assertThat(entities()).containsExactly("pid:8@1008");
  }

  @Test
  void numberThatIsUsedAgainIsAnotherProcess() throws IOException {
    ordinary(7, 500, 10);
    top.sample();
    process(7, "other", "S", 0, 20, 9999, 10);

    top.sample();

    assertThat(entities()).containsExactly("pid:7@9999");
    assertThat(cells("pid:7@9999")).containsEntry("user_ms", 200L);
    assertThat(heard.lines).last().isEqualTo("pid:7@9999 other /system.slice/a.service cpu time");
  }

  @Test
  void processThatVanishedBetweenListAndReadingIsNoRowAndNoFailure() throws IOException {
    ordinary(7, 50, 10);
    Files.createDirectory(proc.resolve("8"));
    write(9, "stat", "");
    write(10, "stat", "10 (half) S 1 1");

    top.sample();

    assertThat(entities()).containsExactly("pid:7@1007");
    assertThat(top.failures())
        .extracting(Failure::metric)
        .containsExactly("top_process.gpu_minors");
  }

  @Test
  void fileThatCannotBeReadTakesOnlyItsColumnsAwayAndIsNamedOnce() throws IOException {
    ordinary(7, 50, 10);
    ordinary(8, 50, 10);
    Files.delete(proc.resolve("7/io"));
    Files.delete(proc.resolve("8/io"));
    Files.delete(proc.resolve("8/oom_score"));

    top.sample();

    assertThat(cells("pid:8@1008")).containsKey("user_ms").doesNotContainKey("read_bytes");
    assertThat(top.failures())
        .contains(
            new Failure("node", "top_process.read_bytes", "/proc/PID/io: no such file"),
            new Failure(
                "node",
                "top_process.oom_score",
                "/proc/PID/oom_score: no such file; other rows have it"))
        .hasSize(4);
  }

  @Test
  void uninterruptibleProcessHasARowThoughItDoesNothing() throws IOException {
    for (int pid = 1; pid <= 30; pid++) {
      ordinary(pid, 0, 1000);
    }
    process(99, "nvidia-smi", "D", 0, 0, 5, 1);
    process(98, "kworker/u8:1", "D", KERNEL_THREAD, 0, 6, 0);

    top.sample();

    assertThat(entities()).contains("pid:99@5", "pid:98@6").hasSize(22);
    assertThat(heard.lines).contains("pid:99@5 nvidia-smi - uninterruptible sleep");
  }

  @Test
  void holderOfAGpuHasARowThatSaysWhich() throws IOException {
    Files.createDirectories(proc.resolve("driver/nvidia"));
    for (int pid = 1; pid <= 30; pid++) {
      ordinary(pid, 0, 1000);
      link(pid, 0, "/dev/null");
    }
    ordinary(1, 0, 2000);
    ordinary(99, 0, 1);
    link(99, 3, "/dev/nvidia0");
    link(99, 4, "/dev/nvidia5");
    link(99, 5, "/dev/nvidiactl");
    link(99, 6, "/dev/nvidia-uvm");
    link(99, 7, "/dev/nvidia7x");

    top.sample();

    assertThat(cells("pid:99@1099")).containsEntry("gpu_minors", 1L | 1 << 5);
    assertThat(cells("pid:1@1001")).containsEntry("gpu_minors", 0L);
    assertThat(heard.lines).contains("pid:99@1099 python3 /system.slice/a.service gpu");
    assertThat(top.failures()).isEmpty();
  }

  @Test
  void environmentIsReadOfHoldersOfAGpuAndOfJobsAlone() throws IOException {
    Files.createDirectories(proc.resolve("driver/nvidia"));
    for (int pid = 1; pid <= 3; pid++) {
      ordinary(pid, 0, 1000);
      write(pid, "environ", "HOME=/root\0SLURM_PROCID=" + pid + "\0");
    }
    link(1, 3, "/dev/nvidia0");
    write(2, "cgroup", "0::/system.slice/slurmstepd.scope/job_4711/step_0\n");

    top.sample();

    assertThat(heard.environments.get("pid:1@1001"))
        .isEqualTo(new JobEnvironment(null, null, 1L, null, null, null, null));
    assertThat(heard.environments.get("pid:2@1002"))
        .isEqualTo(new JobEnvironment(null, null, 2L, null, null, null, null));
    assertThat(heard.environments).containsKey("pid:3@1003");
    assertThat(heard.environments.get("pid:3@1003")).isNull();
  }

  @Test
  void processIsToldOfAgainOnceItHasAGpu() throws IOException {
    Files.createDirectories(proc.resolve("driver/nvidia"));
    ordinary(7, 0, 1);
    write(7, "environ", "SLURM_LOCALID=5\0");
    link(7, 0, "/dev/null");
    top.sample();
    top.sample();
    assertThat(heard.environments.get("pid:7@1007")).isNull();
    link(7, 3, "/dev/nvidia2");

    for (int i = 0; i < 2 * TopProcesses.STAY; i++) {
      top.sample();
    }

    assertThat(heard.environments.get("pid:7@1007"))
        .isEqualTo(new JobEnvironment(null, null, null, 5L, null, null, null));
    assertThat(heard.lines).hasSize(2);
  }

  @Test
  void deviceThatIsOpenedLaterIsFound() throws IOException {
    Files.createDirectories(proc.resolve("driver/nvidia"));
    ordinary(7, 0, 1);
    link(7, 0, "/dev/null");
    top.sample();
    top.sample();
    link(7, 3, "/dev/nvidia2");

    for (int i = 0; i < TopProcesses.STAY; i++) {
      top.sample();
    }

    assertThat(cells("pid:7@1007")).containsEntry("gpu_minors", 4L);
  }

  @Test
  void descriptorsOfManyProcessesAreReadOverSeveralSamples() throws IOException {
    Files.createDirectories(proc.resolve("driver/nvidia"));
    for (int pid = 1; pid <= 60; pid++) {
      ordinary(pid, 0, 1000);
      for (int fd = 0; fd < 10; fd++) {
        link(pid, fd, "/dev/null");
      }
    }
    ordinary(61, 0, 1);
    link(61, 0, "/dev/nvidia1");
    top.sample();
    assertThat(entities()).doesNotContain("pid:61@1061");
    top.sample();

    top.sample();

    assertThat(cells("pid:61@1061")).containsEntry("gpu_minors", 2L);
  }

  @Test
  void moreHoldersThanRowsAreNamed() throws IOException {
    Files.createDirectories(proc.resolve("driver/nvidia"));
    for (int pid = 1; pid <= 60; pid++) {
      ordinary(pid, 0, 1000);
      link(pid, 0, "/dev/nvidia0");
    }

    top.sample();

    assertThat(entities()).hasSizeLessThanOrEqualTo(TopProcesses.ROWS);
    assertThat(top.failures())
        .contains(new Failure(
            "node",
            "top_process",
            "more than 48 processes have a GPU open: the others have no row"));
  }

  @Test
  void moreProcessesThanStayOpenAreReadAllTheSame() throws IOException {
    for (int pid = 1; pid <= 400; pid++) {
      process(pid, "p", "S", 0, 0, pid, 1);
    }
    top.sample();
    process(399, "p", "S", 0, 40, 399, 1);

    top.sample();

    assertThat(cells("pid:399@399")).containsEntry("user_ms", 400L);
  }

  @Test
  void procThatCannotBeListedIsNamed() throws IOException {
    ordinary(7, 50, 10);
    top.sample();
    TopProcesses nowhere = new TopProcesses(
        Registry.get().table("top_process"),
        proc.resolve("nowhere"),
        heard,
        ByteBuffer.allocateDirect(64));

    nowhere.sample();

    assertThat(nowhere.rows()).isEmpty();
    assertThat(nowhere.failures())
        .containsExactly(
            new Failure("node", "top_process", proc.resolve("nowhere") + ": cannot be listed"));
  }

  @Test
  void steadyStateMakesLittleGarbage() throws IOException {
    for (int pid = 1; pid <= 100; pid++) {
      ordinary(pid, 0, pid);
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 20; i++) {
      top.sample();
    }
    long before = threads.getCurrentThreadAllocatedBytes();

    top.sample();

    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(64 << 10);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void thisProcessIsFoundOnThisMachine() {
    TopProcesses real = new TopProcesses(
        Registry.get().table("top_process"),
        Path.of("/proc"),
        heard,
        ByteBuffer.allocateDirect(8192));

    real.sample();
    real.sample();

    long self = ProcessHandle.current().pid();
    assertThat(real.rows()).isNotEmpty().allMatch(row -> row.entity().startsWith("pid:"));
    assertThat(Cells.of(real.rows())).anySatisfy((entity, cells) -> {
      assertThat(entity).startsWith("pid:" + self + "@");
      assertThat(cells).containsKeys("user_ms", "rss_bytes", "read_bytes", "oom_score");
    });
    assertThat(heard.lines)
        .anySatisfy(
            line -> assertThat(line.getBytes(UTF_8)).startsWith(("pid:" + self).getBytes(UTF_8)));
    real.close();
  }
}
