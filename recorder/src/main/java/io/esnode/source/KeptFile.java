package io.esnode.source;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A kernel file that stays open and is read from its start again and again: opening costs more than reading. Not
 * thread-safe.
 *
 * <p>A file that fails or reads as empty is opened anew and read once more, because an attribute of a device that went
 * and came back, and some files of old kernels, do not answer on the old descriptor.
 */
final class KeptFile implements Closeable {
  /** The kernel's largest text here, /proc/stat with some thousand interrupts on some hundred CPUs, is below 1 MiB. */
  private static final int LIMIT_BYTES = 16 << 20;

  /** Most attributes of /sys are a number, and there are hundreds of them. */
  private static final int LEAST_BYTES = 64;

  static final String PERMISSION_DENIED = "permission denied";

  private final Path path;
  private final ByteBuffer buffer;
  private final String truncated;
  private @Nullable FileChannel channel;
  private byte[] text = new byte[0];
  private int length;
  private @Nullable String problem = "not read yet";
  private int generation;
  private boolean gone;
  private boolean abandoned;

  /** @param buffer a direct buffer, which files that are read by the same thread may share */
  KeptFile(Path path, ByteBuffer buffer) {
    this.path = path;
    this.buffer = buffer;
    this.truncated = path + ": the last line is cut short";
  }

  /** Counts the readings. */
  int generation() {
    return generation;
  }

  /**
   * Reads the file, unless it was read since the given generation: two sources that are sampled at the same tick share
   * one reading.
   *
   * @return the generation of the text that is now there, also if reading failed
   */
  int refresh(int seen) {
    if (seen == generation && !abandoned) {
      read();
      generation++;
    }
    return generation;
  }

  /** Why the last reading failed; null when it did not. */
  @Nullable
  String problem() {
    return problem;
  }

  /** The last reading failed because there is no such file. */
  boolean gone() {
    return gone;
  }

  /** Says so when the last line of the text is cut short; null when it ends in a newline, as the kernel's texts do. */
  @Nullable
  String truncation() {
    return length > 0 && text[length - 1] != '\n' ? truncated : null;
  }

  /** The text of the last reading is the first {@link #length()} bytes. */
  byte[] text() {
    return text;
  }

  int length() {
    return length;
  }

  /** Leaves the file alone from now on; its last problem stays. */
  void abandon() {
    abandoned = true;
    close();
  }

  private void read() {
    length = 0;
    problem = null;
    gone = false;
    if (channel != null && readKept(channel)) {
      return;
    }
    close();
    try {
      FileChannel opened = FileChannel.open(path, StandardOpenOption.READ);
      channel = opened;
      length = fill(opened);
      if (length == 0) {
        problem = path + ": empty";
      }
    } catch (IOException e) {
      length = 0;
      problem = path + ": " + cause(e);
      gone = e instanceof NoSuchFileException;
      close();
    }
  }

  /** Whether the descriptor that was kept still answers; if not, a new one is asked, and its problem counts. */
  private boolean readKept(FileChannel kept) {
    try {
      length = fill(kept);
    } catch (IOException stale) {
      length = 0;
    }
    return length > 0;
  }

  private int fill(FileChannel from) throws IOException {
    int total = 0;
    while (true) {
      buffer.clear();
      int count = from.read(buffer, total);
      if (count <= 0) {
        return total;
      }
      if (total + count > LIMIT_BYTES) {
        throw new IOException("larger than " + LIMIT_BYTES + " bytes");
      }
      if (total + count > text.length) {
        text = Arrays.copyOf(text, Math.max(2 * text.length, Math.max(total + count, LEAST_BYTES)));
      }
      buffer.flip();
      buffer.get(text, total, count);
      total += count;
    }
  }

  /** An exception in words that do not change from one failure to the next. */
  static String cause(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    if (e instanceof AccessDeniedException) {
      return PERMISSION_DENIED;
    }
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  @Override
  public void close() {
    FileChannel open = channel;
    channel = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (IOException e) {
      // A descriptor that was only read from has nothing left to lose.
    }
  }
}
