package io.esnode.bundle;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Util;

/**
 * What a bundle's footer says, read without any engine. Immutable, thread-safe.
 *
 * @param manifest parsed
 * @param manifestJson as it stands in the footer
 * @param manifestSha256 of the manifest's canonical text
 * @param columns the file's own tables and their columns, in schema order; a table the file lacks is not there
 * @param rows in all row groups
 */
public record BundleFile(
    Manifest manifest,
    Json.Obj manifestJson,
    String manifestSha256,
    Map<String, List<String>> columns,
    long rows) {
  /** A footer of 305 row groups is under 1 MB; beyond this a file is not one of ours. */
  private static final int MAX_FOOTER = 64 << 20;

  private static final int MAGIC = 0x31524150; // "PAR1", little-endian

  /**
   * Reads the footer.
   *
   * @param name for messages
   * @param channel its position is not changed
   * @throws BundleException if the file is not Parquet, or not a bundle
   */
  public static BundleFile read(String name, FileChannel channel) throws IOException {
    FileMetaData footer = footer(name, channel);
    String text = null;
    if (footer.getKey_value_metadata() != null) {
      for (KeyValue entry : footer.getKey_value_metadata()) {
        if (Manifest.KEY.equals(entry.getKey())) {
          text = entry.getValue();
        }
      }
    }
    if (text == null) {
      throw new BundleException("%s: Parquet without %s in its footer, so not an esnode bundle"
          .formatted(name, Manifest.KEY));
    }
    try {
      Json.Obj json = JsonReader.object(text);
      return new BundleFile(
          Manifest.from(json),
          json,
          Sha256.hex(json.canonical()),
          columns(name, footer),
          footer.getNum_rows());
    } catch (JsonException e) {
      throw new BundleException(
          "%s: %s in the footer: %s".formatted(name, Manifest.KEY, e.getMessage()), e);
    } catch (IllegalStateException e) {
      throw new BundleException(
          "%s: %s in the footer: %s".formatted(name, Manifest.KEY, e.getMessage()), e);
    }
  }

  static FileMetaData footer(String name, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < 12) {
      throw new BundleException("%s: %d bytes, no Parquet file is so small".formatted(name, size));
    }
    ByteBuffer tail = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer head = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, tail, size - 8);
    readFully(channel, head, 0);
    if (head.getInt(0) != MAGIC || tail.getInt(4) != MAGIC) {
      throw new BundleException(
          "%s: not a Parquet file: \"PAR1\" expected at both ends".formatted(name));
    }
    int length = tail.getInt(0);
    if (length <= 0 || length > MAX_FOOTER || length > size - 12) {
      throw new BundleException(
          "%s: footer of %d bytes in a file of %d".formatted(name, length, size));
    }
    ByteBuffer bytes = ByteBuffer.allocate(length);
    readFully(channel, bytes, size - 8 - length);
    try {
      return Util.readFileMetaData(new ByteArrayInputStream(bytes.array()));
    } catch (IOException | RuntimeException e) {
      throw new BundleException(
          "%s: the Parquet footer cannot be read: %s".formatted(name, firstLine(e)), e);
    }
  }

  private static Map<String, List<String>> columns(String name, FileMetaData footer)
      throws BundleException {
    Map<String, List<String>> tables = new LinkedHashMap<>();
    List<SchemaElement> schema = footer.getSchema();
    if (schema == null) {
      throw new BundleException("%s: the Parquet footer has no schema".formatted(name));
    }
    for (int i = 1; i < schema.size(); i++) {
      SchemaElement element = schema.get(i);
      int children = element.isSetNum_children() ? element.getNum_children() : 0;
      if (children < 0 || children > schema.size() - 1 - i) {
        throw new BundleException(
            "%s: schema element %d claims %d children".formatted(name, i, children));
      }
      if (children > 0) {
        List<String> leaves = new ArrayList<>(children);
        for (int child = 0; child < children; child++) {
          leaves.add(schema.get(++i).getName());
        }
        tables.put(element.getName(), List.copyOf(leaves));
      }
    }
    return tables;
  }

  static void readFully(FileChannel channel, ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int n = channel.read(into, at);
      if (n < 0) {
        throw new BundleException("the file became shorter while it was read");
      }
      at += n;
    }
  }

  private static String firstLine(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }
}
