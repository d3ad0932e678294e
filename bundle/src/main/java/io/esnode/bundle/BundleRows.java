package io.esnode.bundle;

import static java.util.Objects.requireNonNull;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.VersionParser.ParsedVersion;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.impl.ColumnReaderImpl;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of one small table straight from a bundle, without any engine. Reads only what {@link BundleWriter} writes:
 * data pages v2 and a dictionary, zstd. Stateless.
 */
public final class BundleRows {
  /** A year of seals at one a minute, twice. */
  private static final long MAX_ROWS = 1 << 20;

  private static final int MAX_CHUNK = 256 << 20;
  private static final int MAX_PAGE = 64 << 20;
  private static final List<String> HEAD = List.of("ts", "mono_ns");

  /**
   * One row.
   *
   * @param texts text columns by name, those of the table that have a value
   * @param numbers the other columns, and {@code ts} and {@code mono_ns} of the head
   */
  public record Row(Map<String, String> texts, Map<String, Long> numbers) {
    public Row {
      texts = Map.copyOf(texts);
      numbers = Map.copyOf(numbers);
    }
  }

  private BundleRows() {}

  /**
   * Reads every row of a table, in file order.
   *
   * @param name for messages
   * @param channel its position is not changed
   * @throws BundleException if the file is not what {@link BundleWriter} writes
   */
  public static List<Row> read(String name, FileChannel channel, String table) throws IOException {
    BundleFile file = BundleFile.read(name, channel);
    List<Row> rows = new ArrayList<>();
    try {
      List<RowGroup> groups = requireNonNull(BundleFile.footer(name, channel).getRow_groups());
      for (int i = 0; i < file.manifest().rowGroups().size(); i++) {
        if (file.manifest().rowGroups().get(i).kind().equals(table)) {
          rows.addAll(rows(name, channel, table, groups.get(i)));
        }
      }
    } catch (RuntimeException e) {
      throw new BundleException(
          "%s: the rows of %s cannot be read: %s"
              .formatted(name, table, e.getClass().getSimpleName()),
          e);
    }
    return rows;
  }

