package io.esnode.source;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What is read of sysfs once, to learn what there is. */
final class Sysfs {
  /** An attribute is no longer than a page. */
  private static final int LIMIT_BYTES = 4096;

  private static final int NAME_CHARS = 64;

  private Sysfs() {}

  /** What is in the directory, sorted. */
  static List<Path> list(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Collections.sort(entries);
    return entries;
  }

  /** The first line, without blanks around it. */
  static String line(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(LIMIT_BYTES), UTF_8);
      int end = text.indexOf('\n');
      return (end < 0 ? text : text.substring(0, end)).strip();
    }
  }

  /** A text that a driver or firmware chose, as part of an entity's name: printable ASCII, and not long. */
  static String name(String text) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), NAME_CHARS); i++) {
      char c = text.charAt(i);
      name.append(c >= ' ' && c <= '~' ? c : '?');
    }
    return name.toString();
  }

  static String last(Path path) {
    return String.valueOf(path.getFileName());
  }
}
