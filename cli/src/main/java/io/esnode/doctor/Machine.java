package io.esnode.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The machine that is looked at.
 *
 * @param root usually {@code /}
 * @param environment variables of this process
 */
public record Machine(Path root, Map<String, String> environment) {
  private static final int LIMIT_BYTES = 64 << 10;

  public Machine {
    environment = Map.copyOf(environment);
  }

  Path path(String below) {
    return root.resolve(below);
  }

  boolean has(String below) {
    return Files.exists(path(below));
  }

  /** What a kernel file says; empty if it cannot be read. */
  Optional<String> text(String below) {
    try (InputStream in = Files.newInputStream(path(below))) {
      return Optional.of(new String(in.readNBytes(LIMIT_BYTES), UTF_8));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Its first line; empty if there is none. */
  Optional<String> line(String below) {
    return text(below)
        .map(text -> text.lines().findFirst().orElse("").strip())
        .filter(s -> !s.isEmpty());
  }

  /** First group of the first match in a file. */
  Optional<String> find(String below, Pattern pattern) {
    return text(below).map(pattern::matcher).filter(Matcher::find).map(m -> m.group(1));
  }

  /** Names in a directory, sorted; none if it cannot be read. */
  List<String> names(String below) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path(below))) {
      for (Path entry : entries) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (IOException | DirectoryIteratorException e) {
      return List.of();
    }
    names.sort(null);
    return List.copyOf(names);
  }

  /** Last name of what a link points to; empty if it is none. */
  Optional<String> linkName(String below) {
    try {
      return Optional.of(String.valueOf(Files.readSymbolicLink(path(below)).getFileName()));
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }
}
