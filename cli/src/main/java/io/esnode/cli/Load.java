package io.esnode.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A little work for the demo's recording to see: half a core, and a file written and synced. */
final class Load implements Closeable {
  private static final int CHUNK = 4 << 20;
  private static final int MAX_CHUNKS = 24;

  private final Path scratch;
  private final AtomicLong written = new AtomicLong();
  private final Thread processor;
  private final Thread disk;
  private volatile boolean over;

  private Load(Path scratch, Duration length) {
    this.scratch = scratch;
    long end = System.nanoTime() + length.toNanos();
    processor = new Thread(() -> burn(end), "demo-cpu");
    disk = new Thread(() -> write(end), "demo-disk");
    processor.setDaemon(true);
    disk.setDaemon(true);
  }

  /** Starts both; the scratch file is removed when the load is closed. */
  static Load start(Path scratch, Duration length) {
    Load load = new Load(scratch, length);
    load.processor.start();
    load.disk.start();
    return load;
  }

  long mebibytes() {
    return written.get() >> 20;
  }

  private void burn(long end) {
    long sum = 0;
    while (!over && System.nanoTime() < end) {
      long slice = System.nanoTime() + 5_000_000;
      while (System.nanoTime() < slice) {
        sum = sum * 31 + slice;
      }
      LockSupport.parkNanos(sum == 42 ? 1 : 5_000_000);
    }
  }

  private void write(long end) {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    try (FileChannel file = FileChannel.open(
        scratch,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE)) {
      for (int i = 0; i < MAX_CHUNKS && !over && System.nanoTime() < end; i++) {
        chunk.clear();
        file.write(chunk);
        file.force(false);
        written.addAndGet(CHUNK);
        LockSupport.parkNanos(100_000_000);
      }
    } catch (IOException e) {
      // A full disk ends the load, not the demo: the summary says how much was written.
      return;
    }
  }

  @Override
  public void close() throws IOException {
    over = true;
    try {
      processor.join();
      disk.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(scratch);
  }
}
