package io.esnode.analyzer;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** Numbers as the ledger writes them: integers and decimals, never reals. */
final class Exact {
  private Exact() {}

  /** A number as the ledger writes it; reals are refused, because engines round and print them differently. */
  static String decimal(String where, String column, Object value, int scale) {
    BigDecimal exact;
    if (value instanceof BigDecimal decimal) {
      exact = decimal;
    } else if (value instanceof BigInteger integer) {
      exact = new BigDecimal(integer);
    } else if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      exact = BigDecimal.valueOf(((Number) value).longValue());
    } else {
      throw new IllegalStateException("%s: %s is %s, expected an integer or DECIMAL"
          .formatted(where, column, value.getClass().getSimpleName()));
    }
    try {
      return exact.setScale(scale, RoundingMode.UNNECESSARY).toPlainString();
    } catch (ArithmeticException e) {
      throw new IllegalStateException(
          "%s: %s = %s has more than %s decimals; round it in the SQL"
              .formatted(where, column, exact, scale),
          e);
    }
  }

  /** Values of one result row by column, for queries that are no rules. */
  static Map<String, Object> onlyRow(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      Map<String, Object> row = new HashMap<>();
      if (result.next()) {
        ResultSetMetaData meta = result.getMetaData();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
          Object value = result.getObject(i);
          if (value != null) {
            row.put(meta.getColumnLabel(i), value);
          }
        }
      }
      return row;
    }
  }
}
