package io.esnode.bundle;

import io.esnode.metric.Metric;
import io.esnode.metric.Table;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * The Parquet schema of a bundle: eight head columns, then one optional group for each table that has rows. Only types
 * that every engine reads: INT64, DOUBLE, DECIMAL(18, 2) on INT64, TIMESTAMP(MICROS, UTC), UTF-8 text.
 */
final class BundleSchema {
  /** Head columns, in schema order. */
  static final List<String> HEAD =
      List.of("kind", "tick", "ts", "mono_ns", "node", "entity", "origin", "source");

  private BundleSchema() {}

  static MessageType of(List<Table> tables) {
    List<Type> fields = new ArrayList<>();
    fields.add(text("kind", true));
    fields.add(Types.optional(PrimitiveTypeName.INT64).named("tick"));
    fields.add(timestamp("ts"));
    fields.add(Types.optional(PrimitiveTypeName.INT64).named("mono_ns"));
    fields.add(text("node", true));
    fields.add(text("entity", true));
    fields.add(text("origin", true));
    fields.add(text("source", true));
    for (Table table : tables) {
      Types.GroupBuilder<org.apache.parquet.schema.GroupType> group = Types.optionalGroup();
      for (Metric metric : table.columns()) {
        group.addField(column(metric));
      }
      fields.add(group.named(table.name()));
    }
    return new MessageType("esnode", fields);
  }

  private static Type column(Metric metric) {
    return switch (metric.type()) {
      case INT64 -> Types.optional(PrimitiveTypeName.INT64).named(metric.column());
      case DECIMAL2 ->
        Types.optional(PrimitiveTypeName.INT64)
            .as(LogicalTypeAnnotation.decimalType(2, 18))
            .named(metric.column());
      case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE).named(metric.column());
      case TIMESTAMP -> timestamp(metric.column());
      case TEXT -> text(metric.column(), false);
    };
  }

  private static Type timestamp(String name) {
    return Types.optional(PrimitiveTypeName.INT64)
        .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS))
        .named(name);
  }

  private static Type text(String name, boolean required) {
    return (required
            ? Types.required(PrimitiveTypeName.BINARY)
            : Types.optional(PrimitiveTypeName.BINARY))
        .as(LogicalTypeAnnotation.stringType())
        .named(name);
  }
}
