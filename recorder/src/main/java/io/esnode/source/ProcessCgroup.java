package io.esnode.source;

import java.util.Optional;

/**
 * /proc/PID/cgroup, see cgroups(7): a line {@code ID:CONTROLLERS:PATH} for each hierarchy, of which {@code 0::PATH} is that of
 * version 2. The kernel refuses a line end in the name of a control group.
 */
final class ProcessCgroup {
  private static final String DELETED = " (deleted)";

  private ProcessCgroup() {}

  /** The path that says most about what the process belongs to; of two that say the same, the first. */
  static Optional<CgroupPath> of(String text) {
    CgroupPath best = null;
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      String line = text.substring(from, end);
      from = end + 1;
      int first = line.indexOf(':');
      int second = line.indexOf(':', first + 1);
      if (first < 0 || second < 0 || !line.startsWith("/", second + 1)) {
        continue;
      }
      String path = line.substring(second + 1);
      CgroupPath read = CgroupPath.of(
          path.endsWith(DELETED) ? path.substring(0, path.length() - DELETED.length()) : path);
      if (best == null || weight(read) > weight(best)) {
        best = read;
      }
    }
    return Optional.ofNullable(best);
  }

  private static int weight(CgroupPath path) {
    int says = path.containerId() == null ? 0 : 32;
    says += path.podUid() == null ? 0 : 16;
    says += path.step() == null ? 0 : 8;
    says += path.job() == null ? 0 : 4;
    says += path.unit() == null ? 0 : 2;
    return says + (path.path().equals("/") ? 0 : 1);
  }
}
