package io.esnode.bundle;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

class BundleFileFuzzTest {
  /** Whatever a footer holds, only the declared exception escapes. */
  @FuzzTest
  void footerGivesBundleOrBundleException(byte[] data) throws IOException {
    Path file = Files.createTempFile("esnode-fuzz", ".parquet");
    try {
      Files.write(file, data);
      try (FileChannel channel = FileChannel.open(file)) {
        BundleFile.read("fuzz", channel);
      } catch (BundleException refused) {
        return;
      }
    } finally {
      Files.delete(file);
    }
  }
}
