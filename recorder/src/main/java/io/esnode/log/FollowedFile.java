package io.esnode.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A text file that somebody else writes, read by line as it grows. A file that was renamed is read to its end before the new
 * one is begun; one that was cut back is begun again; none is read twice. Lines, and bytes per second, are bounded: what is
 * left out is said. Not thread-safe.
 */
final class FollowedFile implements Closeable {
  /** MAX_AUDIT_MESSAGE_LENGTH is 8970 before auditd adds names; audit records in JSON are longer. */
  static final int LINE_BYTES = 64 << 10;

  /** A storm must not cost more than the machine has to spare. */
  static final int BYTES_PER_S = 1 << 20;

  /** From here on the oldest part is left out: it would never be caught up with. */
  static final int BEHIND_BYTES = 8 << 20;

  /** How much of a log is history worth having. */
  static final int LOOK_BACK_BYTES = 1 << 20;

  private static final int CHUNK_BYTES = 32 << 10;
  private static final int FIRST_LINE_BYTES = 4 << 10;
  private static final int TAIL_BYTES = 64;
  private static final int SEEN_FILES = 4;

  /** Between the two steps of a rotation there is no file for a moment. */
  private static final int LOOKS_WITHOUT_FILE = 4;

  /** Takes what is read. */
  interface Reader {
    /**
     * A whole line without its end. The bytes are the reader's only until it returns.
     *
     * @param at where in the file it begins
     */
    void line(byte[] bytes, int length, long at);

    /** Something of the file was not read, and will not be. */
    void leftOut(String what);

    /**
     * The file cannot be followed from now on, or can again.
     *
     * @param why null where it can
     */
    void problem(@Nullable String why);
  }

  /**
   * Where in a file the reading stood.
   *
   * @param inLine whether in the middle of a line
   */
  private record Seen(long offset, Tail tail, boolean inLine) {}

  /** The last bytes before an offset: another text there says that the file is not the same any more. */
  private static final class Tail {
    private final byte[] bytes = new byte[TAIL_BYTES];
    private int length;

    void add(byte[] chunk, int count) {
      if (count >= TAIL_BYTES) {
        System.arraycopy(chunk, count - TAIL_BYTES, bytes, 0, TAIL_BYTES);
        length = TAIL_BYTES;
        return;
      }
      int kept = Math.min(length, TAIL_BYTES - count);
      System.arraycopy(bytes, length - kept, bytes, 0, kept);
      System.arraycopy(chunk, 0, bytes, kept, count);
      length = kept + count;
    }

    boolean isBefore(FileChannel channel, long offset) throws IOException {
      ByteBuffer found = ByteBuffer.allocate(length);
      while (found.hasRemaining()) {
        if (channel.read(found, offset - found.remaining()) < 0) {
          return false;
        }
      }
      return Arrays.equals(found.array(), 0, length, bytes, 0, length);
    }
  }

  private final Path path;
  private final int lookBackBytes;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private final Map<Object, Seen> seen = new LinkedHashMap<>();

  private @Nullable FileChannel channel;
  private @Nullable Object key;
  private boolean first = true;
  private long offset;
  private Tail tail = new Tail();

  private byte[] line = new byte[FIRST_LINE_BYTES];
  private int length;
  /** Bytes of a line that is too long; -1 while none is. */
  private long tooLong = -1;
  /** The line had begun before the reading did. */
  private boolean torn;

  private long budget = BYTES_PER_S;
  private long lookedNanos = Long.MIN_VALUE;
  private int without;
  private @Nullable String problem;

  /** @param lookBackBytes how much of what is there at the first look is read; the rest before it is not */
  FollowedFile(Path path, int lookBackBytes) {
    this.path = path;
    this.lookBackBytes = lookBackBytes;
  }

  /**
   * Reads what has come since the last look.
   *
   * @param nowNanos CLOCK_MONOTONIC
   * @return whether there was anything
   */
  boolean look(long nowNanos, Reader reader) {
    refill(nowNanos);
    boolean any = false;
    try {
      if (channel == null && !open()) {
        return false;
      }
      any = read(reader);
      String gone = rotation(any, reader);
      say(gone, reader);
    } catch (NoSuchFileException e) {
      first = false;
      say(path + " does not exist here", reader);
    } catch (AccessDeniedException e) {
      say(path + ": permission denied", reader);
    } catch (IOException e) {
      say("%s: %s".formatted(path, e.getMessage()), reader);
      forget();
    }
    return any;
  }

  /** Whether there is a file to read; one that went, or was exchanged just now, is looked for at the next look. */
  boolean isOpen() {
    return channel != null;
  }

  private void refill(long nowNanos) {
    if (lookedNanos != Long.MIN_VALUE) {
      long micros = Math.max(0, nowNanos - lookedNanos) / 1_000;
      budget =
          Math.min(BYTES_PER_S, budget + Math.min(micros, 1_000_000) * BYTES_PER_S / 1_000_000);
    }
    lookedNanos = nowNanos;
  }

