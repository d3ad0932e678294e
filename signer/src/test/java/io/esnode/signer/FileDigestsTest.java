package io.esnode.signer;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.bundle.Manifest;
import io.esnode.bundle.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileDigestsTest {
  private static final int BLOCK = 1 << 20;

  @TempDir
  Path dir;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 17})
  void rangesAcrossBlocksGiveTheDigestsOfTheirBytes(int size) throws IOException {
    byte[] bytes = new byte[size];
    new Random(7).nextBytes(bytes);
    Path file = Files.write(dir.resolve("f"), bytes);
    List<Manifest.RowGroup> ranges = List.of(
        range(0, Math.max(1, size / 3)),
        range(size / 2 + 1, BLOCK + 5),
        range(2 * BLOCK + BLOCK / 2 + 20, 4));

    FileDigests digests;
    try (FileChannel open = FileChannel.open(file)) {
      digests = FileDigests.of(open, ranges);
    }

    assertThat(digests.sha256()).isEqualTo(Sha256.hex(bytes));
    assertThat(digests.rowGroups())
        .isEqualTo(ranges.stream().map(range -> expected(bytes, range)).toList());
  }

  private static Manifest.RowGroup range(long offset, long bytes) {
    return new Manifest.RowGroup("gpu", 1, offset, bytes, "");
  }

  private static String expected(byte[] bytes, Manifest.RowGroup range) {
    long end = range.offset() + range.bytes();
    return end > bytes.length
        ? ""
        : Sha256.hex(Arrays.copyOfRange(bytes, (int) range.offset(), (int) end));
  }
}
