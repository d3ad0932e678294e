package io.esnode.analyzer;

import io.esnode.bundle.BundleException;
import io.esnode.json.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Array;
import java.sql.Blob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.duckdb.DuckDBStruct;
import org.jspecify.annotations.Nullable;

/** One SELECT over the views of verified bundles. Not thread-safe. */
public final class BundleQuery {
  private static final BigInteger MAX_JSON = BigInteger.valueOf((1L << 53) - 1);

  /** {@code LINE 2: FROM nosuch} and below it a caret under the culprit. */
  private static final Pattern PLACE = Pattern.compile("(?m)^(LINE (\\d+): )(.*)\\n( *)\\^");

  /** Bytes of a blob that are shown. */
  private static final int MAX_BLOB = 1 << 20;

  private static final Pattern NEAR = Pattern.compile("[\\w.]+");

  private BundleQuery() {}

  /**
   * Runs it.
   *
   * @throws QueryException if the SQL is not one readable SELECT over these views
   * @throws BundleException if a file is no bundle, or its data cannot be read
   * @throws BundleChangedException if a file is not what it was when it was opened
   */
  public static void run(List<VerifiedBundle> bundles, String sql, int memoryMb, QueryRows rows)
      throws IOException {
    try (Session session = Session.open(bundles, memoryMb)) {
      try {
        requireOneSelect(session, sql);
        Views.comment(session.connection(), session.inputs());
        ask(session, sql, rows);
      } catch (SQLException e) {
        session.requireUnchanged();
        throw failure(session, e);
      }
      session.requireUnchanged();
    }
  }

  private static void requireOneSelect(Session session, String sql)
      throws SQLException, QueryException {
    try (PreparedStatement parse = session.connection().prepareStatement("""
        SELECT
            tree->>'$.error_message',
            tree->>'$.position',
            json_array_length(tree, '$.statements')
        FROM (SELECT json_serialize_sql(CAST(? AS VARCHAR)) AS tree)""")) {
      parse.setString(1, sql);
      try (ResultSet row = parse.executeQuery()) {
        row.next();
        String message = row.getString(1);
        String position = row.getString(2);
        if (message != null && position != null) {
          throw new QueryException(message + at(sql, Integer.parseInt(position)));
        }
        if (message != null) {
          throw new QueryException(
              "found another statement, expected one SELECT: bundles are only read");
        }
        if (row.getInt(3) != 1) {
          throw new QueryException(
              "found %s statements, expected one SELECT".formatted(row.getInt(3)));
        }
      }
    }
  }

  /** @param offset in characters from the start */
  private static String at(String sql, int offset) {
    String before = sql.substring(0, Math.min(Math.max(offset, 0), sql.length()));
    long line = before.chars().filter(c -> c == '\n').count() + 1;
    int column = before.length() - (before.lastIndexOf('\n') + 1) + 1;
    return " at line %s column %s".formatted(line, column);
  }

  private static void ask(Session session, String sql, QueryRows rows)
      throws SQLException, IOException {
    try (Statement statement = session.connection().createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      ResultSetMetaData meta = result.getMetaData();
      rows.columns(names(meta));
      while (result.next()) {
        List<Json> cells = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
          cells.add(cell(result.getObject(i)));
        }
        rows.row(cells);
      }
    }
  }

  /** Names of the columns, no two alike, so that a row can be an object. */
  private static List<String> names(ResultSetMetaData meta) throws SQLException {
    List<String> names = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (int i = 1; i <= meta.getColumnCount(); i++) {
      String name = meta.getColumnLabel(i);
      String free = name;
      for (int n = 2; !taken.add(free); n++) {
        free = name + "_" + n;
      }
      names.add(free);
    }
    return names;
  }

  private static Json cell(@Nullable Object value) throws SQLException {
    if (value == null) {
      return Json.of((String) null);
    }
    if (value instanceof Boolean bool) {
      return Json.of(bool.booleanValue());
    }
    if (value instanceof BigDecimal decimal) {
      return Json.of(decimal.toPlainString());
    }
    if (value instanceof BigInteger integer) {
      return integer(integer);
    }
    if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      return integer(BigInteger.valueOf(((Number) value).longValue()));
    }
    if (value instanceof OffsetDateTime time) {
      return Json.of(Moment.text(time.toInstant()));
    }
    if (value instanceof LocalDateTime time) {
      return Json.of(Moment.text(time.toInstant(ZoneOffset.UTC)));
    }
    if (value instanceof Timestamp time) {
      return Json.of(Moment.text(time.toLocalDateTime().toInstant(ZoneOffset.UTC)));
    }
    if (value instanceof Blob blob) {
      return Json.of(HexFormat.of()
          .formatHex(blob.getBytes(1, (int) Math.min(blob.length(), MAX_BLOB))));
    }
    if (value instanceof Array array) {
      return list((Object[]) array.getArray());
    }
    if (value instanceof Object[] array) {
      return list(array);
    }
    if (value instanceof DuckDBStruct struct) {
      return cell(struct.getMap());
    }
    if (value instanceof Map<?, ?> map) {
      Json.Builder object = Json.object();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        object.put(String.valueOf(entry.getKey()), cell(entry.getValue()));
      }
      return object.build();
    }
    return Json.of(String.valueOf(value));
  }

  private static Json integer(BigInteger value) {
    return value.abs().compareTo(MAX_JSON) <= 0
        ? Json.of(value.longValueExact())
        : Json.of(value.toString());
  }

  private static Json list(@Nullable Object[] values) throws SQLException {
    List<Json> items = new ArrayList<>();
    for (Object value : values) {
      items.add(cell(value));
    }
    return Json.array(items);
  }

  /** What the engine says about the SQL is the asker's to mend; what it says about the file is not. */
  private static IOException failure(Session session, SQLException e) {
    String line = Session.firstLine(e);
    boolean asked = line.startsWith("Parser Error")
        || line.startsWith("Binder Error")
        || line.startsWith("Catalog Error")
        || line.startsWith("Permission Error")
        || line.startsWith("Conversion Error")
        || line.startsWith("Out of Range Error")
        || line.startsWith("Not implemented Error")
        || line.startsWith("Out of Memory Error")
        || line.startsWith("Invalid Input Error: Could not");
    if (!asked) {
      return new BundleException(
          "%s: its data cannot be read: %s".formatted(session.names(), line), e);
    }
    return new QueryException(line + place(String.valueOf(e.getMessage())), e);
  }

  private static String place(String message) {
    Matcher matcher = PLACE.matcher(message);
    if (!matcher.find()) {
      return "";
    }
    int column = matcher.group(4).length() - matcher.group(1).length();
    if (column < 0 || matcher.group(3).startsWith("...")) {
      Matcher near = NEAR.matcher(matcher.group(3));
      return column >= 0 && near.find(Math.min(column, matcher.group(3).length()))
          ? " at line %s near \"%s\"".formatted(matcher.group(2), near.group())
          : " at line " + matcher.group(2);
    }
    return " at line %s column %s".formatted(matcher.group(2), column + 1);
  }
}
