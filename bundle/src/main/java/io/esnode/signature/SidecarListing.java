package io.esnode.signature;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@link SidecarFile#all} for many files: every directory is read once, when a file of it is asked for first. Thread-safe.
 */
public final class SidecarListing {
  private final Map<Path, Map<String, List<String>>> directories = new ConcurrentHashMap<>();

  /** The signatures beside a file, as {@link SidecarFile#all} gives them. */
  public List<Path> of(Path artefact) throws IOException {
    List<Path> found = new ArrayList<>();
    Path own = SidecarFile.of(artefact);
    if (Files.exists(own, LinkOption.NOFOLLOW_LINKS)) {
      found.add(own);
    }
    Path directory = artefact.toAbsolutePath().getParent();
    if (directory == null || !Files.isReadable(directory)) {
      return found;
    }
    Map<String, List<String>> further;
    try {
      further = directories.computeIfAbsent(directory, SidecarListing::read);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    further.getOrDefault(String.valueOf(artefact.getFileName()), List.of()).stream()
        .map(artefact::resolveSibling)
        .sorted(Comparator.comparing(Path::toString))
        .forEach(found::add);
    return found;
  }

  /** File names of further signatures by the name of what they sign. */
  private static Map<String, List<String>> read(Path directory) {
    Map<String, List<String>> further = new HashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        SidecarFile.signedByFurther(name)
            .ifPresent(signed ->
                further.computeIfAbsent(signed, key -> new ArrayList<>()).add(name));
      }
    } catch (DirectoryIteratorException e) {
      throw new UncheckedIOException(e.getCause());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return further;
  }
}
