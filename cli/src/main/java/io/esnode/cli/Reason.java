package io.esnode.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Words for what the file system refused: Java's own messages are often only a path. */
final class Reason {
  private Reason() {}

  static @Nullable String of(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return denied.getFile()
          + ": permission denied; run as a user who may, or choose another place";
    }
    if (e instanceof NoSuchFileException missing) {
      return missing.getFile() + ": no such file or directory";
    }
    if (e instanceof FileSystemException file && file.getReason() != null) {
      return file.getFile() + ": " + file.getReason();
    }
    return e.getMessage();
  }
}
