package io.esnode.spool;

import io.esnode.bundle.Sha256;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The segment that is being written, and the digest that the one after it will carry. A segment holds whole frames only:
 * where the disk took part of one, it is cut back to the last whole one. Not thread-safe.
 */
final class OpenSegment implements Closeable {
  private final Disk disk;
  private final SpoolDirectory directory;
  private SpoolHeader header;
  /** Of the segments to come. Any thread. */
  private volatile Map<String, String> config;

  private MessageDigest digest = Sha256.digest();
  private FileChannel channel;
  private long good;
  private long before;
  private long syncNanos;

  /** Whether bytes may lie behind the last whole frame. */
  private boolean torn;

  /** Makes the first segment. */
  OpenSegment(Disk disk, SpoolDirectory directory, SpoolHeader header) throws IOException {
    this.disk = disk;
    this.directory = directory;
    this.header = header;
    this.config = header.config();
    this.channel = create(header, List.of());
  }

  /** Of the segment that is being written. */
  SpoolHeader header() {
    return header;
  }

  /** What the headers of the segments to come say. Any thread. */
  void config(Map<String, String> effective) {
    config = Map.copyOf(effective);
  }

  /** Bytes of whole frames. */
  long size() {
    return good;
  }

  /** SHA-256 of the whole frames so far. */
  String sha256() {
    return HexFormat.of().formatHex(((MessageDigest) clone(digest)).digest());
  }

  /** Appends one frame, or nothing: what the disk took of a frame that it then refused is cut off again. */
  void write(Frame frame) throws IOException {
    cutBack();
    torn = true;
    try {
      write(channel, frame);
      torn = false;
    } finally {
      if (torn) {
        tryToCutBack();
      }
    }
    digest.update(frame.array(), 0, frame.size());
    good += frame.size();
  }

  private void tryToCutBack() {
    try {
      cutBack();
    } catch (IOException e) {
      // The next frame tries again; until then a reader skips the half one by its CRC.
      return;
    }
  }

  private void cutBack() throws IOException {
    if (torn) {
      channel.truncate(good);
      channel.position(good);
      torn = false;
    }
  }

  /**
   * Goes on in a new file; where there can be none, the old one stays in use.
   *
   * @param standing comes right after the header
   */
  void next(List<Frame> standing) throws IOException {
    cutBack();
    SpoolHeader next = header.next(header.segment() + 1, sha256(), config);
    FileChannel full = channel;
    long fullBytes = good;
    channel = create(next, standing);
    header = next;
    before += fullBytes;
    closeQuietly(full);
  }

  private static void closeQuietly(FileChannel written) {
    try {
      written.close();
    } catch (IOException e) {
      // Whether its bytes are durable, fdatasync has said.
      return;
    }
  }

  /** Of this segment and those before it. */
  long bytes() {
    return before + good;
  }

  /** How long it last took until what was written was durable. */
  long syncNanos() {
    return syncNanos;
  }

  /** Makes what was written durable. */
  void force() throws IOException {
    force(channel, false);
  }

  private void force(FileChannel written, boolean withMetadata) throws IOException {
    long began = System.nanoTime();
    written.force(withMetadata);
    syncNanos = System.nanoTime() - began;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The header stands there twice: without one that holds, nobody knows what the values are. */
  private FileChannel create(SpoolHeader of, List<Frame> standing) throws IOException {
    Path path = directory.segment(of.segment());
    Frame frame = new Frame().begin(Frame.HEADER, false);
    frame.putBytes(of.toJson().canonical().getBytes(StandardCharsets.UTF_8));
    frame.finish(of.startMono());
    Path unnamed = directory.next();
    Files.deleteIfExists(unnamed);
    FileChannel opened = disk.create(unnamed);
    try {
      write(opened, frame);
      write(opened, frame);
      for (Frame each : standing) {
        write(opened, each);
      }
      force(opened, true);
      disk.publish(unnamed, path);
    } catch (IOException e) {
      opened.close();
      Files.deleteIfExists(unnamed);
      throw e;
    }
    digest = Sha256.digest();
    digest.update(frame.array(), 0, frame.size());
    digest.update(frame.array(), 0, frame.size());
    good = 2L * frame.size();
    for (Frame each : standing) {
      digest.update(each.array(), 0, each.size());
      good += each.size();
    }
    return opened;
  }

  private static void write(FileChannel channel, Frame frame) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(frame.array(), 0, frame.size());
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static Object clone(MessageDigest digest) {
    try {
      return digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of the JDK can be cloned", e);
    }
  }
}
