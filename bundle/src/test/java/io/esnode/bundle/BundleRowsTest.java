package io.esnode.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleRowsTest {
  private static final Table SEAL = Registry.get().table("seal");

  @TempDir
  Path dir;

  @Test
  void rowsComeBackAsTheyWereWritten() throws IOException {
    Path file = dir.resolve("b.parquet");
    Samples.write(file, 3);

    assertThat(read(file, "audit"))
        .containsExactly(new BundleRows.Row(
            Map.of(
                "action", "recorder.started",
                "outcome", "success",
                "detail", "<script>alert(1)</script>"),
            Map.of("ts", Samples.START_US, "mono_ns", 5_000_000_000L)));
    assertThat(read(file, "disk")).hasSize(6);
    assertThat(read(file, "disk").get(1).numbers())
        .containsEntry("reads_count", 101L)
        .containsEntry("read_bytes", 4096L)
        .containsEntry("ts", Samples.START_US + 1_000_000L);
    assertThat(read(file, "gap")).isEmpty();
  }

  @Test
  void manyRowsComeBackInOrder() throws IOException {
    Path file = dir.resolve("many.parquet");
    int rows = 3000;
    writeSeals(file, rows);

    List<BundleRows.Row> read = read(file, "seal");

    assertThat(read).hasSize(rows);
    for (int i = 0; i < rows; i++) {
      assertThat(read.get(i).numbers()).containsEntry("epoch", (long) i);
      assertThat(read.get(i).texts())
          .containsEntry("head_sha256", Sha256.hex("head" + i))
          .containsEntry("reason", i % 7 == 0 ? "segment" : "interval");
      assertThat(read.get(i).texts().containsKey("next_key_sha256")).isEqualTo(i % 3 == 0);
    }
  }

  @Test
  void damagedFileGivesRowsOrBundleException() throws IOException {
    Path file = dir.resolve("b.parquet");
    Samples.write(file, 2);
    byte[] whole = Files.readAllBytes(file);
    Path damaged = dir.resolve("d.parquet");
    int step = whole.length / 1500 + 1;
    for (int at = 4; at < whole.length - 8; at += step) {
      byte[] bytes = whole.clone();
      bytes[at] ^= (byte) (1 << (at / step % 8));
      Files.write(damaged, bytes);
      try {
        assertThat(read(damaged, "audit")).hasSizeLessThan(1 << 20);
      } catch (BundleException refused) {
        assertThat(refused.getMessage()).isNotEmpty();
      }
    }
  }

  private static void writeSeals(Path file, int rows) throws IOException {
    try (BundleWriter writer = BundleWriter.create(file, "n", List.of(SEAL))) {
      RowBatch batch = new RowBatch(SEAL);
      for (int i = 0; i < rows; i++) {
        batch.startRow("node", "live", "esnode");
        batch.time(null, Samples.START_US + i, (long) i);
        batch.set(SEAL.indexOf("epoch"), i);
        batch.set(SEAL.indexOf("reason"), i % 7 == 0 ? "segment" : "interval");
        batch.set(SEAL.indexOf("head_sha256"), Sha256.hex("head" + i));
        if (i % 3 == 0) {
          batch.set(SEAL.indexOf("next_key_sha256"), Sha256.hex("next" + i));
        }
      }
      writer.write(batch);
      writer.finish(groups -> Samples.manifest(1, groups));
      writer.publish();
    }
  }

  private static List<BundleRows.Row> read(Path file, String table) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return BundleRows.read(file.toString(), channel, table);
    }
  }
}