  private static List<Row> rows(String name, FileChannel channel, String table, RowGroup group)
      throws IOException {
    long count = group.getNum_rows();
    if (count < 0 || count > MAX_ROWS) {
      throw new BundleException("%s: %d rows of %s".formatted(name, count, table));
    }
    List<Map<String, String>> texts = new ArrayList<>();
    List<Map<String, Long>> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(new HashMap<>());
      numbers.add(new HashMap<>());
    }
    for (ColumnChunk chunk : requireNonNull(group.getColumns())) {
      ColumnMetaData meta = requireNonNull(chunk.getMeta_data());
      List<String> path = requireNonNull(meta.getPath_in_schema());
      boolean head = path.size() == 1 && HEAD.contains(path.get(0));
      if (head || (path.size() == 2 && path.get(0).equals(table))) {
        column(name, channel, meta, texts, numbers);
      }
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(new Row(texts.get(i), numbers.get(i)));
    }
    return rows;
  }

  private static void column(
      String name,
      FileChannel channel,
      ColumnMetaData meta,
      List<Map<String, String>> texts,
      List<Map<String, Long>> numbers)
      throws IOException {
    if (meta.getCodec() == CompressionCodec.UNCOMPRESSED) {
      // Only a column without values in its row group is not compressed.
      return;
    }
    boolean text = meta.getType() == org.apache.parquet.format.Type.BYTE_ARRAY;
    if ((!text && meta.getType() != org.apache.parquet.format.Type.INT64)
        || meta.getCodec() != CompressionCodec.ZSTD
        || meta.getNum_values() != texts.size()) {
      throw new BundleException(
          "%s: column %s is not as esnode writes it".formatted(name, meta.getPath_in_schema()));
    }
    List<String> path = requireNonNull(meta.getPath_in_schema());
    int present = path.size();
    PrimitiveType type = Types.optional(text ? PrimitiveTypeName.BINARY : PrimitiveTypeName.INT64)
        .named(path.get(path.size() - 1));
    ColumnDescriptor descriptor =
        new ColumnDescriptor(path.toArray(String[]::new), type, 0, present);
    ColumnReaderImpl reader = new ColumnReaderImpl(
        descriptor,
        new Pages(name, bytes(name, channel, meta), meta.getNum_values(), type),
        new PrimitiveConverter() {},
        new ParsedVersion("parquet-mr", null, null));
    for (int i = 0; i < texts.size(); i++) {
      if (reader.getCurrentDefinitionLevel() == present) {
        if (text) {
          texts.get(i).put(type.getName(), reader.getBinary().toStringUsingUTF8());
        } else {
          numbers.get(i).put(type.getName(), reader.getLong());
        }
      }
      reader.consume();
    }
  }

  private static byte[] bytes(String name, FileChannel channel, ColumnMetaData meta)
      throws IOException {
    long from = meta.isSetDictionary_page_offset() && meta.getDictionary_page_offset() > 0
        ? Math.min(meta.getDictionary_page_offset(), meta.getData_page_offset())
        : meta.getData_page_offset();
    long length = meta.getTotal_compressed_size();
    if (from < 0 || length < 0 || length > MAX_CHUNK || from > channel.size() - length) {
      throw new BundleException(
          "%s: column %s lies outside the file".formatted(name, meta.getPath_in_schema()));
    }
    ByteBuffer into = ByteBuffer.allocate((int) length);
    BundleFile.readFully(channel, into, from);
    return into.array();
  }

  /** The pages of one column chunk. */
  private static final class Pages implements PageReader {
    private final long values;
    private final Deque<DataPage> data = new ArrayDeque<>();
    private @Nullable DictionaryPage dictionary;

    Pages(String name, byte[] chunk, long values, PrimitiveType type) throws IOException {
      this.values = values;
      ByteArrayInputStream in = new ByteArrayInputStream(chunk);
      while (in.available() > 0) {
        page(name, header(name, in), in, type);
      }
    }

    private static PageHeader header(String name, InputStream in) throws BundleException {
      try {
        return Util.readPageHeader(in);
      } catch (IOException e) {
        throw new BundleException("%s: a page has no header that can be read".formatted(name), e);
      }
    }

    private void page(String name, PageHeader header, InputStream in, PrimitiveType type)
        throws IOException {
      int size = header.getCompressed_page_size();
      int plain = header.getUncompressed_page_size();
      if (size < 0 || plain < 0 || plain > MAX_PAGE) {
        throw new BundleException("%s: page of %d bytes".formatted(name, plain));
      }
      byte[] bytes = in.readNBytes(size);
      if (bytes.length < size) {
        throw new BundleException("%s: page ends early".formatted(name));
      }
      if (header.isSetDictionary_page_header()) {
        dictionary = new DictionaryPage(
            BytesInput.from(unpacked(bytes, plain)),
            requireNonNull(header.getDictionary_page_header()).getNum_values(),
            Encoding.PLAIN);
      } else if (header.isSetData_page_header_v2()) {
        data.add(data(name, requireNonNull(header.getData_page_header_v2()), bytes, plain, type));
      } else {
        throw new BundleException("%s: page of type %s".formatted(name, header.getType()));
      }
    }

    private static DataPage data(
        String name, DataPageHeaderV2 header, byte[] bytes, int plain, PrimitiveType type)
        throws IOException {
      int levels = header.getDefinition_levels_byte_length();
      if (header.getRepetition_levels_byte_length() != 0 || levels < 0 || levels > bytes.length) {
        throw new BundleException("%s: levels of %d bytes".formatted(name, levels));
      }
      byte[] rest = Arrays.copyOfRange(bytes, levels, bytes.length);
      return new DataPageV2(
          header.getNum_rows(),
          header.getNum_nulls(),
          header.getNum_values(),
          BytesInput.empty(),
          BytesInput.from(bytes, 0, levels),
          Encoding.valueOf(requireNonNull(header.getEncoding()).name()),
          BytesInput.from(
              header.isIs_compressed() && rest.length > 0 ? unpacked(rest, plain - levels) : rest),
          plain,
          Statistics.createStats(type),
          false);
    }

    private static byte[] unpacked(byte[] bytes, int plain) throws BundleException {
      byte[] into = new byte[Math.max(plain, 0)];
      long got = Zstd.decompress(into, bytes);
      if (got != into.length) {
        throw new BundleException("a page is damaged");
      }
      return into;
    }

    @Override
    public @Nullable DictionaryPage readDictionaryPage() {
      return dictionary;
    }

    @Override
    public long getTotalValueCount() {
      return values;
    }

    @Override
    public @Nullable DataPage readPage() {
      return data.poll();
    }
  }
}
