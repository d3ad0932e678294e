package io.esnode.spool;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A row that does not come with every tick: audit, gap, inventory. Immutable, thread-safe.
 *
 * @param table e.g. {@code audit}
 * @param tick null where it belongs to no tick
 * @param tsMicros null where only the monotonic time is known
 * @param texts text columns by name
 * @param numbers other columns by name: plain, or µs for a timestamp
 */
public record TextRow(
    String table,
    String entity,
    String source,
    String origin,
    @Nullable Long tick,
    @Nullable Long tsMicros,
    Map<String, String> texts,
    Map<String, Long> numbers) {
  public TextRow {
    texts = Map.copyOf(texts);
    numbers = Map.copyOf(numbers);
  }

  Json.Obj toJson() {
    // As decimal strings: JSON numbers end at 2^53.
    Json.Builder number = Json.object();
    new TreeMap<>(numbers).forEach((name, value) -> number.put(name, Long.toString(value)));
    return Json.object()
        .put("table", table)
        .put("entity", entity)
        .put("source", source)
        .put("origin", origin)
        .put("tick", Json.ofNullable(tick))
        .put("ts_us", Json.ofNullable(tsMicros))
        .put("texts", Json.texts(texts))
        .put("numbers", number.build())
        .build();
  }

  static TextRow from(Json.Obj json) throws JsonException {
    Map<String, Long> numbers = new TreeMap<>();
    for (String name : json.obj("numbers").members().keySet()) {
      String value = json.obj("numbers").text(name);
      try {
        numbers.put(name, Long.parseLong(value));
      } catch (NumberFormatException e) {
        throw new JsonException(
            "numbers.%s: found \"%s\", expected a 64-bit integer".formatted(name, value), e);
      }
    }
    return new TextRow(
        json.text("table"),
        json.text("entity"),
        json.text("source"),
        json.text("origin"),
        json.integerOrNull("tick"),
        json.integerOrNull("ts_us"),
        json.obj("texts").texts(),
        numbers);
  }
}
