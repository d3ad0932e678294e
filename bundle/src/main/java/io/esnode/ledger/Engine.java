package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.LinkedHashMap;
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
        .put("settings", texts(settings))
        .build();
  }

  static Engine from(Json.Obj json) throws JsonException {
    return new Engine(json.text("name"), json.text("version"), texts(json.obj("settings")));
  }

  static Json.Obj texts(Map<String, String> map) {
    Json.Builder object = Json.object();
    map.forEach(object::put);
    return object.build();
  }

  static Map<String, String> texts(Json.Obj json) throws JsonException {
    Map<String, String> map = new LinkedHashMap<>();
    for (String name : json.members().keySet()) {
      map.put(name, json.text(name));
    }
    return map;
  }
}
