package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.signature.SidecarFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a new bundle may go: beside nothing of that name, into a directory that is there. */
final class BundleTarget {
  private BundleTarget() {}

  /** The same path, if a bundle can be made there; evidence is never overwritten. */
  static Path checked(Path target) {
    Path name = target.getFileName();
    if (name == null || Files.isDirectory(target)) {
      throw new CommandException(
          ExitCode.USAGE, "--out %s: a directory; name a file".formatted(target));
    }
    if (Files.exists(target)) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE,
          "%s: exists already, and evidence is never overwritten; move it away or choose another --out"
              .formatted(target));
    }
    Path sidecar = SidecarFile.of(target);
    if (Files.exists(sidecar)) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE,
          "%s: a signature lies there, of a file that is gone; move it away or choose another --out"
              .formatted(sidecar));
    }
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE,
          "%s: directory %s does not exist; make it first".formatted(target, directory));
    }
    if (!Files.isWritable(directory)) {
      throw new CommandException(
          ExitCode.CANNOT_WRITE,
          "%s: directory %s cannot be written by this user".formatted(target, directory));
    }
    return target;
  }
}
