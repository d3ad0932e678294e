package io.esnode.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/** What esnode keeps on this machine: who signs, and with what names become tokens. */
final class StateChecks {
  private StateChecks() {}

  /** The keys may be made by the first recording; this makes none. */
  static List<Check> of(Path nodeKey, Path siteKey) {
    return List.of(
        key("node key", nodeKey, "signs recordings of this node"),
        key("site key", siteKey, "makes tokens of names"));
  }

  private static Check key(String item, Path file, String purpose) {
    if (!Files.exists(file)) {
      Path directory = existing(file);
      return Files.isWritable(directory)
          ? Check.ok(item, "%s: the first recording makes it".formatted(file))
          : Check.blocked(
              item,
              "%s cannot be made: %s cannot be written".formatted(file, directory),
              "export ESNODE_HOME=/a/directory/you/may/write");
    }
    if (!Files.isReadable(file)) {
      return Check.blocked(item, "%s cannot be read by this user".formatted(file), "ls -l " + file);
    }
    return readableByOthers(file)
        ? Check.note(item, "%s can be read by others".formatted(file), "chmod 600 " + file)
        : Check.ok(item, "%s %s".formatted(file, purpose));
  }

  private static Path existing(Path file) {
    Path directory = file.toAbsolutePath();
    while (directory.getParent() != null && !Files.exists(directory)) {
      directory = directory.getParent();
    }
    return directory;
  }

  private static boolean readableByOthers(Path file) {
    try {
      Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
      return rights.contains(PosixFilePermission.GROUP_READ)
          || rights.contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
