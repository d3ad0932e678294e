package io.esnode.kernel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PseudonymsTest {
  private static final byte[] KEY = "0123456789abcdef0123456789abcdef".getBytes(US_ASCII);
  private static final Pseudonyms NAMES =
      Pseudonyms.keyed(KEY, "gpu-node-17.example.org", "n-00112233aabbccdd");

  private static String token(String text) {
    Matcher token = Pattern.compile("a-[0-9a-f]{16}").matcher(NAMES.text(text));
    return token.find() ? token.group() : "none";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "task=node,pid=863987,uid=1000 | task=node,pid=863987,uid=#",
        "anon-rss:3kB, UID:1000 pgtables:8kB | anon-rss:3kB, UID:# pgtables:8kB",
        "Killed process 123, UID 48, (httpd). | Killed process 123, UID #, (httpd).",
        "src 10.1.2.3:443 -> 192.168.0.17/24 | src #:443 -> #/24",
        "from fe80::1c2d:3eff:fe4f:5a6b port 1 | from # port 1",
        "via 2001:0DB8:0000:0000:0000:0000:0000:0001 x | via # x",
        "MAC=00:11:22:aa:bb:cc:00:11:22:aa:bb:cd:08:00 SRC=10.0.0.1 | MAC=# SRC=#",
        "eth0: 00-11-22-AA-BB-CC up | eth0: # up",
        "a /home/alice/train.py | a /home/#/train.py",
      })
  void nameBecomesAToken(String text, String expected) {
    assertThat(NAMES.text(text).replaceAll("a-[0-9a-f]{16}", "#")).isEqualTo(expected);
  }

  @Test
  void hostNameBecomesTheNodesToken() {
    assertThat(NAMES.text("gpu-node-17 kernel, GPU-NODE-17.example.org, gpu-node-170"))
        .isEqualTo("n-00112233aabbccdd kernel, n-00112233aabbccdd, gpu-node-170");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NVRM: Xid (PCI:0000:0f:00): 94, pid=2503421, name=python3, Ch 00000008",
        "NVRM: GPU at PCI:0000:9b:00: GPU-509665ad-b600-ac93-3616-d754b23d636d",
        "MIG-509665ad-b600-ac93-3616-d754b23d636d",
        "pcieport 0000:0e:00.0: AER: Corrected error received: 0000:0f:00.0",
        "nvidia 0000:ab:cd.e: device [10de:2330] error status/mask=00100000/0000a000",
        "NVRM: loading NVIDIA UNIX Open Kernel Module for x86_64  550.163.01",
        "vbios 96.00.74.00.1C name=ray::WorkerDict std::beef",
        "NVRM: Xid (PCI:0018:01:00): 145, RLW_RXPIPE Nonfatal XC0 i0 Link 13 (0x0409a0c2 0x00000008)",
        "EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0 (channel:1 slot:0)",
        "time 12:34:56 and 1:2:3",
      })
  void whatNamesNobodyStays(String text) {
    assertThat(NAMES.text(text)).isEqualTo(text);
  }

  @Test
  void samePodHasTheSameTokenInEverySpelling() {
    String path = NAMES.cgroup(
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-poda8697f49_441d_4d4f_90d2_6d8e1fa3bbe7.slice/cri-containerd-"
            + "3f".repeat(32) + ".scope");
    String pod = token("pod A8697F49-441d-4d4f-90d2-6d8e1fa3bbe7");

    assertThat(path)
        .startsWith("/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + pod
            + ".slice/cri-containerd-a-")
        .endsWith(".scope")
        .doesNotContain("a8697f49")
        .doesNotContain("3f3f");
  }

  @Test
  void pathsInAKillAreTokens() {
    String line =
        "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=secret,mems_allowed=0-1,oom_memcg=/slurm/uid_1000/job_77,task_memcg=/slurm/uid_1000/job_77/step_0,task=node,pid=863987,uid=1000";

    assertThat(NAMES.text(line).replaceAll("a-[0-9a-f]{16}", "#"))
        .isEqualTo(
            "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=#,mems_allowed=0-1,oom_memcg=/slurm/uid_#/job_#,task_memcg=/slurm/uid_#/job_#/step_0,task=node,pid=863987,uid=#");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/system.slice/nvidia-dcgm.service | /system.slice/nvidia-dcgm.service",
        "/system.slice/train-for-alice.service | /system.slice/#",
        "/user.slice/user-1000.slice/session-3.scope | /user.slice/user-#.slice/session-#.scope",
        "/system.slice/slurmstepd.scope/job_77/step_batch/user/task_0 | /system.slice/slurmstepd.scope/job_#/step_batch/user/task_0",
        "/kubepods/pod0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a | /kubepods/pod#",
        "/a.service/kubepods-podalice.slice:cri-containerd:bob | /#/#",
      })
  void partOfAPathThatNamesSomebodyIsAToken(String path, String expected) {
    assertThat(NAMES.cgroup(path).replaceAll("a-[0-9a-f]{16}", "#")).isEqualTo(expected);
  }

  @Test
  void numbersOfAPathHaveTheTokensTheyHaveAlone() {
    String id = "3f".repeat(32);

    assertThat(NAMES.cgroup("/slurm/uid_1000/job_77"))
        .isEqualTo("/slurm/uid_" + token("uid=1000") + "/job_" + NAMES.job("77"));
    assertThat(NAMES.cgroup("/kubepods/pod" + "0A".repeat(16) + "/" + id))
        .isEqualTo("/kubepods/pod" + NAMES.pod("0a".repeat(16)) + "/" + NAMES.container(id));
    assertThat(NAMES.cgroup("/x/kubepods-pod" + "0a".repeat(16) + ".slice:cri-containerd:" + id))
        .endsWith("/kubepods-pod" + NAMES.pod("0a".repeat(16)) + ".slice:cri-containerd:"
            + NAMES.container(id));
  }

  @Test
  void sameNameHasTheSameTokenWhereverItStands() {
    assertThat(token("uid=1000")).isEqualTo(token("UID:1000")).isEqualTo(token("x UID 1000,"));
    assertThat(token("fe80::1 x")).isEqualTo(token("FE80:0:0:0:0:0:0:1 x"));
    assertThat(token("uid=1000")).isNotEqualTo(token("uid=1001"));
  }

  @Test
  void otherKeyGivesOtherTokens() {
    Pseudonyms other = Pseudonyms.keyed("another key".getBytes(US_ASCII), "h0st", "n-0");

    assertThat(other.text("10.1.2.3")).isNotEqualTo(NAMES.text("10.1.2.3"));
  }

  @Test
  void doingItTwiceChangesNothing() {
    String once = NAMES.text("gpu-node-17 uid=1000 10.1.2.3 fe80::1 00:11:22:aa:bb:cc");

    assertThat(NAMES.text(once)).isEqualTo(once);
  }

  @Test
  void clearNamesStay() {
    String line = "gpu-node-17 uid=1000 10.1.2.3 task_memcg=/a/b";

    assertThat(Pseudonyms.clear().text(line)).isEqualTo(line);
    assertThat(Pseudonyms.clear().cgroup("/a/b")).isEqualTo("/a/b");
  }
}
