package io.esnode.recorder;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.source.Row;
import io.esnode.spool.SpoolDirectory;
import io.esnode.spool.SpoolWriter;
import io.esnode.spool.Spools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnSourceTest {
  @TempDir
  Path dir;

  @Test
  void bytesOfTheSpoolAreThoseOnTheDisk() throws IOException {
    Path spool = dir.resolve("t.parquet.spool");
    try (SpoolWriter writer = SpoolWriter.open(
        SpoolDirectory.create(spool), Spools.header(), SpoolWriter.Options.DEFAULT)) {
      OwnSource own = new OwnSource(writer);
      own.sample();
      assertThat(value(own, "spool_bytes")).isEqualTo(Files.size(spool.resolve("000000.seg")));
      assertThat(value(own, "fsync_us")).isNotNegative();

      writer.row(Spools.audit("recorder.started"), Spools.START_MONO);
      writer.end("test over", Spools.START_MONO);
      own.begin(1_234_567);
      own.sample();

      assertThat(value(own, "spool_bytes")).isEqualTo(Files.size(spool.resolve("000000.seg")));
      assertThat(value(own, "queue_depth_count")).isZero();
      assertThat(value(own, "lateness_us")).isEqualTo(1_234);
    }
  }

  private static long value(OwnSource own, String column) {
    Row row = own.rows().get(0);
    int at = row.table().indexOf(column);
    assertThat(row.present(at)).as(column).isTrue();
    return row.value(at);
  }
}
