package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;

/**
 * SQL that gave figures or series; {@code esnode query BUNDLE 'SQL'} runs it again.
 *
 * @param id {@code rule:ID} or {@code series:ID} or {@code figure:ID}
 * @param sha256 of the SQL text's UTF-8 bytes
 * @param sql complete, parameters in place
 */
public record Query(String id, String sha256, String sql) {
  Json.Obj toJson() {
    return Json.object().put("id", id).put("sha256", sha256).put("sql", sql).build();
  }

  static Query from(Json.Obj json) throws JsonException {
    return new Query(json.text("id"), json.text("sha256"), json.text("sql"));
  }
}
