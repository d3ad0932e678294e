package io.esnode.spool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** A file of a few kilobytes that lies where others may write too. */
final class SmallFile {
  private SmallFile() {}

  /** All of it; a link, a pipe or more than so many bytes is refused. */
  static byte[] read(Path file, int maxBytes) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new SpoolException(
          "%s: not a regular file, and no recorder made it; move it away and try again"
              .formatted(file));
    }
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] bytes = in.readNBytes(maxBytes + 1);
      if (bytes.length > maxBytes) {
        throw new SpoolException(
            "%s: more than %d bytes, and no recorder made it; move it away and try again"
                .formatted(file, maxBytes));
      }
      return bytes;
    }
  }
}
