package io.esnode.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Does again, step by step, what a spool did to its disk, and says what a crash after each step leaves. */
public final class Replay {
  /** What a power loss makes of bytes that were not synced. */
  enum Unsynced {
    GONE,
    ZEROS,
    HALF
  }

  private final Map<Integer, byte[]> now = new TreeMap<>();
  private final Map<Integer, byte[]> durable = new TreeMap<>();
  private final Map<Integer, String> names = new TreeMap<>();

  /** One whole step. */
  void apply(Use use) {
    apply(use, use.bytes().length);
  }

  /**
   * A step, or the beginning of one.
   *
   * @param bytes of a write
   */
  void apply(Use use, int bytes) {
    byte[] file = now.getOrDefault(use.file, new byte[0]);
    switch (use.kind) {
      case CREATE -> now.put(use.file, file);
      case WRITE -> {
        byte[] longer = Arrays.copyOf(file, (int) Math.max(file.length, use.at + bytes));
        System.arraycopy(use.bytes(), 0, longer, (int) use.at, bytes);
        now.put(use.file, longer);
      }
      case TRUNCATE -> now.put(use.file, Arrays.copyOf(file, (int) use.at));
      case FORCE -> durable.put(use.file, file);
      case PUBLISH -> names.put(use.file, use.name);
    }
  }

  /** What {@code kill -9} leaves: all that was written. */
  Map<String, byte[]> killed() {
    Map<String, byte[]> left = new TreeMap<>();
    now.forEach((file, bytes) -> left.put(names.getOrDefault(file, "next"), bytes));
    return left;
  }

  /** What a power loss leaves: all that was synced, and of the rest what the kernel pleases. */
  Map<String, byte[]> powerLost(Unsynced rest) {
    Map<String, byte[]> left = new TreeMap<>();
    names.forEach((file, name) -> {
      byte[] synced = durable.getOrDefault(file, new byte[0]);
      byte[] written = now.getOrDefault(file, new byte[0]);
      left.put(
          name,
          switch (rest) {
            case GONE -> synced;
            case ZEROS -> Arrays.copyOf(synced, Math.max(synced.length, written.length));
            case HALF -> Arrays.copyOf(written, (synced.length + written.length) / 2);
          });
    });
    return left;
  }

  /** What was synced for sure. */
  Map<String, byte[]> durable() {
    return powerLost(Unsynced.GONE);
  }

  /** Writes it where a recorder would have. */
  static void restore(Map<String, byte[]> files, Path spool) throws IOException {
    Files.createDirectories(spool);
    restore(files, Map.of(), spool);
  }

  /** @param there what lies there already */
  static void restore(Map<String, byte[]> files, Map<String, byte[]> there, Path spool)
      throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      if (there.get(file.getKey()) != file.getValue()) {
        Files.write(spool.resolve(file.getKey()), file.getValue());
      }
    }
  }

  /** Frames of these types that are there whole, counted by their lengths alone. */
  public static int wholeFrames(Map<String, byte[]> files, int... types) {
    int count = 0;
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      if (file.getKey().endsWith(".seg")) {
        count += wholeFrames(file.getValue(), types);
      }
    }
    return count;
  }

  private static int wholeFrames(byte[] segment, int... types) {
    ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    int count = 0;
    int at = 0;
    while (segment.length - at >= Frame.HEAD_BYTES
        && segment.length - at - Frame.HEAD_BYTES >= bytes.getInt(at)) {
      byte type = segment[at + Frame.HEAD_BYTES];
      count += Arrays.stream(types).anyMatch(wanted -> wanted == type) ? 1 : 0;
      at += Frame.HEAD_BYTES + bytes.getInt(at);
    }
    return count;
  }
}
