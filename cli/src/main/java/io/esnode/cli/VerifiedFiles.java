package io.esnode.cli;

import io.esnode.signature.ExitCode;
import io.esnode.signature.SidecarFile;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** The files that {@code verify} was given; a directory stands for what is signed in it, or should be. */
final class VerifiedFiles {
  private static final String BUNDLE = ".parquet";
  private static final Pattern PATTERN = Pattern.compile("[*?\\[]");

  private VerifiedFiles() {}

  /**
   * In the order given, those of a directory and of a pattern by name; of a sidecar without its file, the file; of a
   * further signature, what it belongs to. A name with
   * {@code *}, {@code ?} or {@code [} that no file has is a pattern that the shell did not expand.
   */
  static List<Path> of(List<Path> given) {
    List<Path> files = new ArrayList<>();
    for (Path path : given) {
      if (Files.isDirectory(path)) {
        files.addAll(in(path));
      } else if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        files.addAll(matching(path));
      } else {
        files.add(path);
      }
    }
    return files;
  }

  private static Collection<Path> matching(Path pattern) {
    String name = String.valueOf(pattern.getFileName());
    Path directory = pattern.toAbsolutePath().getParent();
    if (directory == null || !PATTERN.matcher(name).find() || !Files.isDirectory(directory)) {
      return List.of(pattern);
    }
    Set<Path> files = new TreeSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, name)) {
      for (Path path : all) {
        String found = String.valueOf(path.getFileName());
        if (!Files.isDirectory(path)) {
          files.add(pattern.resolveSibling(
              found.endsWith(SidecarFile.SUFFIX) && !found.equals(SidecarFile.SUFFIX)
                  ? found.substring(0, found.length() - SidecarFile.SUFFIX.length())
                  : found));
        }
      }
    } catch (PatternSyntaxException e) {
      return List.of(pattern);
    } catch (IOException | DirectoryIteratorException e) {
      throw new CommandException(
          ExitCode.MALFORMED, "%s: cannot be read: %s".formatted(directory, e.getMessage()), e);
    }
    return files.isEmpty() ? List.of(pattern) : files;
  }

  private static Set<Path> in(Path directory) {
    Set<Path> files = new TreeSet<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path path : all.filter(p -> !Files.isDirectory(p)).toList()) {
        String name = String.valueOf(path.getFileName());
        if (name.endsWith(SidecarFile.SUFFIX) && !name.equals(SidecarFile.SUFFIX)) {
          Path named =
              directory.resolve(name.substring(0, name.length() - SidecarFile.SUFFIX.length()));
          files.add(Files.exists(named) ? named : directory.resolve(SidecarFile.artefact(name)));
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
