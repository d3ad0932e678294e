package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.Map;

/**
 * What executed the queries.
 *
 * @param name e.g. {@code duckdb}
 * @param version as the engine says it
 * @param settings every setting that can influence a result, e.g. {@code threads = 1}
 */
public record Engine(String name, String version, Map<String, String> settings) {
  public Engine {
    settings = Map.copyOf(settings);
  }

  Json.Obj toJson() {
    return Json.object()
        .put("name", name)
        .put("version", version)
        .put("settings", Json.texts(settings))
        .build();
  }

  static Engine from(Json.Obj json) throws JsonException {
    return new Engine(
        json.text("name"), json.text("version"), json.obj("settings").texts());
  }
}
