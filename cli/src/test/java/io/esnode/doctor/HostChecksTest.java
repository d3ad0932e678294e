package io.esnode.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.doctor.Check.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostChecksTest {
  @TempDir
  Path root;

  private Tree tree;

  @BeforeEach
  void machine() throws Exception {
    tree = new Tree(root)
        .with("proc/sys/kernel/osrelease", "6.8.0-45-generic\n")
        .with("proc/stat", "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n")
        .with("proc/meminfo", "MemTotal:  1024 kB\n")
        .with("dev/kmsg", "");
  }

  private Optional<Check> find(String item) {
    return new HostChecks(tree.machine())
        .all().stream().filter(c -> c.item().equals(item)).findFirst();
  }

  private Check check(String item) {
    return find(item).orElseThrow();
  }

  @Test
  void whatThisKernelLacksIsNotOnThisMachine() {
    assertThat(check("cpu").state()).isEqualTo(State.OK);
    assertThat(check("psi").state()).isEqualTo(State.ABSENT);
    assertThat(check("psi").remedy()).contains("psi=1");
  }

  @Test
  void podIsToldWhetherItMayAskTheApiServer() throws Exception {
    Map<String, String> pod = Map.of("KUBERNETES_SERVICE_HOST", "10.96.0.1");
    assertThat(find("kubernetes")).isEmpty();
    assertThat(inPod(pod).state()).isEqualTo(State.ABSENT);

    tree.with("var/run/secrets/kubernetes.io/serviceaccount/token", "secret\n");

    assertThat(inPod(pod).state()).isEqualTo(State.OK);
    assertThat(inPod(pod).found()).doesNotContain("secret");
  }

  private Check inPod(Map<String, String> environment) {
    return new HostChecks(new Machine(root, environment))
        .all().stream().filter(c -> c.item().equals("kubernetes")).findFirst().orElseThrow();
  }

  @Test
  void machineWithoutProcCannotBeRecorded() throws Exception {
    Files.delete(root.resolve("proc/stat"));

    assertThat(check("cpu").state()).isEqualTo(State.BLOCKED);
  }

  @Test
  void kernelLogThatCanBeOpenedIsRecorded() {
    assertThat(check("kernel log").state()).isEqualTo(State.OK);
  }

  @Test
  void missingKernelLogNamesTheFlag() throws Exception {
    Files.delete(root.resolve("dev/kmsg"));

    assertThat(check("kernel log"))
        .isEqualTo(Check.blocked(
            "kernel log",
            "/dev/kmsg does not exist here",
            "in a container: docker run --device /dev/kmsg --cap-add SYSLOG ..."));
  }

  @Test
  void logsOfTheSystemAreLookedFor() throws Exception {
    assertThat(check("journal").state()).isEqualTo(State.ABSENT);
    assertThat(check("audit log").state()).isEqualTo(State.ABSENT);
    assertThat(check("audit log").remedy()).contains("auditd");

    tree.with("run/log/journal/m/system.journal", "").with("var/log/audit/audit.log", "");
    assertThat(check("journal").state()).isEqualTo(State.OK);
    assertThat(check("audit log").state()).isEqualTo(State.OK);
  }

  @Test
  void containersAreRecognised() throws Exception {
    assertThat(find("container")).isEmpty();

    tree.with("proc/1/cgroup", "0::/kubepods.slice/pod1\n");
    assertThat(check("container").found()).startsWith("kubernetes pod");
  }

  @Test
  void clockThatNobodySetsIsNoted() throws Exception {
    assertThat(check("clock").state()).isEqualTo(State.NOTE);

    tree.with("run/chrony/chronyd.pid", "1\n");
    assertThat(check("clock").found()).endsWith("chronyd runs");
  }

  @Test
  void privilegesAreReadFromTheKernel() throws Exception {
    tree.with(
        "proc/self/status",
        "Name:\tjava\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000400000000\n");

    Check check = Privileges.of(tree.machine()).check(true);
    assertThat(check.state()).isEqualTo(State.NOTE);
    assertThat(check.found()).startsWith("uid 1000, CAP_SYSLOG yes, CAP_SYS_ADMIN no");
  }

  @Test
  void keysAreLookedAtAndNotMade() {
    Path home = root.resolve("home/esnode");

    assertThat(StateChecks.of(home.resolve("node.key"), home.resolve("site.key")))
        .extracting(Check::state)
        .containsOnly(State.OK);
    assertThat(home).doesNotExist();
  }

  @Test
  void environmentMayTellAContainer() {
    Machine machine = new Machine(root, Map.of("container", "systemd-nspawn"));

    assertThat(new HostChecks(machine).all())
        .anyMatch(c -> c.item().equals("container") && c.found().startsWith("systemd-nspawn"));
  }
}