  private void say(@Nullable String now, Reader reader) {
    if (!Objects.equals(now, problem)) {
      problem = now;
      reader.problem(now);
    }
  }

  /** False where the file was exchanged just now: the next look opens it. */
  private boolean open() throws IOException {
    BasicFileAttributes before = Files.readAttributes(path, BasicFileAttributes.class);
    if (!before.isRegularFile()) {
      throw new IOException("not a plain file");
    }
    FileChannel opened = FileChannel.open(path, StandardOpenOption.READ);
    Object openedKey = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    if (!Objects.equals(before.fileKey(), openedKey)) {
      opened.close();
      return false;
    }
    channel = opened;
    key = openedKey;
    Seen known = openedKey == null ? null : seen.get(openedKey);
    if (known != null
        && opened.size() >= known.offset()
        && known.tail().isBefore(opened, known.offset())) {
      offset = known.offset();
      tail = known.tail();
      torn = known.inLine();
    } else {
      begin(first ? Math.max(0, opened.size() - lookBackBytes) : 0);
    }
    first = false;
    return true;
  }

  /** In the middle of a file: the line there is not whole, unless the byte before says so. */
  private void begin(long at) {
    offset = Math.max(0, at - 1);
    torn = at > 0;
    length = 0;
    tooLong = -1;
    tail = new Tail();
  }

  private boolean read(Reader reader) throws IOException {
    FileChannel from = Objects.requireNonNull(channel);
    long size = from.size();
    if (size < offset || (size > offset && !tail.isBefore(from, offset))) {
      reader.leftOut("%s was cut back; what had been written to it since the last look may be lost"
          .formatted(path));
      begin(0);
      size = from.size();
    }
    if (size - offset > BEHIND_BYTES) {
      long to = size - LOOK_BACK_BYTES;
      reader.leftOut("%d bytes of %s: more than %d bytes a second are not read"
          .formatted(to - offset + length, path, BYTES_PER_S));
      begin(to);
    }
    boolean any = false;
    while (budget > 0) {
      int count = from.read(ByteBuffer.wrap(chunk, 0, (int) Math.min(CHUNK_BYTES, budget)), offset);
      if (count <= 0) {
        break;
      }
      any = true;
      budget -= count;
      tail.add(chunk, count);
      lines(count, reader);
      offset += count;
    }
    return any;
  }

  private void lines(int count, Reader reader) {
    for (int i = 0; i < count; i++) {
      byte b = chunk[i];
      if (b == '\n') {
        endOfLine(offset + i - length, reader);
      } else if (tooLong >= 0) {
        tooLong++;
      } else if (!torn && (b != 0 || length > 0)) {
        // A file that was cut back under a writer that keeps its place begins with a hole of zeros.
        add(b);
      }
    }
  }

  private void add(byte b) {
    if (length == LINE_BYTES) {
      tooLong = length + 1L;
      return;
    }
    if (length == line.length) {
      line = Arrays.copyOf(line, Math.min(LINE_BYTES, 2 * length));
    }
    line[length++] = b;
  }

  private void endOfLine(long at, Reader reader) {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    if (tooLong >= 0) {
      reader.leftOut(
          "a line of %d bytes in %s: longer than %d bytes".formatted(tooLong, path, LINE_BYTES));
    } else if (!torn && end > 0) {
      reader.line(line, end, at);
    }
    length = 0;
    tooLong = -1;
    torn = false;
  }

  /**
   * Goes on with the file that has taken the place of this one, once nothing more comes from the old and something is in the new.
   *
   * @return why there is nothing to go on with; null where there is
   */
  private @Nullable String rotation(boolean any, Reader reader) throws IOException {
    BasicFileAttributes now;
    try {
      now = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return ++without < LOOKS_WITHOUT_FILE
          ? problem
          : path + " is gone, and nothing is in its place";
    }
    without = 0;
    boolean readToItsEnd = !any && Objects.requireNonNull(channel).size() <= offset;
    if (Objects.equals(now.fileKey(), key)
        || !readToItsEnd
        || (now.isRegularFile() && now.size() == 0)) {
      return null;
    }
    if (length > 0) {
      reader.leftOut("the last line of a file that was %s: it has no end".formatted(path));
    }
    forget();
    if (open()) {
      read(reader);
    }
    return null;
  }

  private void forget() {
    FileChannel old = channel;
    if (old == null) {
      return;
    }
    if (key != null) {
      seen.remove(key);
      seen.put(key, new Seen(offset, tail, length > 0 || tooLong >= 0 || torn));
      if (seen.size() > SEEN_FILES) {
        seen.remove(seen.keySet().iterator().next());
      }
    }
    channel = null;
    length = 0;
    tooLong = -1;
    torn = false;
    try {
      old.close();
    } catch (IOException e) {
      // It was only read.
      return;
    }
  }

  @Override
  public void close() {
    forget();
  }
}
