package io.esnode.log;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns lines of MLPerf's logging into rows of the table {@code event}: {@code namespace}, {@code time_ms},
 * {@code event_type}, {@code key}, {@code value}, {@code metadata}, see mlperf_logging/mllog. Not thread-safe.
 */
final class MlLogRows {
  private static final int KEY_CHARS = 128;
  private static final int VALUE_CHARS = 1024;
  private static final int DEPTH = 8;

  /** 1970 to 2286, as the other logs can say. */
  private static final long MOST_MILLIS = 10_000_000_000_000L;

  private final LogRows rows;
  private final LogNames names;

  MlLogRows(LogRows rows, LogNames names) {
    this.rows = rows;
    this.names = names;
  }

  /**
   * Takes a line without its mark.
   *
   * @return false where it is none
   */
  boolean line(byte[] content) {
    Json.Obj line;
    String key;
    try {
      line = JsonReader.object(content);
      key = line.text("key");
    } catch (JsonException e) {
      return false;
    }
    if (key.isBlank() || key.length() > KEY_CHARS) {
      return false;
    }
    rows.count();
    String reason = names.word(key);
    Map<String, String> texts = new TreeMap<>();
    texts.put("event_class", "mllog");
    texts.put("reason", reason);
    if (line.members().get("event_type") instanceof Json.Str type
        && type.value().matches("[A-Z_]{1,32}")) {
      texts.put("event_type", type.value());
    }
    String value = value(line.members().get("value"));
    if (value != null) {
      texts.put("value", names.text(value));
    }
    texts.put("text", names.text(new String(content, java.nio.charset.StandardCharsets.UTF_8)));
    rows.row("event", reason, texts, Map.of(), micros(line));
    return true;
  }

  /** The command's own time; that of reading where it gives none. */
  private long micros(Json.Obj line) {
    try {
      long millis = line.integer("time_ms");
      if (millis > 0 && millis < MOST_MILLIS) {
        return millis * 1000;
      }
    } catch (JsonException e) {
      // A line without a time is as old as its reading.
    }
    return rows.now().tsMicros();
  }

  /** As JSON, a bare text without quotes; null where there is no value. */
  private static @Nullable String value(@Nullable Json value) {
    if (value == null || value instanceof Json.Null) {
      return null;
    }
    if (value instanceof Json.Str text) {
      return text.value();
    }
    StringBuilder json = new StringBuilder();
    write(value, json, 0);
    return json.length() > VALUE_CHARS ? json.substring(0, VALUE_CHARS) + " …" : json.toString();
  }

  private static void write(Json value, StringBuilder json, int depth) {
    if (json.length() > VALUE_CHARS || depth > DEPTH) {
      json.append('…');
    } else if (value instanceof Json.Obj object) {
      json.append('{');
      Iterator<Map.Entry<String, Json>> members = object.members().entrySet().iterator();
      while (members.hasNext()) {
        Map.Entry<String, Json> member = members.next();
        json.append(Json.of(member.getKey()).canonical()).append(':');
        write(member.getValue(), json, depth + 1);
        json.append(members.hasNext() ? "," : "");
      }
      json.append('}');
    } else if (value instanceof Json.Arr array) {
      json.append('[');
      Iterator<Json> items = array.items().iterator();
      while (items.hasNext()) {
        write(items.next(), json, depth + 1);
        json.append(items.hasNext() ? "," : "");
      }
      json.append(']');
    } else if (value instanceof Json.Num number) {
      json.append(number.value());
    } else {
      json.append(value.canonical());
    }
  }
}
