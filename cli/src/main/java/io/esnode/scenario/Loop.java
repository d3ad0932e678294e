package io.esnode.scenario;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A pipe of one thread: what was written can be read; where nothing is left it ends, until more is written. Not thread-safe. */
final class Loop implements WritableByteChannel, ReadableByteChannel {
  private ByteBuffer bytes = ByteBuffer.allocate(1 << 16).flip();

  @Override
  public int write(ByteBuffer source) {
    int length = source.remaining();
    bytes.compact();
    if (bytes.remaining() < length) {
      bytes = ByteBuffer.allocate(Math.max(bytes.position() + length, bytes.capacity() * 2))
          .put(bytes.flip());
    }
    bytes.put(source).flip();
    return length;
  }

  @Override
  public int read(ByteBuffer target) {
    if (!bytes.hasRemaining()) {
      return -1;
    }
    int length = Math.min(bytes.remaining(), target.remaining());
    target.put(bytes.slice(bytes.position(), length));
    bytes.position(bytes.position() + length);
    return length;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
