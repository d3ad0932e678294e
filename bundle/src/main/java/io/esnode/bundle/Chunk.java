package io.esnode.bundle;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageWriteStore;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.column.statistics.geospatial.GeospatialStatistics;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.Util;
import org.jspecify.annotations.Nullable;

/**
 * One column of one row group as it will stand in the file: a dictionary page or none, then data pages (v2), each compressed
 * and with its CRC. Not thread-safe.
 */
final class Chunk implements PageWriteStore, PageWriter {
  private final Zstd compressor;
  private final ByteArrayOutputStream dictionary = new ByteArrayOutputStream();
  private final ByteArrayOutputStream pages = new ByteArrayOutputStream();
  private final Set<Encoding> encodings = EnumSet.noneOf(Encoding.class);
  private final CRC32 crc = new CRC32();
  private @Nullable Statistics<?> statistics;
  private long values;
  private long uncompressedBytes;

  Chunk(Zstd compressor) {
    this.compressor = compressor;
  }

  byte[] dictionary() {
    return dictionary.toByteArray();
  }

  byte[] pages() {
    return pages.toByteArray();
  }

  int size() {
    return dictionary.size() + pages.size();
  }

  /** Nulls included. */
  long values() {
    return values;
  }

  /** With the headers of the pages, as the footer counts. */
  long uncompressedBytes() {
    return uncompressedBytes;
  }

  Set<Encoding> encodings() {
    return encodings;
  }

  Statistics<?> statistics() {
    Statistics<?> all = statistics;
    if (all == null) {
      throw new IllegalStateException("a column chunk without pages");
    }
    return all;
  }

  @Override
  public PageWriter getPageWriter(ColumnDescriptor path) {
    return this;
  }

  @Override
  public void writePageV2(
      int rows,
      int nulls,
      int count,
      BytesInput repetitionLevels,
      BytesInput definitionLevels,
      Encoding encoding,
      BytesInput data,
      Statistics<?> ofPage)
      throws IOException {
    byte[] repetition = bytes(repetitionLevels);
    byte[] definition = bytes(definitionLevels);
    byte[] plain = bytes(data);
    byte[] packed = plain.length == 0 ? plain : compressor.compress(plain);
    int levels = repetition.length + definition.length;
    crc.reset();
    crc.update(repetition);
    crc.update(definition);
    crc.update(packed);
    PageHeader header = new PageHeader(
            PageType.DATA_PAGE_V2, levels + plain.length, levels + packed.length)
        .setCrc((int) crc.getValue())
        .setData_page_header_v2(new DataPageHeaderV2(
            count, nulls, rows, format(encoding), definition.length, repetition.length));
    int before = pages.size();
    Util.writePageHeader(header, pages);
    uncompressedBytes += pages.size() - before + levels + plain.length;
    pages.writeBytes(repetition);
    pages.writeBytes(definition);
    pages.writeBytes(packed);
    encodings.add(encoding);
    encodings.add(Encoding.RLE);
    values += count;
    if (statistics == null) {
      statistics = ofPage.copy();
    } else {
      statistics.mergeStatistics(ofPage);
    }
  }

  @Override
  public void writePageV2(
      int rows,
      int nulls,
      int count,
      BytesInput repetitionLevels,
      BytesInput definitionLevels,
      Encoding encoding,
      BytesInput data,
      Statistics<?> ofPage,
      SizeStatistics sizes,
      GeospatialStatistics places)
      throws IOException {
    writePageV2(rows, nulls, count, repetitionLevels, definitionLevels, encoding, data, ofPage);
  }

  @Override
  public void writeDictionaryPage(DictionaryPage page) throws IOException {
    byte[] plain = bytes(page.getBytes());
    byte[] packed = compressor.compress(plain);
    crc.reset();
    crc.update(packed);
    PageHeader header = new PageHeader(PageType.DICTIONARY_PAGE, plain.length, packed.length)
        .setCrc((int) crc.getValue())
        .setDictionary_page_header(
            new DictionaryPageHeader(page.getDictionarySize(), format(page.getEncoding())));
    Util.writePageHeader(header, dictionary);
    uncompressedBytes += dictionary.size() + plain.length;
    dictionary.writeBytes(packed);
    encodings.add(page.getEncoding());
  }

  static org.apache.parquet.format.Encoding format(Encoding encoding) {
    return org.apache.parquet.format.Encoding.valueOf(encoding.name());
  }

  @SuppressWarnings("deprecation") // the replacement wants an allocator and copies all the same
  private static byte[] bytes(BytesInput input) throws IOException {
    return input.toByteArray();
  }

  @Override
  @SuppressWarnings("deprecation") // abstract all the same
  public void writePage(
      BytesInput data,
      int count,
      Statistics<?> ofPage,
      Encoding repetition,
      Encoding definition,
      Encoding encoding) {
    throw new UnsupportedOperationException("data pages v1");
  }

  @Override
  public void writePage(
      BytesInput data,
      int count,
      int rows,
      Statistics<?> ofPage,
      Encoding repetition,
      Encoding definition,
      Encoding encoding) {
    throw new UnsupportedOperationException("data pages v1");
  }

  @Override
  public long getMemSize() {
    return size();
  }

  @Override
  public long allocatedSize() {
    return size();
  }

  @Override
  public String memUsageString(String prefix) {
    return "%s %d bytes".formatted(prefix, size());
  }

  @Override
  public void close() {}
}
