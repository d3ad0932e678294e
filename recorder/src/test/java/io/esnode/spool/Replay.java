package io.esnode.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

  private static final Duration NEVER = Duration.ofHours(1);

  private final Map<Integer, byte[]> now = new TreeMap<>();
  private final Map<Integer, byte[]> durable = new TreeMap<>();
  private final Map<Integer, String> names = new TreeMap<>();

  /**
   * What kills leave of a small spool with a lane, rows and a session: after each of its writes, and in the middle of it.
   *
   * @param scratch where it is recorded
   */
  public static List<Map<String, byte[]>> kills(Path scratch) throws IOException {
    ScriptedDisk disk = new ScriptedDisk();
    MixedSpool.record(disk, scratch, NEVER);
    Replay replay = new Replay();
    List<Map<String, byte[]>> left = new ArrayList<>();
    for (Use use : disk.uses()) {
      if (use.kind == Use.Kind.WRITE) {
        replay.apply(use, use.bytes().length / 2);
        left.add(replay.killed());
      }
      replay.apply(use);
      left.add(replay.killed());
    }
    return left;
  }

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
  public static void restore(Map<String, byte[]> files, Path spool) throws IOException {
    Files.createDirectories(spool);
    restore(files, Map.of(), spool);
  }

  /** @param there what lies there already */
  static void restore(Map<String, byte[]> files, Map<String, byte[]> there, Path spool)
      throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      if (!Arrays.equals(there.get(file.getKey()), file.getValue())) {
        Files.write(spool.resolve(file.getKey()), file.getValue());
      }
    }
  }

  /** Ticks of the host that are there whole. */
  public static int hostTicks(Map<String, byte[]> files) {
    return wholeFrames(files, Frame.KEYFRAME, Frame.DELTA);
  }

  /** Ticks of all lanes that are there whole. */
  public static int laneTicks(Map<String, byte[]> files) {
    return wholeFrames(files, Frame.LANE_KEYFRAME, Frame.LANE_DELTA);
  }

  /** Whether the recorder ended on purpose. */
  public static boolean ended(Map<String, byte[]> files) {
    return wholeFrames(files, Frame.END) > 0;
  }

  /** Bytes behind the last whole frame of the last segment. */
  public static int tornBytes(Map<String, byte[]> files) {
    String last = "";
    for (String name : files.keySet()) {
      last = name.endsWith(".seg") ? name : last;
    }
    byte[] segment = files.getOrDefault(last, new byte[0]);
    return segment.length - wholeBytes(segment);
  }

  private static int wholeBytes(byte[] segment) {
    ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (segment.length - at >= Frame.HEAD_BYTES
        && segment.length - at - Frame.HEAD_BYTES >= bytes.getInt(at)) {
      at += Frame.HEAD_BYTES + bytes.getInt(at);
    }
    return at;
  }

  /** Frames of these types that are there whole, counted by their lengths alone. */
  static int wholeFrames(Map<String, byte[]> files, int... types) {
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
    int end = wholeBytes(segment);
    int count = 0;
    for (int at = 0; at < end; at += Frame.HEAD_BYTES + bytes.getInt(at)) {
      byte type = segment[at + Frame.HEAD_BYTES];
      count += Arrays.stream(types).anyMatch(wanted -> wanted == type) ? 1 : 0;
    }
    return count;
  }
}
