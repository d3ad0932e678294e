package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.signature.SidecarFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The files that {@code verify} was given; a directory stands for what is signed in it, or should be. */
final class VerifiedFiles {
  private static final String BUNDLE = ".parquet";

  private VerifiedFiles() {}

  /** In the order given, those of a directory by name; of a sidecar without its file, the file. */
  static List<Path> of(List<Path> given) {
    List<Path> files = new ArrayList<>();
    for (Path path : given) {
      if (Files.isDirectory(path)) {
        files.addAll(in(path));
      } else {
        files.add(path);
      }
    }
    return files;
  }

  private static Set<Path> in(Path directory) {
    Set<Path> files = new TreeSet<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path path : all.filter(p -> !Files.isDirectory(p)).toList()) {
        String name = String.valueOf(path.getFileName());
        if (name.endsWith(SidecarFile.SUFFIX) && !name.equals(SidecarFile.SUFFIX)) {
          files.add(
              directory.resolve(name.substring(0, name.length() - SidecarFile.SUFFIX.length())));
        } else if (name.endsWith(BUNDLE)) {
          files.add(path);
        }
      }
    } catch (IOException e) {
      throw new CommandException(ExitCode.MALFORMED, String.valueOf(Reason.of(e)), e);
    }
    if (files.isEmpty()) {
      throw new CommandException(
          ExitCode.EVIDENCE_MISSING,
          directory + ": neither a bundle nor a signature in it; nothing was checked");
    }
    return files;
  }
}
