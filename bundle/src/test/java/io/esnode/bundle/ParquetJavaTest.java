package io.esnode.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.RecordReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reader of Spark, Trino and many others: it checks more than DuckDB does. */
class ParquetJavaTest {
  @TempDir
  Path dir;

  @Test
  void readsEveryRowAndChecksEveryPage() throws IOException {
    Path file = dir.resolve("t.parquet");
    Samples.write(file, 3);

    List<String> rows = new ArrayList<>();
    try (ParquetFileReader reader = open(file)) {
      MessageColumnIO columns =
          new ColumnIOFactory().getColumnIO(reader.getFileMetaData().getSchema());
      for (PageReadStore pages = reader.readNextRowGroup();
          pages != null;
          pages = reader.readNextRowGroup()) {
        RecordReader<Group> records = columns.getRecordReader(
            pages, new GroupRecordConverter(reader.getFileMetaData().getSchema()));
        for (long row = 0; row < pages.getRowCount(); row++) {
          rows.add(line(records.read()));
        }
      }
    }

    assertThat(rows)
        .containsExactly(
            "disk disk:sda 100",
            "disk disk:sda 101",
            "disk disk:sda 102",
            "disk disk:sdb 100",
            "disk disk:sdb 101",
            "disk disk:sdb 102",
            "audit node -");
  }

  @Test
  void findsTheSchemaThatTheBundleWasMadeWith() throws IOException {
    Path file = dir.resolve("t.parquet");
    Samples.write(file, 3);

    try (ParquetFileReader reader = open(file)) {
      assertThat(reader.getFileMetaData().getSchema())
          .isEqualTo(BundleSchema.of(List.of(Samples.DISK, Samples.AUDIT)));
    }
  }

  private static ParquetFileReader open(Path file) throws IOException {
    return ParquetFileReader.open(
        new LocalInputFile(file),
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ZstdOnly())
            .usePageChecksumVerification(true)
            .build());
  }

  private static String line(Group row) {
    boolean disk = row.getFieldRepetitionCount("disk") > 0;
    return "%s %s %s"
        .formatted(
            row.getString("kind", 0),
            row.getString("entity", 0),
            disk ? row.getGroup("disk", 0).getLong("reads_count", 0) : "-");
  }

  /** Parquet-java's own one wants all of Hadoop. */
  private static final class ZstdOnly implements CompressionCodecFactory {
    @Override
    public BytesInputCompressor getCompressor(CompressionCodecName name) {
      throw new UnsupportedOperationException("only reads");
    }

    @Override
    public BytesInputDecompressor getDecompressor(CompressionCodecName name) {
      return new BytesInputDecompressor() {
        @Override
        @SuppressWarnings("deprecation") // the replacement wants an allocator
        public BytesInput decompress(BytesInput bytes, int size) throws IOException {
          return name == CompressionCodecName.UNCOMPRESSED
              ? bytes
              : BytesInput.from(Zstd.decompress(bytes.toByteArray(), size));
        }

        @Override
        public void decompress(
            ByteBuffer input, int compressed, ByteBuffer output, int uncompressed) {
          throw new UnsupportedOperationException("no direct buffers");
        }

        @Override
        public void release() {}
      };
    }

    @Override
    public void release() {}
  }
}
