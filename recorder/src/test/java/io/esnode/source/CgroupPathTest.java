package io.esnode.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.source.CgroupPath.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupPathTest {
  private static final String UID = "a8697f49-441d-4d4f-90d2-6d8e1fa3bbe7";
  private static final String UID_OF_SYSTEMD = UID.replace('-', '_');
  private static final String ID = "3f".repeat(32);

  private static List<String> said(String path) {
    CgroupPath read = CgroupPath.of(path);
    return List.of(
        read.kind().name(),
        String.valueOf(read.podUid()),
        String.valueOf(read.containerId()),
        String.valueOf(read.unit()),
        String.valueOf(read.job()),
        String.valueOf(read.step()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podUID_.slice/cri-containerd-ID.scope",
        "/kubepods.slice/kubepods-podUID_.slice/crio-ID.scope",
        "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-podUID_.slice/docker-ID.scope",
        "/kubepods/besteffort/podUID/ID",
        "/kubepods/podUID/ID",
        "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-podUID_.slice/cri-containerd-ID.scope",
      })
  void containerOfAPod(String form) {
    String path = form.replace("UID_", UID_OF_SYSTEMD).replace("UID", UID).replace("ID", ID);

    assertThat(said(path)).containsExactly("CONTAINER", UID, ID, "null", "null", "null");
  }

  @Test
  void containerdThatDisagreesWithKubeletAboutTheDriver() {
    String path = "/system.slice/containerd.service/kubepods-burstable-pod" + UID_OF_SYSTEMD
        + ".slice:cri-containerd:" + ID;

    assertThat(said(path))
        .containsExactly("CONTAINER", UID, ID, "containerd.service", "null", "null");
  }

  @Test
  void podAloneIsAPodWhoseUidIsLowerCase() {
    assertThat(said("/kubepods/burstable/podA8697F49-441D-4d4f-90d2-6d8e1fa3bbe7"))
        .containsExactly("POD", UID, "null", "null", "null", "null");
  }

  @Test
  void staticPodHasThirtyTwoDigits() {
    assertThat(CgroupPath.of("/kubepods/pod" + "0a".repeat(16)).podUid())
        .isEqualTo("0a".repeat(16));
  }

  @Test
  void podInsideTheNodeThatIsAContainerItselfCounts() {
    CgroupPath read =
        CgroupPath.of("/docker/" + "11".repeat(32) + "/kubelet/kubepods/pod" + UID + "/" + ID);

    assertThat(read.podUid()).isEqualTo(UID);
    assertThat(read.containerId()).isEqualTo(ID);
  }

  @Test
  void monitorOfAContainerIsAUnit() {
    assertThat(said("/system.slice/crio-conmon-" + ID + ".scope"))
        .containsExactly("UNIT", "null", "null", "crio-conmon-" + ID + ".scope", "null", "null");
  }

  @Test
  void jobsOfSlurmInBothVersions() {
    assertThat(said("/slurm/uid_1000/job_4711/step_0/task_3"))
        .containsExactly("OTHER", "null", "null", "null", "4711", "0");
    assertThat(said("/slurm_node17/uid_1000/job_4711"))
        .containsExactly("JOB", "null", "null", "null", "4711", "null");
    assertThat(said("/system.slice/slurmstepd.scope/job_4711/step_batch/user/task_0"))
        .containsExactly("OTHER", "null", "null", "slurmstepd.scope", "4711", "batch");
    assertThat(said("/system.slice/n17_slurmstepd.scope/job_4711/step_extern"))
        .containsExactly("STEP", "null", "null", "n17_slurmstepd.scope", "4711", "extern");
  }

  @Test
  void unitsAndSessions() {
    assertThat(said("/system.slice/ssh.service"))
        .containsExactly("UNIT", "null", "null", "ssh.service", "null", "null");
    assertThat(said("/user.slice/user-1000.slice/session-3.scope"))
        .containsExactly("UNIT", "null", "null", "session-3.scope", "null", "null");
    assertThat(said("/system.slice")).startsWith("SLICE", "null");
    assertThat(said("/")).containsExactly("OTHER", "null", "null", "null", "null", "null");
  }

  @Test
  void usersOwnManagerCannotPassForAPodOrAJob() {
    String own = "/user.slice/user-1000.slice/user@1000.service/";

    assertThat(CgroupPath.of(own + "kubepods/pod" + UID).podUid()).isNull();
    assertThat(CgroupPath.of(own + "slurm/uid_0/job_1").job()).isNull();
    assertThat(
            CgroupPath.of(own + "user.slice/libpod-" + ID + ".scope/container").containerId())
        .isEqualTo(ID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/slurm/job_99999999999999999999",
        "/elsewhere/slurm.d/job_1",
        "/kubepods/pod../../etc",
        "/docker/3F3F",
        "//////",
        "/..",
        "",
        "/podxyz",
        "/\u202e\u0000.service:cri-containerd:",
      })
  void whatOnlyResemblesOneIsNone(String path) {
    CgroupPath read = CgroupPath.of(path);

    assertThat(read.podUid()).isNull();
    assertThat(read.containerId()).isNull();
    assertThat(read.job()).isNull();
    assertThat(read.kind()).isEqualTo(Kind.OTHER);
  }

  @Test
  void lineThatSaysMostIsTaken() {
    String text = """
        12:pids:/
        4:memory:/kubepods/pod%s/%s
        1:name=systemd:/system.slice/containerd.service
        0::/
        """.formatted(UID, ID);

    assertThat(ProcessCgroup.of(text))
        .hasValueSatisfying(read -> assertThat(read.containerId()).isEqualTo(ID));
  }

  @Test
  void groupThatWasDeletedUnderTheProcessIsNamed() {
    assertThat(ProcessCgroup.of("0::/system.slice/a b:c.service (deleted)\n"))
        .hasValueSatisfying(read -> assertThat(read.unit()).isEqualTo("a b:c.service"));
  }

  @Test
  void lineWithoutItsEndCountsForNothing() {
    assertThat(ProcessCgroup.of("0::/system.slice/ssh.serv")).isEmpty();
    assertThat(ProcessCgroup.of("")).isEmpty();
    assertThat(ProcessCgroup.of("::\n0:\n\n:/x\n")).isEmpty();
  }
}
