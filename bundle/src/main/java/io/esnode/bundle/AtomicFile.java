package io.esnode.bundle;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * A file that is there whole or not at all: written beside its place as {@code NAME.partial}, fsynced, renamed, the
 * directory fsynced. Closing without {@link #commit()} removes what was written. Not thread-safe.
 */
public final class AtomicFile implements Closeable {
  private final Path target;
  private final Path partial;
  private final FileChannel channel;
  private boolean committed;

  private AtomicFile(Path target) throws IOException {
    this.target = target;
    Path name = target.getFileName();
    if (name == null) {
      throw new IOException(target + ": not a file name");
    }
    this.partial = target.resolveSibling(name + ".partial");
    this.channel = FileChannel.open(
        partial,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE,
        LinkOption.NOFOLLOW_LINKS);
  }

  public static AtomicFile create(Path target) throws IOException {
    return new AtomicFile(target);
  }

  /** Writes small content in one go. */
  public static void write(Path target, byte[] content) throws IOException {
    try (AtomicFile file = create(target)) {
      write(file.channel(), content);
      file.commit();
    }
  }

  /**
   * Writes small content in one go, never over a file that is there: a hard link, unlike a rename, fails on one. No other
   * user can read it before it has its mode.
   *
   * @param mode where the file system knows modes
   * @throws FileAlreadyExistsException if it does; nothing is changed
   */
  public static void writeNew(Path target, byte[] content, Set<PosixFilePermission> mode)
      throws IOException {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null) {
      throw new FileSystemException(target.toString(), null, "not a file name");
    }
    // Made with mode 0600 where the file system knows modes.
    Path partial = Files.createTempFile(directory, ".esnode", ".partial");
    try {
      try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE)) {
        write(channel, content);
        channel.force(true);
      }
      if (Files.getFileStore(partial).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(partial, mode);
      }
      try {
        Files.createLink(target, partial);
      } catch (FileAlreadyExistsException e) {
        throw e;
      } catch (FileSystemException | UnsupportedOperationException e) {
        Files.move(partial, target); // no hard links here; still refuses a file that is there
      }
    } finally {
      Files.deleteIfExists(partial);
    }
    syncDirectory(directory);
  }

  private static void write(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(content);
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  public FileChannel channel() {
    return channel;
  }

  /** Makes what was written durable and visible under its name. */
  public void commit() throws IOException {
    channel.force(true);
    channel.close();
    Files.move(
        partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    committed = true;
    Path directory = target.toAbsolutePath().getParent();
    if (directory != null) {
      syncDirectory(directory);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!committed) {
      Files.deleteIfExists(partial);
    }
  }

  /** Makes renames and deletions in a directory durable; where directories cannot be opened there is nothing to do. */
  public static void syncDirectory(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows and some network file systems refuse to open a directory; the rename itself has
      // happened.
      return;
    }
  }
}
