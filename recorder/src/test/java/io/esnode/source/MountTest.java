package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MountTest {
  private static List<Mount> parse(String... lines) {
    byte[] text = (String.join("\n", lines) + "\n").getBytes(UTF_8);
    return Mount.parse(text, text.length);
  }

  private static List<String> points(String... lines) {
    return Mount.recorded(parse(lines)).stream().map(Mount::point).toList();
  }

  @Test
  void capturedHostHasItsRootAndSharedMemory() {
    byte[] text = Cells.captured("linux-6.18/proc/self/mountinfo");

    List<Mount> mounts = Mount.parse(text, text.length);

    assertThat(mounts).hasSize(19);
    assertThat(Mount.recorded(mounts))
        .containsExactly(
            new Mount("254:0", "/", "/", "ext4", false),
            new Mount("0:27", "/", "/dev/shm", "tmpfs", false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rw,relatime | rw,errors=remount-ro              | false",
        "rw,relatime | ro,errors=remount-ro              | true",
        "rw,relatime | rw,errors=remount-ro,emergency_ro | true",
        "rw,relatime | rw,shutdown                       | true",
        "ro,relatime | rw                                | false",
        "rw          | rw,lowerdir=/ro                   | false"
      })
  void readOnlyIsTheFileSystemOrExt4AfterAnErrorButNotOneMount(
      String options, String superOptions, boolean readOnly) {
    assertThat(parse("27 1 254:0 / / %s shared:1 master:2 - ext4 /dev/vda %s"
            .formatted(options, superOptions)))
        .singleElement()
        .extracting(Mount::isReadOnly)
        .isEqualTo(readOnly);
  }

  @Test
  void bindMountsAreOneFileSystemAndTheWholeIsChosen() {
    assertThat(points(
            "30 1 8:1 /srv/data /etc/hosts rw - ext4 /dev/sda1 rw",
            "31 1 8:1 / /mnt/disk rw - ext4 /dev/sda1 rw",
            "32 1 8:1 / /mnt/again rw - ext4 /dev/sda1 rw",
            "33 1 8:2 /a /only/part rw - xfs /dev/sda2 rw"))
        .containsExactly("/mnt/disk", "/only/part");
  }

  @Test
  void mountThatAnotherHidesIsNotRecorded() {
    assertThat(points(
            "30 1 8:1 / /data rw - ext4 /dev/sda1 rw", "31 30 8:2 / /data rw - xfs /dev/sdb1 rw"))
        .containsExactly("/data");
    assertThat(Mount.recorded(parse(
            "30 1 8:1 / /data rw - ext4 /dev/sda1 rw", "31 30 8:2 / /data rw - xfs /dev/sdb1 rw")))
        .extracting(Mount::device)
        .containsExactly("8:2");
  }

  @Test
  void memoryOfContainersIsNotRecordedButThatOfTheHostIs() {
    assertThat(points(
            "1 0 0:30 / /dev/shm rw - tmpfs tmpfs rw",
            "2 0 0:31 / /run rw - tmpfs tmpfs rw",
            "3 0 0:32 / /var/lib/kubelet/pods/7/volumes/secret rw - tmpfs tmpfs rw",
            "4 0 0:33 / /run/containerd/sandboxes/9/shm rw - tmpfs shm rw",
            "5 0 8:16 / /var/lib/kubelet/plugins/csi/pv/globalmount rw - ext4 /dev/sdb rw",
            "6 0 0:34 / /var/lib/docker/overlay2/1/merged rw - overlay overlay rw",
            "7 0 0:35 / /run/credentials/sshd ro - ramfs none rw"))
        .containsExactly("/dev/shm", "/run", "/var/lib/kubelet/plugins/csi/pv/globalmount");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "ceph",
        "fuse",
        "fuse.sshfs",
        "fuseblk",
        "lustre",
        "beegfs",
        "gpfs",
        "9p",
        "wekafs",
        "virtiofs",
        "of_tomorrow"
      })
  void whatMayNeverAnswerIsRecordedButNotAsked(String type) {
    List<Mount> mounts = parse("40 1 0:44 / /mnt/x rw - %s server:/x ro".formatted(type));

    assertThat(Mount.recorded(mounts)).singleElement().satisfies(mount -> {
      assertThat(mount.isReadOnly()).isTrue();
      assertThat(mount.danger(mounts))
          .isEqualTo("statvfs is not called on a file system of type " + type
              + ", which may never answer");
    });
  }

  @Test
  void diskBelowANetworkFileSystemOrAnAutomounterIsNotAsked() {
    List<Mount> mounts = parse(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw",
        "2 1 0:44 / /home rw - nfs4 server:/home rw",
        "3 2 8:2 / /home/local rw - xfs /dev/sdb1 rw",
        "4 1 0:45 / /net rw - autofs systemd-1 rw",
        "5 4 8:3 / /net/disk rw - xfs /dev/sdc1 rw",
        "6 1 8:4 / /homes rw - xfs /dev/sdd1 rw");

    assertThat(Mount.recorded(mounts).stream()
            .filter(mount -> mount.danger(mounts) == null)
            .map(Mount::point))
        .containsExactly("/", "/homes");
  }

  @Test
  void rootThatIsANetworkFileSystemDoesNotSilenceTheDisks() {
    List<Mount> mounts =
        parse("1 0 0:44 / / rw - nfs server:/root rw", "2 1 8:2 / /scratch rw - xfs /dev/sdb1 rw");

    assertThat(mounts.get(1).danger(mounts)).isNull();
  }

  @Test
  void entityKeepsTheKernelsEscapesAndThePathDoesNot() {
    Mount mount =
        parse("1 0 8:1 / /a\\040b\\012\\134c\\9 rw - ext4 /dev/sda1 rw").get(0);

    assertThat(mount.point()).isEqualTo("/a\\040b\\012\\134c\\9");
    assertThat(mount.path()).isEqualTo("/a b\n\\c\\9");
  }

  @Test
  void lineThatMakesNoSenseIsLeftOut() {
    assertThat(parse(
            "1 0 8:1 / / rw ext4 /dev/sda1 rw",
            "1 0 x:1 / / rw - ext4 /dev/sda1 rw",
            "1 0 8:1 / relative rw - ext4 /dev/sda1 rw",
            "1 0 8:1 / / rw - ext4",
            ""))
        .isEmpty();
  }

  @Test
  void largeDeviceNumbersAreFoundInStDev() {
    assertThat(parse("1 0 259:1048575 / / rw - ext4 /dev/x rw")
            .get(0)
            .isDevice(0xffL | (0x103L << 8) | (0xfffL << 20)))
        .isTrue();
  }
}
