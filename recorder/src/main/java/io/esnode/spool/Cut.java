package io.esnode.spool;

import io.esnode.bundle.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Makes a spool of its own from a part of one that may still be written: the same segments under a second name, so that
 * nothing is copied where the file system knows hard links. It becomes a bundle like any other spool.
 */
public final class Cut {
  private Cut() {}

  /**
   * Makes the spool, or finishes one that was begun; a segment that is not there is left out.
   *
   * @param from the recording
   * @param bundle what it will become; the spool is {@code BUNDLE.spool}
   * @return the spool's directory
   */
  public static Path make(Path from, SealOrder order, Path bundle) throws IOException {
    Path path = bundle.resolveSibling(bundle.getFileName() + ".spool");
    try {
      Files.createDirectory(path);
    } catch (FileAlreadyExistsException e) {
      // Begun before: looked at below.
    }
    try (SpoolDirectory into = SpoolDirectory.open(path)) {
      if (order.equals(SealOrder.read(path))) {
        return path;
      }
      requireNoOther(path);
      for (Path left : into.segments()) {
        takeBack(left, from);
      }
      for (long number = order.firstSegment(); number <= order.lastSegment(); number++) {
        Path segment = from.resolve(SpoolDirectory.name(number));
        if (Files.exists(segment)) {
          link(into.segment(number), segment);
        }
      }
      AtomicFile.syncDirectory(path);
      order.write(path);
    }
    return path;
  }

  private static void requireNoOther(Path path) throws IOException {
    if (SealOrder.read(path) != null) {
      throw new SpoolException(
          "%s: holds another part of a recording that was never sealed; seal it with: esnode recover %s"
              .formatted(path, path));
    }
  }

  /** What an interrupted cut left goes only if the recording has it too. */
  private static void takeBack(Path left, Path from) throws IOException {
    Path original = from.resolve(String.valueOf(left.getFileName()));
    if (!Files.exists(original)
        || !(Files.isSameFile(left, original) || isBeginningOf(left, original))) {
      throw new SpoolException(
          "%s: a segment that %s does not have; seal it with: esnode recover %s"
              .formatted(left, from, left.getParent()));
    }
    Files.delete(left);
  }

  /** A copy may have been interrupted. */
  private static boolean isBeginningOf(Path left, Path original) throws IOException {
    long differs = Files.mismatch(left, original);
    return differs < 0 || differs == Files.size(left);
  }

  private static void link(Path name, Path segment) throws IOException {
    try {
      Files.createLink(name, segment);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      // Another file system, or one without hard links.
      Files.copy(segment, name);
      try (FileChannel copy = FileChannel.open(name, StandardOpenOption.WRITE)) {
        copy.force(true);
      }
    }
  }
}
