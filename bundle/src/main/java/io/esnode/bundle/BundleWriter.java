package io.esnode.bundle;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Writes one bundle: a Parquet file in which every row group holds one kind of row ({@code docs/format/bundle.md}). The
 * same batches give the same bytes. Not thread-safe.
 *
 * <pre>
 * "PAR1" | row group 0 | row group 1 | … | footer with esnode.manifest | length | "PAR1"
 *        |&lt;- sha256 -&gt;|&lt;- sha256 -&gt;|     digests of the groups stand in the manifest
 * </pre>
 *
 * <p>The file appears under its name with {@link #publish()}; until then it is {@code NAME.partial}, and closing
 * removes it.
 */
public final class BundleWriter implements Closeable {
  /** Rows of one row group at most. */
  public static final int MAX_ROWS = 262_144;

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

  private final String node;
  private final MessageType schema;
  private final List<ColumnDescriptor> leaves;
  /** For each leaf a schema of that column alone. */
  private final List<MessageType> columns = new ArrayList<>();

  private final Map<String, Integer> firstLeaf = new HashMap<>();
  private final AtomicFile target;
  private final DigestingFile output;
  private final Zstd compressor = new Zstd();
  private final ColumnPacker packer = new ColumnPacker(compressor);
  private final Footer footer;
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
    for (ColumnDescriptor column : leaves) {
      columns.add(alone(column));
    }
    footer = new Footer(schema);
    target = AtomicFile.create(path);
    output = new DigestingFile(target.channel());
    output.write(MAGIC);
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
    int[] order = batch.order();
    int rows = order.length;
    long offset = output.startRange();
    Map<Integer, ColumnChunk> own = new HashMap<>();
    head(batch, order, own);
    for (int leaf = from; leaf < to; leaf++) {
      own.put(leaf, values(batch, leaf - from, order, leaf));
    }
    long nullsAt = output.position();
    byte[] nulls = NullPage.of(rows, 0);
    for (int leaf = 0; leaf < leaves.size(); leaf++) {
      if (!own.containsKey(leaf)) {
        output.write(nulls);
      }
    }
    footer.add(rows, offset, own, nullsAt, nulls.length);
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
    long footerAt = output.position();
    footer.write(output.stream(), Manifest.KEY, made.toJson().canonical());
    output.write(ByteBuffer.allocate(Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(Math.toIntExact(output.position() - footerAt))
        .array());
    output.write(MAGIC);
    output.flush();
    return new Sealed(output.sha256(), output.position(), made);
  }

  /** Makes the finished file durable and gives it its name; whoever signs first leaves no unsigned file behind. */
  public void publish() throws IOException {
    target.commit();
  }

  @Override
  public void close() throws IOException {
    compressor.close();
    target.close();
  }

  private static MessageType alone(ColumnDescriptor column) {
    String[] path = column.getPath();
    return path.length == 1
        ? new MessageType("esnode", column.getPrimitiveType())
        : new MessageType(
            "esnode", new GroupType(Type.Repetition.OPTIONAL, path[0], column.getPrimitiveType()));
  }

  private void head(RowBatch batch, int[] order, Map<Integer, ColumnChunk> own) throws IOException {
    own.put(0, text(0, order.length, row -> batch.table().name()));
    own.put(1, number(1, order, batch.tick));
    own.put(2, number(2, order, batch.ts));
    own.put(3, number(3, order, batch.mono));
    own.put(4, text(4, order.length, row -> node));
    own.put(5, text(5, order.length, row -> batch.entity[order[row]]));
    own.put(6, text(6, order.length, row -> batch.origin[order[row]]));
    own.put(7, text(7, order.length, row -> batch.source[order[row]]));
  }

  private ColumnChunk text(int leaf, int rows, IntFunction<String> value) throws IOException {
    return written(leaf, packer.names(columns.get(leaf), rows, (writer, endOfRow) -> {
      String last = null;
      Binary bytes = Binary.EMPTY;
      for (int row = 0; row < rows; row++) {
        String now = value.apply(row);
        if (!now.equals(last)) {
          last = now;
          bytes = Binary.fromString(now);
        }
        writer.write(bytes, 0, 0);
        endOfRow.run();
      }
    }));
  }

  private ColumnChunk number(int leaf, int[] order, Numbers numbers) throws IOException {
    return written(
        leaf,
        packer.smallest(
            columns.get(leaf), (writer, endOfRow) -> numbers(writer, endOfRow, order, numbers, 0)));
  }

  /** Definition levels: 0 no group, 1 group without this column, 2 a value. */
  private ColumnChunk values(RowBatch batch, int column, int[] order, int leaf) throws IOException {
    Numbers numbers = batch.numbers[column];
    if (numbers != null && numbers.any()) {
      boolean real = batch.table().columns().get(column).type() == Metric.Type.DOUBLE;
      return written(leaf, packer.smallest(columns.get(leaf), (writer, endOfRow) -> {
        if (real) {
          reals(writer, endOfRow, order, numbers);
        } else {
          numbers(writer, endOfRow, order, numbers, 1);
        }
      }));
    }
    RowBatch.Texts texts = batch.texts[column];
    if (texts != null && texts.any()) {
      return written(
          leaf,
          packer.smallest(
              columns.get(leaf), (writer, endOfRow) -> texts(writer, endOfRow, order, texts)));
    }
    byte[] page = NullPage.of(order.length, 1);
    long at = output.position();
    output.write(page);
    return footer.nulls(leaf, order.length, at, page.length);
  }

  private static void numbers(
      ColumnWriter writer, Runnable endOfRow, int[] order, Numbers numbers, int absent) {
    for (int row : order) {
      if (numbers.present(row)) {
        writer.write(numbers.value(row), 0, absent + 1);
      } else {
        writer.writeNull(0, absent);
      }
      endOfRow.run();
    }
  }

  private static void reals(ColumnWriter writer, Runnable endOfRow, int[] order, Numbers bits) {
    for (int row : order) {
      if (bits.present(row)) {
        writer.write(Double.longBitsToDouble(bits.value(row)), 0, 2);
      } else {
        writer.writeNull(0, 1);
      }
      endOfRow.run();
    }
  }

  private static void texts(
      ColumnWriter writer, Runnable endOfRow, int[] order, RowBatch.Texts texts) {
    for (int row : order) {
      String text = texts.value(row);
      if (text != null) {
        writer.write(Binary.fromString(text), 0, 2);
      } else {
        writer.writeNull(0, 1);
      }
      endOfRow.run();
    }
  }

  private ColumnChunk written(int leaf, Chunk chunk) throws IOException {
    ColumnChunk said = footer.chunk(leaf, chunk, output.position());
    output.write(chunk.dictionary());
    output.write(chunk.pages());
    return said;
  }
}
