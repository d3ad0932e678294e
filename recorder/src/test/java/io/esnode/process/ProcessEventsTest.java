package io.esnode.process;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.kernel.Pseudonyms;
import io.esnode.source.CgroupPath;
import io.esnode.source.JobEnvironment;
import io.esnode.source.Moment;
import io.esnode.spool.TextRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessEventsTest {
  private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(US_ASCII);
  private static final String UID = "a8697f49-441d-4d4f-90d2-6d8e1fa3bbe7";
  private static final String ID = "3f".repeat(32);

  private final List<TextRow> rows = new ArrayList<>();

  private ProcessEvents events(ProcessEvents.Naming naming) {
    ProcessEvents events = new ProcessEvents(() -> new Moment(5, 7, 0), naming);
    events.to((row, mono) -> rows.add(row));
    return events;
  }

  private static Pseudonyms keyed() {
    return Pseudonyms.keyed(KEY, "gpu-node-17", "n-0");
  }

  @Test
  void processOfAContainerIsNamedInTokens() {
    ProcessEvents events = events(ProcessEventsTest::keyed);

    events.seen(
        "pid:7@1007",
        7,
        "python3".getBytes(UTF_8),
        CgroupPath.of("/kubepods/besteffort/pod" + UID + "/" + ID),
        null,
        "gpu");

    assertThat(rows).singleElement().satisfies(row -> {
      assertThat(row.table()).isEqualTo("event");
      assertThat(row.entity()).isEqualTo("pid:7@1007");
      assertThat(row.source()).isEqualTo("procfs.pid");
      assertThat(row.tsMicros()).isEqualTo(5);
      assertThat(row.numbers()).isEqualTo(Map.of("pid", 7L));
      assertThat(row.texts())
          .isEqualTo(Map.of(
              "event_class",
              "process",
              "reason",
              "gpu",
              "process_name",
              "python3",
              "cgroup",
              "/kubepods/besteffort/pod" + keyed().pod(UID) + "/" + keyed().container(ID),
              "pod_uid",
              keyed().pod(UID),
              "container_id",
              keyed().container(ID)));
    });
    assertThat(rows.toString()).doesNotContain(UID).doesNotContain(ID);
  }

  @Test
  void processOfAJobIsNamedInClearWhereThatWasChosen() {
    events(Pseudonyms::clear)
        .seen(
            "pid:7@1007",
            7,
            "a\n\u001b[2J\u00e4".getBytes(UTF_8),
            CgroupPath.of("/system.slice/slurmstepd.scope/job_4711/step_0/user/task_0"),
            null,
            "cpu time");

    assertThat(rows.get(0).texts())
        .containsEntry("process_name", "a\\x0a\\x1b[2J\u00e4")
        .containsEntry("unit", "slurmstepd.scope")
        .containsEntry("job", "4711")
        .containsEntry("job_step", "0");
  }

  @Test
  void environmentNamesTheJobByTheTokenOfItsGroup() {
    events(ProcessEventsTest::keyed)
        .seen(
            "pid:7@1007",
            7,
            "python3".getBytes(UTF_8),
            CgroupPath.of("/system.slice/slurmstepd.scope/job_4711/step_0"),
            new JobEnvironment("4711", "0", 3L, 1L, "GPU-1,GPU-2", "4,5", null),
            "gpu");

    assertThat(rows.get(0).texts())
        .containsEntry("env_job", rows.get(0).texts().get("job"))
        .containsEntry("env_job_step", "0")
        .containsEntry("env_visible_devices", "GPU-1,GPU-2")
        .containsEntry("env_job_gpus", "4,5")
        .doesNotContainKey("text");
    assertThat(rows.get(0).texts().get("env_job")).isNotEqualTo("4711");
    assertThat(rows.get(0).numbers())
        .isEqualTo(Map.of("pid", 7L, "env_rank", 3L, "env_local_rank", 1L));
  }

  @Test
  void processWhoseGroupCannotBeReadHasANameAlone() {
    events(Pseudonyms::clear).seen("pid:7@1", 7, new byte[] {(byte) 0xff}, null, null, "gpu");

    assertThat(rows.get(0).texts()).containsOnlyKeys("event_class", "reason", "process_name");
  }

  @Test
  void groupHasTheSameNameInItsOwnRowsAndInThoseOfItsProcesses() {
    ProcessEvents events = events(ProcessEventsTest::keyed);
    CgroupPath path = CgroupPath.of("/system.slice/train-for-alice.service");

    events.seen("pid:7@1", 7, "x".getBytes(UTF_8), path, null, "gpu");

    assertThat(events.cgroup(path.path()))
        .isEqualTo(rows.get(0).texts().get("cgroup"))
        .doesNotContain("alice")
        .endsWith("/" + rows.get(0).texts().get("unit"));
  }

  @Test
  void withoutTheSitesKeyNoNameIsInClearAndAGapSaysSo() {
    ProcessEvents events = events(() -> {
      throw new IOException("site.key: permission denied");
    });

    String named = events.cgroup("/system.slice/train-for-alice.service");
    events.cgroup("/other");

    assertThat(named).matches("/system\\.slice/a-[0-9a-f]{16}");
    assertThat(rows).singleElement().satisfies(row -> {
      assertThat(row.table()).isEqualTo("gap");
      assertThat(row.texts().get("reason"))
          .isEqualTo(
              "tokens in rows of processes and control groups are of no site: site.key: permission denied");
    });
  }

  @Test
  void rowsWithoutAPlaceToGoAreDropped() {
    ProcessEvents events = new ProcessEvents(() -> new Moment(5, 7, 0), Pseudonyms::clear);

    events.seen("pid:7@1", 7, new byte[0], null, null, "gpu");

    assertThat(rows).isEmpty();
  }
}
