package io.esnode.bundle;

import java.io.IOException;
import java.io.OutputStream;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.parquet.Version;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.ColumnOrder;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Statistics;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.TypeDefinedOrder;
import org.apache.parquet.format.Util;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/**
 * What a bundle's footer says of its row groups. Nine chunks in ten hold nothing but nulls, so each says only what Parquet
 * demands, and none is in memory longer than it takes to write it. Not thread-safe.
 */
final class Footer {
  /** Bounds of longer texts are left out: they prune nothing and stand in every row group. */
  private static final int MAX_BOUND_BYTES = 256;

  private final MessageType schema;
  private final List<ColumnDescriptor> leaves;
  private final List<Group> groups = new ArrayList<>();
  private long rows;

  /**
   * One row group.
   *
   * @param own its chunks with rows of the table, by leaf; every other leaf has a page of nulls
   * @param nullsAt where those pages are, one behind the other in the order of the leaves
   */
  private record Group(
      int rows, long offset, Map<Integer, ColumnChunk> own, long nullsAt, int nullBytes) {}

  Footer(MessageType schema) {
    this.schema = schema;
    leaves = schema.getColumns();
  }

  void add(int ofGroup, long offset, Map<Integer, ColumnChunk> own, long nullsAt, int nullBytes) {
    groups.add(new Group(ofGroup, offset, own, nullsAt, nullBytes));
    rows += ofGroup;
  }

  /** A chunk that begins there. */
  ColumnChunk chunk(int leaf, Chunk chunk, long offset) {
    List<Encoding> encodings = new ArrayList<>();
    chunk.encodings().forEach(encoding -> encodings.add(Chunk.format(encoding)));
    byte[] dictionary = chunk.dictionary();
    ColumnMetaData column = new ColumnMetaData(
            type(leaf),
            encodings,
            List.of(leaves.get(leaf).getPath()),
            CompressionCodec.ZSTD,
            chunk.values(),
            chunk.uncompressedBytes(),
            chunk.size(),
            offset + dictionary.length)
        .setStatistics(statistics(chunk.statistics()));
    if (dictionary.length > 0) {
      column.setDictionary_page_offset(offset);
    }
    return new ColumnChunk(0).setMeta_data(column);
  }

  /** A chunk of one {@link NullPage}. */
  ColumnChunk nulls(int leaf, int count, long offset, int bytes) {
    return new ColumnChunk(0)
        .setMeta_data(new ColumnMetaData(
                type(leaf),
                List.of(Encoding.PLAIN, Encoding.RLE),
                List.of(leaves.get(leaf).getPath()),
                CompressionCodec.UNCOMPRESSED,
                count,
                bytes,
                bytes,
                offset)
            .setStatistics(new Statistics().setNull_count(count)));
  }

  void write(OutputStream out, String key, String value) throws IOException {
    List<RowGroup> made = new AbstractList<>() {
      @Override
      public RowGroup get(int index) {
        return rowGroup(groups.get(index));
      }

      @Override
      public int size() {
        return groups.size();
      }
    };
    Util.writeFileMetaData(
        new FileMetaData(1, SchemaElements.of(schema), rows, made)
            .setKey_value_metadata(List.of(new KeyValue(key).setValue(value)))
            .setCreated_by(Version.FULL_VERSION)
            .setColumn_orders(
                Collections.nCopies(leaves.size(), ColumnOrder.TYPE_ORDER(new TypeDefinedOrder()))),
        out);
  }

  private RowGroup rowGroup(Group group) {
    List<ColumnChunk> columns = new ArrayList<>(leaves.size());
    long at = group.nullsAt();
    long packed = 0;
    long plain = 0;
    for (int leaf = 0; leaf < leaves.size(); leaf++) {
      ColumnChunk column = group.own().get(leaf);
      if (column == null) {
        column = nulls(leaf, group.rows(), at, group.nullBytes());
        at += group.nullBytes();
      }
      ColumnMetaData meta = Objects.requireNonNull(column.getMeta_data());
      packed += meta.getTotal_compressed_size();
      plain += meta.getTotal_uncompressed_size();
      columns.add(column);
    }
    return new RowGroup(columns, plain, group.rows())
        .setFile_offset(group.offset())
        .setTotal_compressed_size(packed);
  }

  private Type type(int leaf) {
    return SchemaElements.type(leaves.get(leaf).getPrimitiveType());
  }

  /** Bounds of reals are left out: what a NaN or a negative zero does to them, readers do not agree on. */
  private static Statistics statistics(org.apache.parquet.column.statistics.Statistics<?> of) {
    Statistics statistics = new Statistics().setNull_count(of.getNumNulls());
    if (of.hasNonNullValue() && of.type().getPrimitiveTypeName() != PrimitiveTypeName.DOUBLE) {
      byte[] low = of.getMinBytes();
      byte[] high = of.getMaxBytes();
      if (low.length <= MAX_BOUND_BYTES && high.length <= MAX_BOUND_BYTES) {
        statistics.setMin_value(low).setMax_value(high);
      }
    }
    return statistics;
  }
}
