package io.esnode.bundle;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.BytesUtils;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.statistics.geospatial.GeospatialStatistics;
import org.apache.parquet.crypto.FileEncryptionProperties;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Writes one bundle: a Parquet file in which every row group holds one kind of row ({@code docs/format/bundle.md}). The
 * same batches give the same bytes. No class of Hadoop is loaded. Not thread-safe.
 *
 * <pre>
 * "PAR1" | row group 0 | row group 1 | … | page indexes | footer with esnode.manifest | length | "PAR1"
 *        |&lt;- sha256 -&gt;|&lt;- sha256 -&gt;|     digests of the groups stand in the manifest
 * </pre>
 *
 * <p>The file appears under its name with {@link #publish()}; until then it is {@code NAME.partial}, and closing
 * removes it.
 */
public final class BundleWriter implements Closeable {
  /** Values of one row group at most, so that sealing a month needs no more memory than sealing an hour. */
  private static final int MAX_VALUES = 8 << 20;

  private static final int MAX_ROWS = 131_072;
  private static final int MIN_ROWS = 4096;

  private final String node;
  private final MessageType schema;
  private final List<ColumnDescriptor> leaves;
  private final Map<String, Integer> firstLeaf = new HashMap<>();
  private final AtomicFile target;
  private final DigestingFile output;
  private final ParquetProperties properties;
  private final ParquetFileWriter file;
  private final Zstd compressor = new Zstd();
  private final List<Manifest.RowGroup> groups = new ArrayList<>();

  /**
   * A sealed file.
   *
   * @param sha256 of all its bytes
   * @param manifest as it stands in the footer
   */
  public record Sealed(String sha256, long sizeBytes, Manifest manifest) {}

  private BundleWriter(Path path, String node, List<Table> tables) throws IOException {
    this.node = node;
    schema = BundleSchema.of(tables);
    leaves = schema.getColumns();
    int leaf = BundleSchema.HEAD.size();
    for (Table table : tables) {
      firstLeaf.put(table.name(), leaf);
      leaf += table.columns().size();
    }
    properties = properties(tables);
    target = AtomicFile.create(path);
    output = new DigestingFile(target.channel());
    // javac sees Hadoop's Configuration among the overloads; the typed null keeps this call away
    // from it.
    file = new ParquetFileWriter(
        output,
        schema,
        ParquetFileWriter.Mode.CREATE,
        128L << 20,
        0,
        (FileEncryptionProperties) null,
        properties);
    file.start();
  }

  /**
   * Opens a bundle for writing.
   *
   * @param node stands in every row
   * @param tables those that will have rows, in registry order
   */
  public static BundleWriter create(Path path, String node, List<Table> tables) throws IOException {
    return new BundleWriter(path, node, tables);
  }

  /** Times and counters grow steadily: their differences pack better than a dictionary of all their values. */
  private static ParquetProperties properties(List<Table> tables) {
    ParquetProperties.Builder builder = ParquetProperties.builder()
        .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_2_0)
        .withDictionaryEncoding(true)
        .withDictionaryPageSize(1 << 20)
        .withPageSize(1 << 20)
        .withPageRowCountLimit(100_000)
        .withAllocator(new HeapByteBufferAllocator())
        .withPageWriteChecksumEnabled(true);
    for (String head : List.of("tick", "ts", "mono_ns")) {
      builder.withDictionaryEncoding(head, false);
    }
    for (Table table : tables) {
      for (Metric metric : table.columns()) {
        if (metric.kind() == Metric.Kind.COUNTER) {
          builder.withDictionaryEncoding(metric.qualifiedName(), false);
        }
      }
    }
    return builder.build();
  }

  /** Rows after which a batch of that table should be written. */
  public static int rowsPerGroup(Table table) {
    int columns = BundleSchema.HEAD.size() + table.columns().size();
    return Math.max(MIN_ROWS, Math.min(MAX_ROWS, MAX_VALUES / columns));
  }

  /** Writes the batch as one row group, sorted by entity and time; an empty batch writes nothing. */
  public void write(RowBatch batch) throws IOException {
    if (batch.size() == 0) {
      return;
    }
    Integer from = firstLeaf.get(batch.table().name());
    if (from == null) {
      throw new IllegalArgumentException(
          "this bundle was opened without table " + batch.table().name());
    }
    int to = from + batch.table().columns().size();
    int rows = batch.size();
    ColumnChunkPageWriteStore pages = ColumnChunkPageWriteStore.builder()
        .withCompressorProvider(codec -> compressor)
        .withSchema(schema)
        .withAllocator(properties.getAllocator())
        .withColumnIndexTruncateLength(64)
        .withPageWriteChecksumEnabled(true)
        .withRowGroupOrdinal(groups.size())
        .build();
    ColumnWriteStore columns =
        properties.newColumnWriteStore(liveSchema(batch.table()), pages, pages);
    for (int row : batch.order()) {
      head(batch, row, columns);
      for (int i = from; i < to; i++) {
        value(batch, row, i - from, columns.getColumnWriter(leaves.get(i)));
      }
      columns.endRecord();
    }
    long offset = output.startRange();
    file.startBlock(rows);
    columns.flush();
    for (int i = BundleSchema.HEAD.size(); i < leaves.size(); i++) {
      if (i < from || i >= to) {
        nullPage(pages, leaves.get(i), rows);
      }
    }
    pages.flushToFileWriter(file);
    file.endBlock();
    columns.close();
    pages.close();
    groups.add(new Manifest.RowGroup(
        batch.table().name(), rows, offset, output.position() - offset, output.rangeSha256()));
  }

  /**
   * Ends the file.
   *
   * @param manifest makes the manifest from the digests of the row groups
   */
  public Sealed finish(Function<List<Manifest.RowGroup>, Manifest> manifest) throws IOException {
    Manifest made = manifest.apply(List.copyOf(groups));
    file.end(Map.of(Manifest.KEY, made.toJson().canonical()));
    file.close();
    return new Sealed(output.sha256(), output.position(), made);
  }

  /** Makes the finished file durable and gives it its name; whoever signs first leaves no unsigned file behind. */
  public void publish() throws IOException {
    target.commit();
  }

  @Override
  public void close() throws IOException {
    compressor.release();
    target.close();
  }

  /** The column store sees the live group only; every other leaf gets one hand-made page of nulls, ten times cheaper. */
  private MessageType liveSchema(Table table) {
    List<Type> live = new ArrayList<>();
    for (Type field : schema.getFields()) {
      if (field.isPrimitive() || field.getName().equals(table.name())) {
        live.add(field);
      }
    }
    return new MessageType(schema.getName(), live);
  }

  private void head(RowBatch batch, int row, ColumnWriteStore columns) {
    text(columns, 0, batch.table().name());
    number(columns, 1, batch.tick, row);
    number(columns, 2, batch.ts, row);
    number(columns, 3, batch.mono, row);
    text(columns, 4, node);
    text(columns, 5, batch.entity[row]);
    text(columns, 6, batch.origin[row]);
    text(columns, 7, batch.source[row]);
  }

  private void text(ColumnWriteStore columns, int leaf, String value) {
    columns.getColumnWriter(leaves.get(leaf)).write(Binary.fromString(value), 0, 0);
  }

  private void number(ColumnWriteStore columns, int leaf, RowBatch.Numbers values, int row) {
    ColumnWriter writer = columns.getColumnWriter(leaves.get(leaf));
    if (values.present(row)) {
      writer.write(values.value(row), 0, 1);
    } else {
      writer.writeNull(0, 0);
    }
  }

  /** Definition levels: 0 no group, 1 group without this column, 2 a value. */
  private static void value(RowBatch batch, int row, int column, ColumnWriter writer) {
    RowBatch.Texts texts = batch.texts[column];
    String text = texts == null ? null : texts.value(row);
    RowBatch.Numbers numbers = batch.numbers[column];
    if (text != null) {
      writer.write(Binary.fromString(text), 0, 2);
    } else if (numbers != null && numbers.present(row)) {
      long number = numbers.value(row);
      if (batch.table().columns().get(column).type() == Metric.Type.DOUBLE) {
        writer.write(Double.longBitsToDouble(number), 0, 2);
      } else {
        writer.write(number, 0, 2);
      }
    } else {
      writer.writeNull(0, 1);
    }
  }

  /**
   * One data page (v1) of {@code rows} nulls: definition levels as one RLE run of zeros, no values.
   *
   * <pre>
   * 0           4                    4+n
   * | n, 4 LE   | varint(rows &lt;&lt; 1) | 0x00 |
   * </pre>
   */
  private static void nullPage(ColumnChunkPageWriteStore pages, ColumnDescriptor leaf, int rows)
      throws IOException {
    ByteArrayOutputStream run = new ByteArrayOutputStream();
    BytesUtils.writeUnsignedVarInt(rows << 1, run);
    run.write(0);
    byte[] page = new byte[4 + run.size()];
    page[0] = (byte) run.size();
    System.arraycopy(run.toByteArray(), 0, page, 4, run.size());
    Statistics<?> statistics = Statistics.createStats(leaf.getPrimitiveType());
    statistics.incrementNumNulls(rows);
    List<Long> histogram = new ArrayList<>(List.of((long) rows));
    for (int level = 0; level < leaf.getMaxDefinitionLevel(); level++) {
      histogram.add(0L);
    }
    // The overload without GeospatialStatistics throws UnsupportedOperationException (parquet-java
    // 1.18.1).
    pages
        .getPageWriter(leaf)
        .writePage(
            BytesInput.from(page),
            rows,
            rows,
            statistics,
            new SizeStatistics(leaf.getPrimitiveType(), 0, List.of(), histogram),
            GeospatialStatistics.newBuilder(leaf.getPrimitiveType()).build(),
            Encoding.RLE,
            Encoding.RLE,
            Encoding.PLAIN);
  }
}
