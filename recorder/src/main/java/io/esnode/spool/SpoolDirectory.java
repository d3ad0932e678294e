package io.esnode.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a spool: numbered segments and a lock that dies with the process that holds it.
 *
 * <pre>
 * OUT.spool/lock         held by the recorder, or by whoever seals what it left; holds its process id
 * OUT.spool/000000.seg   segments, each written once and never opened for writing again
 * OUT.spool/000001.seg
 * OUT.spool/next         a segment until its header is durable: it has no name before it can be read
 * </pre>
 */
public final class SpoolDirectory implements Closeable {
  private static final String LOCK = "lock";
  private static final String NEXT = "next";
  private static final Pattern SEGMENT = Pattern.compile("([0-9]{6}|[1-9][0-9]{6,8})\\.seg");

  private final Path path;
  private final @Nullable FileChannel lockFile;
  private final @Nullable FileLock lock;

  private SpoolDirectory(Path path, @Nullable FileChannel lockFile, @Nullable FileLock lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /** Makes the directory for a new recording; it must not hold one already. */
  public static SpoolDirectory create(Path path) throws IOException {
    try {
      Files.createDirectory(path);
    } catch (FileAlreadyExistsException e) {
      // Another recorder's, or what one left: the lock and the segments tell.
      SpoolDirectory found = open(path);
      if (found.segments().isEmpty()) {
        return found;
      }
      found.close();
      throw new SpoolException(
          "%s: holds a recording that was never sealed; seal it with: esnode recover %s"
              .formatted(path, path),
          e);
    } catch (NoSuchFileException e) {
      throw new SpoolException(
          "%s: the directory to record into does not exist; make it first".formatted(path), e);
    }
    return open(path);
  }

  /** Looks at one that nobody writes to, and writes nothing: it may lie on a disk that cannot be written. */
  public static SpoolDirectory reading(Path path) throws IOException {
    requireDirectory(path);
    return new SpoolDirectory(path, null, null);
  }

  private static void requireDirectory(Path path) throws SpoolException {
    if (!Files.isDirectory(path)) {
      throw new SpoolException("%s: %s; expected the directory of a spool"
          .formatted(path, Files.exists(path) ? "not a directory" : "not there"));
    }
  }

  /** Takes an existing spool over; refused while another process holds it. */
  public static SpoolDirectory open(Path path) throws IOException {
    requireDirectory(path);
    Path lockPath = path.resolve(LOCK);
    requireOwnFile(lockPath);
    FileChannel file = FileChannel.open(
        lockPath,
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        LinkOption.NOFOLLOW_LINKS);
    try {
      FileLock lock = tryLock(file);
      if (lock == null) {
        throw new SpoolException(
            "%s: in use by another recorder%s; wait for it to end, or record to another file"
                .formatted(path, holder(file)));
      }
      file.truncate(0);
      file.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
          0);
      return new SpoolDirectory(path, file, lock);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** A link or a pipe under a name that the recorder uses is a trap: it would be written to, or never end. */
  private static void requireOwnFile(Path file) throws SpoolException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new SpoolException(
          "%s: not a regular file, and no recorder made it; move it away and try again"
              .formatted(file));
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String holder(FileChannel file) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    file.read(pid, 0);
    String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII);
    return text.matches("[0-9]{1,19}") ? " (process " + text + ")" : "";
  }

  public Path path() {
    return path;
  }

  Path segment(long number) {
    return path.resolve(name(number));
  }

  static String name(long number) {
    StringBuilder name = new StringBuilder(Long.toString(number));
    while (name.length() < 6) {
      name.insert(0, '0');
    }
    return name.append(".seg").toString();
  }

  /** Where a segment is made. */
  Path next() {
    return path.resolve(NEXT);
  }

  /** The segments, in order. */
  public List<Path> segments() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(path)) {
      for (Path file : all) {
        if (SEGMENT.matcher(String.valueOf(file.getFileName())).matches()) {
          requireOwnFile(file);
          found.add(file);
        }
      }
    } catch (NotDirectoryException e) {
      throw new SpoolException("%s: not a directory".formatted(path), e);
    }
    found.sort(Comparator.comparingLong(SpoolDirectory::number));
    return found;
  }

  static long number(Path segment) {
    String name = String.valueOf(segment.getFileName());
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }

  /** Removes one segment, if it is there. */
  public void discard(long segment) throws IOException {
    Files.deleteIfExists(segment(segment));
  }

  /** Number of a segment, by its name. */
  public static long numberOf(Path segment) {
    return number(segment);
  }

  /** Removes these segments, once what they hold is sealed, and the directory unless something else lies in it. */
  public void delete(List<Path> sealed) throws IOException {
    for (Path segment : sealed) {
      Files.delete(segment);
    }
    Files.deleteIfExists(next());
    if (segments().isEmpty()) {
      Files.deleteIfExists(path.resolve(StreamState.FILE));
      Files.deleteIfExists(path.resolve(SealOrder.FILE));
    }
    Files.deleteIfExists(path.resolve(LOCK));
    close();
    try {
      Files.delete(path);
    } catch (DirectoryNotEmptyException e) {
      // Not ours, or not sealed: it stays where it is, and so does the directory.
      return;
    }
  }

  @Override
  public void close() throws IOException {
    if (lockFile != null && lock != null && lockFile.isOpen()) {
      lock.release();
      lockFile.close();
    }
  }
}
