package io.esnode.spool;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

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
}
