package io.esnode.bundle;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Util;

/**
 * Prints where a bundle's bytes are: values that are not null and bytes of each table, and what stands around them. Head columns
 * are values too. Run by {@code bench/sealing}.
 *
 * <p>Arguments: the bundle; with a second one, {@code columns}, every column that has values.
 */
final class BundleShape {
  /** What one table takes. */
  private static final class Part {
    private long groups;
    private long rows;
    private long bytes;
    private long values;

    private void print(PrintWriter out, String name) {
      out.printf(
          Locale.ROOT,
          "%-32s %6d %10d %12d %12d %8.3f%n",
          name,
          groups,
          rows,
          values,
          bytes,
          values == 0 ? 0.0 : bytes / (double) values);
    }
  }

  private BundleShape() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    boolean columns = arguments.length > 1;
    long size = Files.size(file);
    long footerBytes;
    FileMetaData footer;
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(size - 8);
      footerBytes = Integer.reverseBytes(in.readInt());
      in.seek(size - 8 - footerBytes);
      try (InputStream rest = Channels.newInputStream(in.getChannel())) {
        footer = Util.readFileMetaData(rest);
      }
    }
    Map<String, Part> parts = new LinkedHashMap<>();
    Part all = new Part();
    for (RowGroup group : requireNonNull(footer.getRow_groups())) {
      String kind = kind(group);
      Part part = parts.computeIfAbsent(kind, k -> new Part());
      part.groups++;
      part.rows += group.getNum_rows();
      for (ColumnChunk chunk : requireNonNull(group.getColumns())) {
        ColumnMetaData column = requireNonNull(chunk.getMeta_data());
        long values =
            column.getNum_values() - requireNonNull(column.getStatistics()).getNull_count();
        part.bytes += column.getTotal_compressed_size();
        part.values += values;
        if (columns && values > 0) {
          String path = String.join(".", requireNonNull(column.getPath_in_schema()));
          Part own = parts.computeIfAbsent(
              "  " + kind + (path.contains(".") ? "" : "/") + path.substring(path.indexOf('.') + 1),
              k -> new Part());
          own.groups++;
          own.rows += group.getNum_rows();
          own.bytes += column.getTotal_compressed_size();
          own.values += values;
        }
      }
      all.groups++;
    }
    parts.forEach((name, part) -> {
      if (!name.startsWith(" ")) {
        all.rows += part.rows;
        all.values += part.values;
      }
    });
    all.bytes = size;
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    out.printf(
        Locale.ROOT,
        "%-32s %6s %10s %12s %12s %8s%n",
        "table",
        "groups",
        "rows",
        "values",
        "bytes",
        "B/value");
    parts.forEach((name, part) -> part.print(out, name));
    all.print(out, "file");
    out.printf(Locale.ROOT, "footer %d bytes%n", footerBytes);
  }

  private static String kind(RowGroup group) {
    ColumnChunk first = requireNonNull(group.getColumns()).get(0);
    return new String(
        requireNonNull(
            requireNonNull(requireNonNull(first.getMeta_data()).getStatistics()).getMin_value()),
        StandardCharsets.UTF_8);
  }
}
