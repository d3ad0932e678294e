package io.esnode.analyzer;

import io.esnode.knowledge.Knowledge;
import io.esnode.knowledge.KnowledgeTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Puts the tables of {@link Knowledge} beside the views, so that rules can join what is published. */
final class KnowledgeTables {
  private KnowledgeTables() {}

  static void create(Connection connection) throws SQLException {
    for (KnowledgeTable table : Knowledge.get().tables()) {
      try (Statement sql = connection.createStatement()) {
        sql.execute("CREATE TABLE %s (%s)"
            .formatted(
                table.name(),
                table.columns().stream()
                    .map(c -> Views.name(c.name()) + (c.integer() ? " BIGINT" : " VARCHAR"))
                    .collect(Collectors.joining(", "))));
      }
      fill(connection.unwrap(DuckDBConnection.class), table);
    }
  }

  static void comment(Statement sql) throws SQLException {
    for (KnowledgeTable table : Knowledge.get().tables()) {
      sql.execute("COMMENT ON TABLE %s IS %s"
          .formatted(
              table.name(),
              Views.text(
                  "%s, %s, from %s".formatted(table.title(), table.version(), table.source()))));
      for (KnowledgeTable.Column column : table.columns()) {
        sql.execute("COMMENT ON COLUMN %s.%s IS %s"
            .formatted(table.name(), Views.name(column.name()), Views.text(column.title())));
      }
    }
  }

  private static void fill(DuckDBConnection connection, KnowledgeTable table) throws SQLException {
    try (DuckDBAppender appender = connection.createAppender("main", table.name())) {
      for (List<@Nullable Object> row : table.rows()) {
        appender.beginRow();
        for (Object value : row) {
          if (value instanceof Long number) {
            appender.append(number.longValue());
          } else if (value instanceof String text) {
            appender.append(text);
          } else {
            appender.appendNull();
          }
        }
        appender.endRow();
      }
    }
  }
}
