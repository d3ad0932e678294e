package io.esnode.spool;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

class SpoolFuzzTest {
  /** Whatever a segment holds, reading ends, and only the declared exception escapes. */
  @FuzzTest
  void segmentGivesRowsOrDamage(byte[] data) throws IOException {
    Path dir = Files.createTempDirectory("esnode-fuzz");
    Files.write(dir.resolve("000000.seg"), data);
    try (SpoolDirectory directory = SpoolDirectory.open(dir)) {
      try {
        SpoolReader.open(directory).read(new Recorded());
      } catch (SpoolException refused) {
        // the declared exception
      }
      directory.delete(directory.segments());
    }
  }

  @FuzzTest
  void keyframeAndDeltaGiveTicksOrSpoolException(byte[] data) {
    TickDecoder decoder = new TickDecoder(Spools.columns());
    try {
      decoder.keyframe(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN), 0);
      decoder.delta(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN), 1);
    } catch (SpoolException refused) {
      return;
    }
  }

  /** The bytes as a lane's frames, behind a header that holds and with a CRC that fits. */
  @FuzzTest
  void laneFramesGiveTicksOrDamage(byte[] data) throws IOException {
    Path dir = Files.createTempDirectory("esnode-fuzz");
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("spool")), Spools.header(), Spools.SMALL)) {
      writer.end("fuzz", 0);
    }
    Path segment = dir.resolve("spool").resolve("000000.seg");
    for (byte type :
        new byte[] {Frame.LANE_KEYFRAME, Frame.LANE_DELTA, Frame.SESSION, Frame.STANDING, Frame.SEAL
        }) {
      Frame frame = new Frame().begin(type, false);
      frame.putBytes(data);
      frame.finish(1);
      Files.write(segment, Arrays.copyOf(frame.array(), frame.size()), StandardOpenOption.APPEND);
    }
    try (SpoolDirectory directory = SpoolDirectory.open(dir.resolve("spool"))) {
      SpoolReader.open(directory).read(new Recorded());
      directory.delete(directory.segments());
    }
    Files.delete(dir);
  }
}
