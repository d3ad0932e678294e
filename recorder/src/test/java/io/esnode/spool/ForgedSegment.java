package io.esnode.spool;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** A segment edited by somebody who knows the format and repairs the CRC. */
final class ForgedSegment {
  private ForgedSegment() {}

  /** The same segment, but its first keyframe says another wall time. */
  static byte[] withFirstKeyframeMovedBy(byte[] original, long micros) {
    ByteBuffer segment = ByteBuffer.wrap(original.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (segment.get(at + Frame.HEAD_BYTES) != Frame.KEYFRAME) {
      at += Frame.HEAD_BYTES + segment.getInt(at);
    }
    // type, sync, seq and skipped of one byte each, then the wall clock
    int wall = at + Frame.HEAD_BYTES + 1 + 4 + 1 + 1;
    segment.putLong(wall, segment.getLong(wall) + micros);
    CRC32C crc = new CRC32C();
    crc.update(segment.array(), at, 4);
    crc.update(segment.array(), at + 8, 8 + segment.getInt(at));
    segment.putInt(at + 4, (int) crc.getValue());
    return segment.array();
  }
}
