package io.esnode.bundle;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.esnode.metric.Registry;
import io.esnode.metric.Table;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundleWriterTest {
  @TempDir
  Path dir;

  @Test
  void duckdbReadsRowsSortedByEntityAndTimeWithAbsenceAsNull() throws Exception {
    Path file = dir.resolve("t.parquet");
    Samples.write(file, 3);

    assertThat(query(
            file,
            "SELECT kind, entity, tick, epoch_us(ts), disk.reads_count, disk.write_bytes, audit.action"
                + " FROM b ORDER BY file_row_number"))
        .containsExactly(
            "disk|disk:sda|0|1790000000000000|100|null|null",
            "disk|disk:sda|1|1790000001000000|101|null|null",
            "disk|disk:sda|2|1790000002000000|102|null|null",
            "disk|disk:sdb|0|1790000000000000|100|null|null",
            "disk|disk:sdb|1|1790000001000000|101|null|null",
            "disk|disk:sdb|2|1790000002000000|102|null|null",
            "audit|node|null|1790000000000000|null|null|recorder.started");
  }

  @Test
  void realNumberComesBackBitByBit() throws Exception {
    Path file = dir.resolve("t.parquet");
    Table app = Registry.get().table("app");
    double[] values = {0.1, -0.0, 1e308, Double.MIN_VALUE, Double.NaN, Double.NEGATIVE_INFINITY};
    try (BundleWriter writer = BundleWriter.create(file, "n-0123456789abcdef", List.of(app))) {
      RowBatch rows = new RowBatch(app);
      for (int i = 0; i < values.length; i++) {
        rows.startRow("node", "live", "exposition");
        rows.time((long) i, null, (long) i);
        rows.set(app.indexOf("value"), Double.doubleToRawLongBits(values[i]));
      }
      writer.write(rows);
      writer.finish(groups -> Samples.manifest(1, groups));
      writer.publish();
    }

    assertThat(query(file, "SELECT app.value FROM b ORDER BY tick"))
        .containsExactly("0.1", "-0.0", "1.0E308", "4.9E-324", "NaN", "-Infinity");
    assertThat(query(file, "SELECT count(*) FROM b WHERE app.value > 1e307")).containsExactly("2");
  }

  @Test
  void everyRowGroupHoldsOneKind() throws Exception {
    Path file = dir.resolve("t.parquet");
    Samples.write(file, 50);

    assertThat(query(
            file,
            "SELECT row_group_id, stats_min_value, stats_max_value FROM parquet_metadata('" + file
                + "') WHERE path_in_schema = 'kind' ORDER BY row_group_id"))
        .containsExactly("0|disk|disk", "1|audit|audit");
  }

  @Test
  void sameRowsGiveSameBytes() throws Exception {
    BundleWriter.Sealed a = Samples.write(dir.resolve("a.parquet"), 500);
    BundleWriter.Sealed b = Samples.write(dir.resolve("b.parquet"), 500);

    assertThat(b.sha256()).isEqualTo(a.sha256());
    assertThat(Sha256.hex(Files.readAllBytes(dir.resolve("a.parquet")))).isEqualTo(a.sha256());
  }

  @Test
  void manifestListsDigestOfEveryRowGroup() throws Exception {
    Path file = dir.resolve("t.parquet");
    Samples.write(file, 50);
    byte[] bytes = Files.readAllBytes(file);

    for (Manifest.RowGroup group : read(file).manifest().rowGroups()) {
      byte[] range =
          Arrays.copyOfRange(bytes, (int) group.offset(), (int) (group.offset() + group.bytes()));
      assertThat(Sha256.hex(range)).isEqualTo(group.sha256());
    }
  }

  @Test
  void footerGivesManifestAndColumnsBack() throws Exception {
    Path file = dir.resolve("t.parquet");
    BundleWriter.Sealed sealed = Samples.write(file, 50);

    BundleFile bundle = read(file);

    assertThat(bundle.manifest()).isEqualTo(sealed.manifest());
    assertThat(bundle.columns().keySet()).containsExactly("disk", "audit");
    assertThat(bundle.columns().get("audit"))
        .containsExactly(
            "action", "outcome", "detail", "sha256", "account", "record_type", "serial");
    assertThat(bundle.rows()).isEqualTo(101);
  }

  /** Spark's vectorised reader refuses BYTE_STREAM_SPLIT. */
  @Test
  void noColumnUsesByteStreamSplit() throws Exception {
    Path file = dir.resolve("t.parquet");
    Samples.write(file, 2000);

    List<Encoding> encodings = new ArrayList<>();
    for (RowGroup group : requireNonNull(footer(file).getRow_groups())) {
      for (ColumnChunk column : requireNonNull(group.getColumns())) {
        encodings.addAll(requireNonNull(requireNonNull(column.getMeta_data()).getEncodings()));
      }
    }
    assertThat(encodings).isNotEmpty().doesNotContain(Encoding.BYTE_STREAM_SPLIT);
  }

  @Test
  void abandonedBundleLeavesNoFile() throws Exception {
    Path file = dir.resolve("t.parquet");
    try (BundleWriter writer = BundleWriter.create(file, "node", List.of(Samples.DISK))) {
      writer.finish(groups -> Samples.manifest(1, groups));
    }

    try (var files = Files.list(dir)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void foreignParquetIsNamedAsSuch() throws Exception {
    Path file = dir.resolve("foreign.parquet");
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute("COPY (SELECT 1 AS a) TO '" + file + "' (FORMAT parquet)");
    }

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("foreign.parquet: Parquet without esnode.manifest");
  }

  @Test
  void truncatedFileIsNotABundle() throws Exception {
    Path file = dir.resolve("t.parquet");
    Samples.write(file, 5);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));

    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BundleException.class)
        .hasMessageContaining("\"PAR1\" expected at both ends");
  }

  private static BundleFile read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return BundleFile.read(file.getFileName().toString(), channel);
    }
  }

  private static FileMetaData footer(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int length = java.nio.ByteBuffer.wrap(bytes)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .getInt(bytes.length - 8);
    return Util.readFileMetaData(
        new ByteArrayInputStream(bytes, bytes.length - 8 - length, length));
  }

  private static List<String> query(Path file, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = duckdb.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      statement.execute(
          "CREATE VIEW b AS SELECT * FROM read_parquet('" + file + "', file_row_number = true)");
      try (ResultSet result = statement.executeQuery(sql)) {
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
          List<String> row = new ArrayList<>();
          for (int i = 1; i <= columns; i++) {
            row.add(String.valueOf(result.getString(i)));
          }
          rows.add(String.join("|", row));
        }
      }
    }
    return rows;
  }
}
