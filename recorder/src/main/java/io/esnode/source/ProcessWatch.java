package io.esnode.source;

import org.jspecify.annotations.Nullable;

/**
 * Hears of the processes that get rows, and names control groups as they may be recorded. One thread at a time calls it, that
 * of the slow sources.
 */
public interface ProcessWatch {
  /** Nobody listens; control groups have their own names. */
  ProcessWatch NOBODY = new ProcessWatch() {
    @Override
    public void seen(
        String entity,
        long pid,
        byte[] name,
        @Nullable CgroupPath cgroup,
        @Nullable JobEnvironment environment,
        String reason) {}

    @Override
    public String cgroup(String path) {
      return path;
    }
  };

  /**
   * A process got its first row, or has another name or a GPU since.
   *
   * @param entity {@code pid:N@START}
   * @param name what the kernel calls it: at most 15 bytes of any value
   * @param cgroup null if it cannot be read
   * @param environment of a process that has a GPU open or belongs to a Slurm job; null of any other: it was not looked at
   * @param reason why it has rows, e.g. {@code gpu}
   */
  void seen(
      String entity,
      long pid,
      byte[] name,
      @Nullable CgroupPath cgroup,
      @Nullable JobEnvironment environment,
      String reason);

  /** The path of a control group as it may be recorded. */
  String cgroup(String path);
}
