package io.esnode.source;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of one process that stays open. The kernel binds the descriptor to the process, so that it fails when the process is
 * gone, whoever has its number by then. Not thread-safe.
 */
final class ProcessFile implements Closeable {
  private final Path path;
  private @Nullable FileChannel channel;

  ProcessFile(Path path) {
    this.path = path;
  }

  /** Reads it into the text; null if it could be read, otherwise why not, without the path. */
  @Nullable
  String read(SmallText text) {
    FileChannel open = channel;
    if (open == null) {
      try {
        open = SmallText.open(path);
      } catch (IOException e) {
        return KeptFile.cause(e);
      }
      channel = open;
    }
    return text.read(open);
  }

  boolean isOpen() {
    return channel != null;
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
