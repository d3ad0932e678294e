package io.esnode.inventory;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small kernel files below a root. */
final class Texts {
  /** /proc/modules of a host with everything has some 30 KiB. */
  private static final int LIMIT_BYTES = 1 << 20;

  private Texts() {}

  /** The text; empty where there is none that can be read. */
  static String read(Path root, String path) {
    try (InputStream in = Files.newInputStream(root.resolve(path))) {
      return new String(in.readNBytes(LIMIT_BYTES), ISO_8859_1);
    } catch (IOException | InvalidPathException e) {
      return "";
    }
  }

  /** The names in a directory, sorted; none where it cannot be read. */
  static List<String> names(Path root, String path) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(path))) {
      for (Path entry : entries) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (IOException | DirectoryIteratorException e) {
      names.clear();
    }
    names.sort(String::compareTo);
    return names;
  }
}
