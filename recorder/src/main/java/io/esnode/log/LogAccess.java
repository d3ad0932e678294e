package io.esnode.log;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a log may be read here, and what would change that.
 *
 * @param exists whether there is such a log
 * @param refusal why it cannot be read; null where it can
 * @param remedy the line that would change it; null where there is none
 */
public record LogAccess(
    boolean exists, @Nullable String refusal, @Nullable String remedy) {
  /** Where auditd writes unless its {@code log_file} says otherwise, below the root. */
  static final String AUDIT_LOG = "var/log/audit/audit.log";

  private static final List<String> JOURNALS = List.of("var/log/journal", "run/log/journal");

  private static final String AS_ROOT =
      "run as root, or as a member of the log_group of auditd.conf";
  private static final String WITH_AUDITD = "apt-get install auditd, or dnf install audit";
  private static final String IN_GROUP =
      "run as root, or: usermod -aG systemd-journal USER; in a container: docker run -v /var/log/journal:/var/log/journal:ro -v /run/log/journal:/run/log/journal:ro ...";

  /** Looks for the audit log below a root directory. */
  public static LogAccess auditLog(Path root) {
    Path log = root.resolve(AUDIT_LOG);
    try {
      Files.newByteChannel(log, StandardOpenOption.READ).close();
      return new LogAccess(true, null, null);
    } catch (AccessDeniedException e) {
      return new LogAccess(true, "/%s: permission denied".formatted(AUDIT_LOG), AS_ROOT);
    } catch (IOException e) {
      return new LogAccess(false, "/%s does not exist here".formatted(AUDIT_LOG), WITH_AUDITD);
    }
  }

  /** What is wrong with the audit log, and what would change it. */
  static String auditLogRemedy(String problem) {
    if (problem.endsWith("permission denied")) {
      return problem + "; " + AS_ROOT;
    }
    return problem.endsWith("does not exist here") ? problem + "; " + WITH_AUDITD : problem;
  }

  /** Looks for the journal of the system, kept or in memory, below a root directory. */
  public static LogAccess journal(Path root) {
    List<Path> found = new ArrayList<>();
    boolean refused = false;
    for (String place : JOURNALS) {
      refused |= !list(root.resolve(place), found);
    }
    if (found.stream().anyMatch(LogAccess::opens)) {
      return new LogAccess(true, null, null);
    }
    return refused || !found.isEmpty()
        ? new LogAccess(true, "the journal of the system: permission denied", IN_GROUP)
        : new LogAccess(
            false,
            "no journal here: neither /var/log/journal nor /run/log/journal has one",
            IN_GROUP.substring(IN_GROUP.indexOf("in a container")));
  }

  /** Files of the system in all directories of a place; false where one may not be listed. */
  private static boolean list(Path place, List<Path> found) {
    if (!Files.isDirectory(place)) {
      return true;
    }
    try (DirectoryStream<Path> machines = Files.newDirectoryStream(place, Files::isDirectory)) {
      for (Path machine : machines) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(machine, "system*.journal")) {
          files.forEach(found::add);
        }
      }
      return true;
    } catch (IOException | DirectoryIteratorException e) {
      return false;
    }
  }

  private static boolean opens(Path file) {
    try {
      Files.newByteChannel(file, StandardOpenOption.READ).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Refusal and remedy in one line. */
  String line() {
    return remedy == null ? String.valueOf(refusal) : refusal + "; " + remedy;
  }
}
