package io.esnode.kernel;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whether the kernel log may be read here, and what would change that.
 *
 * @param exists whether there is a {@code /dev/kmsg}
 * @param restricted whether {@code kernel.dmesg_restrict} asks for CAP_SYSLOG
 */
public record KernelLogAccess(boolean exists, boolean restricted) {
  /** Looks below a root directory. */
  public static KernelLogAccess below(Path root) {
    return of(root.resolve("dev/kmsg"), root.resolve("proc/sys/kernel/dmesg_restrict"));
  }

  static KernelLogAccess of(Path log, Path restriction) {
    boolean restricted;
    try {
      restricted = !Files.readString(restriction).strip().equals("0");
    } catch (IOException e) {
      restricted = false;
    }
    return new KernelLogAccess(Files.exists(log), restricted);
  }

  /** Opens the log and closes it again; why that was refused, empty where it was not. Reads nothing. */
  public Optional<String> refusal(Path root) {
    try {
      new FileInputStream(root.resolve("dev/kmsg").toFile()).close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(remedy(e));
    }
  }

  /** One line: what was refused and the line that would change it. */
  String remedy(IOException e) {
    if (!exists) {
      return "/dev/kmsg does not exist here; in a container: docker run --device /dev/kmsg --cap-add SYSLOG ...";
    }
    String refused = String.valueOf(e.getMessage()).replaceFirst("^.*dev/kmsg ?", "/dev/kmsg ");
    return restricted
        ? "%s; run as root or with CAP_SYSLOG, or: sysctl kernel.dmesg_restrict=0"
            .formatted(refused)
        : "%s; run as root, or as a member of the group of /dev/kmsg".formatted(refused);
  }
}
