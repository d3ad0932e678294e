package io.esnode.dataset;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Unpacks the text archives in which Prometheus keeps trees of /proc and /sys. */
final class Ttar {
  private Ttar() {}

  /** @param below the directory of the archive to unpack */
  static void unpack(Path archive, String below, Path target) throws IOException {
    try (BufferedReader in = open(archive)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith("Path: " + below + "/")) {
          entry(in, target.resolve(line.substring("Path: ".length() + below.length() + 1)));
        }
      }
    }
  }

  private static void entry(BufferedReader in, Path file) throws IOException {
    String kind = in.readLine();
    Files.createDirectories(file.getParent());
    if (kind.startsWith("SymlinkTo: ")) {
      Files.createSymbolicLink(file, Path.of(kind.substring("SymlinkTo: ".length())));
      return;
    }
    Files.writeString(file, text(in, kind), ISO_8859_1);
  }

  /** One file of the archive. */
  static byte[] read(Path archive, String path) throws IOException {
    try (BufferedReader in = open(archive)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.equals("Path: " + path)) {
          return text(in, in.readLine()).getBytes(ISO_8859_1);
        }
      }
    }
    throw new IOException(archive + ": no " + path);
  }

  private static BufferedReader open(Path archive) throws IOException {
    return new BufferedReader(
        new InputStreamReader(new GZIPInputStream(Files.newInputStream(archive)), ISO_8859_1));
  }

  private static String text(BufferedReader in, String kind) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int lines = Integer.parseInt(kind.substring("Lines: ".length())); lines > 0; lines--) {
      text.append(in.readLine()).append('\n');
    }
    return text.toString();
  }
}
