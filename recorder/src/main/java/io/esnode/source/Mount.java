package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A line of /proc/self/mountinfo, see proc_pid_mountinfo(5):
 *
 * <pre>
 * 27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,errors=remount-ro
 * </pre>
 *
 * @param device major and minor number, e.g. {@code 254:0}
 * @param root which directory of the file system is mounted; {@code /} unless it is a bind mount or a subvolume
 * @param point where, as the kernel writes it: blanks, newlines and backslashes as {@code \040}, {@code \012}, {@code \134}
 * @param isReadOnly whether the file system is; not whether this mount of it is, as all are to a service that systemd
 *     confines
 */
record Mount(String device, String root, String point, String type, boolean isReadOnly) {
  /** Answer from memory or a local device. */
  private static final Set<String> LOCAL = Set.of(
      "btrfs",
      "exfat",
      "ext2",
      "ext3",
      "ext4",
      "f2fs",
      "jfs",
      "msdos",
      "nilfs2",
      "ntfs3",
      "ramfs",
      "reiserfs",
      "tmpfs",
      "udf",
      "vfat",
      "xfs",
      "zfs");

  /**
   * Hold no data, or an image that never changes, or what another mount has: what node_exporter leaves out, and efivarfs,
   * fuse.lxcfs and nfsd.
   */
  private static final Set<String> PSEUDO = Set.of(
      "autofs",
      "binfmt_misc",
      "bpf",
      "cgroup",
      "cgroup2",
      "configfs",
      "debugfs",
      "devpts",
      "devtmpfs",
      "efivarfs",
      "erofs",
      "fusectl",
      "fuse.lxcfs",
      "hugetlbfs",
      "iso9660",
      "mqueue",
      "nsfs",
      "nfsd",
      "overlay",
      "proc",
      "pstore",
      "rpc_pipefs",
      "securityfs",
      "selinuxfs",
      "squashfs",
      "sysfs",
      "tracefs");

  /** Below these every container or service has file systems in memory of its own. */
  private static final List<String> OF_CONTAINERS = List.of(
      "/proc/",
      "/run/containerd/",
      "/run/credentials/",
      "/run/k3s/",
      "/sys/",
      "/var/lib/containers/",
      "/var/lib/docker/",
      "/var/lib/kubelet/",
      "/var/run/containerd/");

  /** ext4's words for a file system that refuses to write since an error; the flag for read-only stays as it was. */
  private static final List<String> STOPPED = List.of("emergency_ro", "shutdown");

  private static final int FIXED_FIELDS = 6;

  /** The complete lines of a text, in their order, without those that make no sense. */
  static List<Mount> parse(byte[] text, int length) {
    List<Mount> mounts = new ArrayList<>();
    Lines lines = new Lines();
    lines.reset(text, length);
    while (lines.next()) {
      int start = lines.position();
      Mount mount = of(new String(text, start, lines.end() - start, UTF_8).split(" ", -1));
      if (mount != null) {
        mounts.add(mount);
      }
    }
    return mounts;
  }

  private static @Nullable Mount of(String[] words) {
    int dash = FIXED_FIELDS;
    while (dash < words.length && !words[dash].equals("-")) {
      dash++;
    }
    if (dash + 3 >= words.length
        || !words[2].matches("[0-9]{1,9}:[0-9]{1,9}")
        || !words[4].startsWith("/")) {
      return null;
    }
    List<String> options = Arrays.asList(words[dash + 3].split(",", -1));
    boolean readOnly = options.contains("ro") || STOPPED.stream().anyMatch(options::contains);
    return new Mount(words[2], words[3], words[4], words[dash + 1], readOnly);
  }

  /**
   * The mounts to record: not those that another one hides at the same place, no pseudo file systems, and of every file
   * system one mount: the first of its whole, or the first of a part.
   */
  static List<Mount> recorded(List<Mount> all) {
    Map<String, Mount> byDevice = new LinkedHashMap<>();
    for (Mount mount : visible(all)) {
      if (mount.isRecorded()) {
        byDevice.merge(mount.device(), mount, (a, b) -> !a.isWhole() && b.isWhole() ? b : a);
      }
    }
    return List.copyOf(byDevice.values());
  }

  private static List<Mount> visible(List<Mount> all) {
    Map<String, Mount> byPoint = new LinkedHashMap<>();
    for (Mount mount : all) {
      byPoint.remove(mount.point());
      byPoint.put(mount.point(), mount);
    }
    return List.copyOf(byPoint.values());
  }

  private boolean isRecorded() {
    return !PSEUDO.contains(type)
        && !(isInMemory() && OF_CONTAINERS.stream().anyMatch(point::startsWith));
  }

  private boolean isInMemory() {
    return type.equals("tmpfs") || type.equals("ramfs");
  }

  private boolean isWhole() {
    return root.equals("/");
  }

  /**
   * Why it must not be asked how full it is: a server, or a process, that does not answer would hold the thread that asks
   * for ever. Null when it may be asked.
   *
   * @param all every mount: one on the way to this one counts too, but not that of the root, without which nothing
   *     answers
   */
  @Nullable
  String danger(List<Mount> all) {
    if (!LOCAL.contains(type)) {
      return "statvfs is not called on a file system of type " + type + ", which may never answer";
    }
    for (Mount above : visible(all)) {
      if (above.mayHang() && !above.point().equals("/") && point.startsWith(above.point() + "/")) {
        return "statvfs is not called below a file system of type " + above.type()
            + ", which may never answer";
      }
    }
    return null;
  }

  private boolean mayHang() {
    return !LOCAL.contains(type) && (!PSEUDO.contains(type) || type.equals("autofs"));
  }

  /** The mount point's path. */
  String path() {
    if (point.indexOf('\\') < 0) {
      return point;
    }
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < point.length(); i++) {
      char c = point.charAt(i);
      if (c == '\\'
          && i + 3 < point.length()
          && point.substring(i + 1, i + 4).matches("[01][0-7]{2}")) {
        path.append((char) Integer.parseInt(point.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        path.append(c);
      }
    }
    return path.toString();
  }

  /** Whether a file's {@code st_dev}, encoded as glibc's makedev does, is this file system's; btrfs gives every subvolume another. */
  boolean isDevice(long dev) {
    long major = ((dev >> 8) & 0xfff) | ((dev >> 32) & ~0xfffL);
    long minor = (dev & 0xff) | ((dev >> 12) & ~0xffL);
    return type.equals("btrfs") || device.equals(major + ":" + minor);
  }
}
