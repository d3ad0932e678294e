package io.esnode.spool;

import io.esnode.bundle.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** What a spool does to its directory besides writing into open files; tests give a disk that fails. */
class Disk {
  static final Disk REAL = new Disk();

  /** Makes a file that is not there. */
  FileChannel create(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** Gives a durable file the name under which it counts, and makes the name durable. */
  void publish(Path file, Path name) throws IOException {
    if (Files.exists(name)) {
      throw new FileAlreadyExistsException(name.toString());
    }
    Files.move(file, name, StandardCopyOption.ATOMIC_MOVE);
    Path directory = name.getParent();
    if (directory != null) {
      AtomicFile.syncDirectory(directory);
    }
  }
}
