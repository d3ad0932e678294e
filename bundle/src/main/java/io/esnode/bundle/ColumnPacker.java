package io.esnode.bundle;

import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.schema.MessageType;

/**
 * Packs one column of one row group at a time, so that no more than one is in memory, and picks the encoding that takes fewer
 * bytes: a dictionary, or differences. Not thread-safe.
 */
final class ColumnPacker {
  private static final int DICTIONARY_BYTES = 1 << 20;

  /** Where the pages' headers weigh. */
  private static final int FEW_ROWS = 4096;

  private static final ParquetProperties DICTIONARY = properties(true);
  private static final ParquetProperties DIFFERENCES = properties(false);

  private final Zstd compressor;

  /** Writes every row's value. */
  @FunctionalInterface
  interface Values {
    void writeTo(ColumnWriter writer, Runnable endOfRow);
  }

  ColumnPacker(Zstd compressor) {
    this.compressor = compressor;
  }

  private static ParquetProperties properties(boolean dictionary) {
    return ParquetProperties.builder()
        .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_2_0)
        .withDictionaryEncoding(dictionary)
        .withDictionaryPageSize(DICTIONARY_BYTES)
        .withPageSize(1 << 20)
        .withPageRowCountLimit(BundleWriter.MAX_ROWS)
        .withSizeStatisticsEnabled(false)
        .withAllocator(new HeapByteBufferAllocator())
        .build();
  }

  /**
   * The smaller of both; of two equal ones differences.
   *
   * @param column a schema of that column alone
   */
  Chunk smallest(MessageType column, Values values) {
    Chunk differences = pack(DIFFERENCES, column, values);
    Chunk dictionary = pack(DICTIONARY, column, values);
    return dictionary.size() < differences.size() ? dictionary : differences;
  }

  /** The same for few names that come again and again: of many rows a dictionary. */
  Chunk names(MessageType column, int rows, Values values) {
    return rows <= FEW_ROWS ? smallest(column, values) : pack(DICTIONARY, column, values);
  }

  private Chunk pack(ParquetProperties properties, MessageType column, Values values) {
    ColumnDescriptor leaf = column.getColumns().get(0);
    Chunk chunk = new Chunk(compressor);
    try (ColumnWriteStore store = properties.newColumnWriteStore(column, chunk)) {
      values.writeTo(store.getColumnWriter(leaf), store::endRecord);
      store.flush();
    }
    return chunk;
  }
}
