package io.esnode.bundle;

import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DecimalType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.MicroSeconds;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.StringType;
import org.apache.parquet.format.TimeUnit;
import org.apache.parquet.format.TimestampType;
import org.apache.parquet.format.Type;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;

/** The schema as it stands in the footer: depth first, each type in the new way and in the one that old readers know. */
final class SchemaElements {
  private SchemaElements() {}

  static List<SchemaElement> of(MessageType schema) {
    List<SchemaElement> elements = new ArrayList<>();
    elements.add(new SchemaElement(schema.getName()).setNum_children(schema.getFieldCount()));
    for (org.apache.parquet.schema.Type field : schema.getFields()) {
      add(field, elements);
    }
    return elements;
  }

  /** One of the three that a bundle has. */
  static Type type(PrimitiveType field) {
    return switch (field.getPrimitiveTypeName()) {
      case BINARY -> Type.BYTE_ARRAY;
      case DOUBLE -> Type.DOUBLE;
      case INT64 -> Type.INT64;
      default -> throw new IllegalArgumentException(field + ": not in a bundle");
    };
  }

  private static void add(org.apache.parquet.schema.Type field, List<SchemaElement> to) {
    SchemaElement element = new SchemaElement(field.getName())
        .setRepetition_type(FieldRepetitionType.valueOf(field.getRepetition().name()));
    to.add(element);
    if (!field.isPrimitive()) {
      GroupType group = field.asGroupType();
      element.setNum_children(group.getFieldCount());
      group.getFields().forEach(child -> add(child, to));
      return;
    }
    LogicalTypeAnnotation means = field.getLogicalTypeAnnotation();
    element.setType(type(field.asPrimitiveType()));
    if (element.getType() == Type.BYTE_ARRAY) {
      element
          .setConverted_type(ConvertedType.UTF8)
          .setLogicalType(LogicalType.STRING(new StringType()));
      return;
    }
    if (means instanceof DecimalLogicalTypeAnnotation decimal) {
      element
          .setConverted_type(ConvertedType.DECIMAL)
          .setScale(decimal.getScale())
          .setPrecision(decimal.getPrecision())
          .setLogicalType(
              LogicalType.DECIMAL(new DecimalType(decimal.getScale(), decimal.getPrecision())));
    } else if (means instanceof TimestampLogicalTypeAnnotation) {
      element
          .setConverted_type(ConvertedType.TIMESTAMP_MICROS)
          .setLogicalType(
              LogicalType.TIMESTAMP(new TimestampType(true, TimeUnit.MICROS(new MicroSeconds()))));
    }
  }
}
