package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One number and everything needed to derive it again.
 *
 * @param id derived from the content, {@code F-} and twelve hex digits
 * @param label what it is, for people
 * @param value decimal string; never a double
 * @param unit UCUM-like, {@code 1} for a plain count
 * @param query id of the SQL in {@code queries[]}
 * @param column the result column it was read from
 * @param key which result row it was read from, e.g. {@code entity = disk:sda}; empty for a single row
 * @param parameters the query's parameters, name to decimal string
 * @param bundles SHA-256 of every bundle the query read
 * @param rowLocatorSha256 SHA-256 over the row ids it rests on, see {@link Finding.Evidence}; null for an aggregate over all rows
 * @param rowCount rows it rests on
 * @param coverage captured / expected ticks of those bundles, four decimals
 * @param method how it was computed and rounded, in words
 */
public record Figure(
    String id,
    String label,
    String value,
    String unit,
    String query,
    String column,
    String key,
    Map<String, String> parameters,
    List<String> bundles,
    @Nullable String rowLocatorSha256,
    long rowCount,
    String coverage,
    String method) {
  public Figure {
    parameters = Map.copyOf(parameters);
    bundles = List.copyOf(bundles);
  }

  Json.Obj toJson() {
    return Json.object()
        .put("id", id)
        .put("label", label)
        .put("value", value)
        .put("unit", unit)
        .put("query", query)
        .put("column", column)
        .put("key", key)
        .put("parameters", Json.texts(parameters))
        .put("bundles", Json.strings(bundles))
        .put("row_locator_sha256", rowLocatorSha256)
        .put("row_count", rowCount)
        .put("coverage", coverage)
        .put("method", method)
        .build();
  }

  static Figure from(Json.Obj json) throws JsonException {
    return new Figure(
        json.text("id"),
        json.text("label"),
        json.text("value"),
        json.text("unit"),
        json.text("query"),
        json.text("column"),
        json.text("key"),
        json.obj("parameters").texts(),
        json.arr("bundles").texts(),
        json.textOrNull("row_locator_sha256"),
        json.integer("row_count"),
        json.text("coverage"),
        json.text("method"));
  }
}
