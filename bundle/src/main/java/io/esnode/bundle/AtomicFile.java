package io.esnode.bundle;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

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
      ByteBuffer buffer = ByteBuffer.wrap(content);
      while (buffer.hasRemaining()) {
        file.channel().write(buffer);
      }
      file.commit();
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
