package io.esnode.gpu;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import io.esnode.wire.Message;
import io.esnode.wire.WireException;
import io.esnode.wire.WireReader;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;

class GpuIntakeFuzzTest {
  /** A capture process may be dying, or mad: whatever it says is taken or refused. */
  @FuzzTest
  void anythingOnThePipeIsTakenOrRefused(byte[] data) throws IOException {
    Path dir = Files.createTempDirectory("esnode-fuzz");
    try (SpoolWriter spool = SpoolWriter.open(
        SpoolDirectory.create(dir.resolve("spool")),
        Spools.header(),
        SpoolWriter.Options.LOSSLESS)) {
      GpuIntake intake = new GpuIntake(spool);
      WireReader in = new WireReader(Channels.newChannel(new ByteArrayInputStream(data)));
      try {
        for (Message message = in.next(); message != null; message = in.next()) {
          intake.accept(message);
        }
      } catch (WireException | EOFException broken) {
        // the declared exceptions
      }
      spool.end("fuzz", 0);
    }
    try (SpoolDirectory directory = SpoolDirectory.open(dir.resolve("spool"))) {
      directory.delete(directory.segments());
    }
    Files.delete(dir);
  }
}
