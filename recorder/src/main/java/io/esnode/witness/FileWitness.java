package io.esnode.witness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Appends to a file, which should lie on another machine: O_APPEND, then fsync. It is opened for each line, so that a share
 * that was mounted again or a file that was moved is no matter. Stateless, thread-safe.
 */
public final class FileWitness implements Witness {
  private final Path file;

  public FileWitness(Path file) {
    this.file = file;
  }

  @Override
  public String kind() {
    return "file";
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public String acknowledgement() {
    return "written and fsynced";
  }

  @Override
  public void tell(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
    try (FileChannel channel = FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }
}
