package io.esnode.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A real directory on a disk that fails when it is told to, and that remembers in which order it was used. */
final class ScriptedDisk extends Disk {
  /** Bytes that one call of write takes at most. */
  volatile int chunk = Integer.MAX_VALUE;
  /** Writes wait for it. */
  volatile CountDownLatch gate = new CountDownLatch(0);

  /** What a call fails with; null where it does not. */
  volatile @Nullable String forceFails;

  volatile @Nullable String closeFails;
  volatile @Nullable String truncateFails;
  volatile @Nullable String createFails;
  volatile @Nullable String publishFails;

  private final List<Use> uses = new ArrayList<>();
  private int files;
  private long room = Long.MAX_VALUE;

  /** Bytes until the disk is full. */
  synchronized void room(long bytes) {
    room = bytes;
  }

  private synchronized int take(int wanted) throws IOException {
    if (room == 0) {
      throw new IOException("No space left on device");
    }
    int size = (int) Math.min(Math.min(room, chunk), wanted);
    room -= size;
    return size;
  }

  /** What was done, in order. */
  synchronized List<Use> uses() {
    return List.copyOf(uses);
  }

  private synchronized void used(Use use) {
    uses.add(use);
  }

  private static void failWith(@Nullable String reason) throws IOException {
    if (reason != null) {
      throw new IOException(reason);
    }
  }

  @Override
  FileChannel create(Path file) throws IOException {
    failWith(createFails);
    FileChannel channel = super.create(file);
    used(new Use(Use.Kind.CREATE, ++files, 0, "", new byte[0]));
    return new Channel(channel, files);
  }

  @Override
  void publish(Path file, Path name) throws IOException {
    failWith(publishFails);
    super.publish(file, name);
    used(new Use(Use.Kind.PUBLISH, files, 0, String.valueOf(name.getFileName()), new byte[0]));
  }

  /** Only what a spool does with a file. */
  private final class Channel extends FileChannel {
    private final FileChannel real;
    private final int file;

    Channel(FileChannel real, int file) {
      this.real = real;
      this.file = file;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
      byte[] taken = new byte[take(bytes.remaining())];
      bytes.get(taken);
      used(new Use(Use.Kind.WRITE, file, real.position(), "", taken));
      real.write(ByteBuffer.wrap(taken));
      return taken.length;
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      failWith(truncateFails);
      used(new Use(Use.Kind.TRUNCATE, file, size, "", new byte[0]));
      real.truncate(size);
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      failWith(forceFails);
      used(new Use(Use.Kind.FORCE, file, 0, "", new byte[0]));
    }

    @Override
    public long position() throws IOException {
      return real.position();
    }

    @Override
    public FileChannel position(long newPosition) throws IOException {
      real.position(newPosition);
      return this;
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    protected void implCloseChannel() throws IOException {
      real.close();
      failWith(closeFails);
    }

    @Override
    public int read(ByteBuffer to) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel from, long position, long count) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int read(ByteBuffer to, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from, long position) {
      throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      throw new UnsupportedOperationException();
    }
  }
}
