package io.esnode.bundle;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.HexFormat;

/** Writes to an open channel and digests on the way: the whole file, and any range in between. Not thread-safe. */
final class DigestingFile {
  private final FileChannel channel;
  private final MessageDigest whole = Sha256.digest();
  private final MessageDigest range = Sha256.digest();
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
  private long position;

  DigestingFile(FileChannel channel) {
    this.channel = channel;
  }

  /** Starts a new range at the next byte. */
  long startRange() {
    range.reset();
    return position;
  }

  /** Hex digest of everything since {@link #startRange()}. */
  String rangeSha256() {
    return HexFormat.of().formatHex(range.digest());
  }

  /** Hex digest of everything; call once, at the end. */
  String sha256() {
    return HexFormat.of().formatHex(whole.digest());
  }

  long position() {
    return position;
  }

  void write(byte[] bytes) throws IOException {
    write(bytes, 0, bytes.length);
  }

  private void write(byte[] bytes, int offset, int length) throws IOException {
    whole.update(bytes, offset, length);
    range.update(bytes, offset, length);
    position += length;
    if (length > buffer.remaining()) {
      flush();
    }
    if (length > buffer.capacity()) {
      drain(ByteBuffer.wrap(bytes, offset, length));
    } else {
      buffer.put(bytes, offset, length);
    }
  }

  /** The same file, for those who write to streams; closing it does nothing. */
  OutputStream stream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        DigestingFile.this.write(new byte[] {(byte) b});
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        DigestingFile.this.write(bytes, offset, length);
      }
    };
  }

  void flush() throws IOException {
    buffer.flip();
    drain(buffer);
    buffer.clear();
  }

  private void drain(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
