package io.esnode.analyzer;

import io.esnode.bundle.BundleException;
import io.esnode.signature.Verdict;
import io.esnode.signature.Verifier;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A file that was opened once: what is verified, what the footer is read from and what DuckDB reads is the same
 * descriptor, so that replacing the file between check and use changes nothing. Not thread-safe.
 *
 * <p>On Linux DuckDB gets {@code /proc/self/fd/N}. DuckDB 2.0.0.1 resolves {@code allowed_paths} and every path it opens,
 * compares, and then opens the path as given: the verified file is read while it has a name, and once it has been
 * replaced or deleted every further read is refused. Without {@code /proc} it gets the real path. In both cases size,
 * times and identity are compared at the end.
 */
public final class OpenBundle implements Closeable {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Path POSITIONS = Path.of("/proc/self/fdinfo");

  /** A position nobody else seeks to, and below what the oldest file system allows: by it a descriptor is recognised. */
  private static final AtomicLong MARK = new AtomicLong(2_000_000_011L);

  private final Path file;
  private final FileChannel channel;
  private final Path readPath;
  private final Stamp stamp;

  /**
   * What changes when a file is written to or replaced.
   *
   * @param changed inode change time, which no one can set back; null where the file system has none
   */
  private record Stamp(
      long size,
      FileTime modified,
      @Nullable FileTime changed,
      @Nullable Object identity) {
    static Stamp of(Path path) throws IOException {
      BasicFileAttributes basic = Files.readAttributes(path, BasicFileAttributes.class);
      FileTime changed = path.getFileSystem().supportedFileAttributeViews().contains("unix")
          ? (FileTime) Files.getAttribute(path, "unix:ctime")
          : null;
      return new Stamp(basic.size(), basic.lastModifiedTime(), changed, basic.fileKey());
    }
  }

  private OpenBundle(Path file, FileChannel channel, Path readPath, Stamp stamp) {
    this.file = file;
    this.channel = channel;
    this.readPath = readPath;
    this.stamp = stamp;
  }

  /**
   * Opens a file for reading.
   *
   * @throws NoSuchFileException if there is none
   * @throws BundleException if it is no regular file, so that a pipe does not block and a device is not read
   */
  public static OpenBundle open(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw new BundleException("%s: not a regular file, expected a bundle".formatted(file));
    }
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      Path readPath = descriptor(channel);
      if (readPath == null) {
        readPath = file.toRealPath();
      }
      return new OpenBundle(file, channel, readPath, Stamp.of(readPath));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The path as the user gave it. */
  public Path file() {
    return file;
  }

  /** File name without a path. */
  public String name() {
    return String.valueOf(file.getFileName());
  }

  public FileChannel channel() {
    return channel;
  }

  public Verdict verify(Verifier verifier) {
    return verifier.verify(file, channel);
  }

  /** The path under which DuckDB reads this very file. */
  Path readPath() {
    return readPath;
  }

  /** Refuses if the file was written to, replaced or removed since it was opened. */
  public void requireUnchanged() throws BundleChangedException {
    String found;
    try {
      if (Stamp.of(readPath).equals(stamp)
          && Objects.equals(
              Files.readAttributes(file, BasicFileAttributes.class).fileKey(), stamp.identity())) {
        return;
      }
      found = "it was written to or replaced";
    } catch (IOException e) {
      found = "it is gone";
    }
    throw new BundleChangedException(
        "%s: changed while it was read (%s); nothing is concluded from it, run again on a file nobody writes to"
            .formatted(file, found));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Finds the channel's entry below {@code /proc/self/fd} by the position it is set to; null where there is none. */
  private static @Nullable Path descriptor(FileChannel channel) throws IOException {
    if (!Files.isDirectory(POSITIONS)) {
      return null;
    }
    long mark = MARK.incrementAndGet();
    channel.position(mark);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(POSITIONS)) {
      for (Path entry : entries) {
        if (hasPosition(entry, mark)) {
          return DESCRIPTORS.resolve(String.valueOf(entry.getFileName()));
        }
      }
      return null;
    } finally {
      channel.position(0);
    }
  }

  private static boolean hasPosition(Path entry, long mark) {
    try {
      return Files.readString(entry).startsWith("pos:\t" + mark + "\n");
    } catch (IOException e) {
      // Another thread's descriptor, closed since the directory was listed: it cannot be opened, or
      // not be read any more.
      return false;
    }
  }
}
