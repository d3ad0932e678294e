package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.List;
import java.util.Map;

/**
 * What executed the queries.
 *
 * @param name e.g. {@code duckdb}
 * @param version as the engine says it
 * @param settings every setting that can influence a result, e.g. {@code threads = 1}
 * @param knowledge tables that no recording holds and that queries may join, by name; empty in ledgers from before there
 *     were any
 */
public record Engine(
    String name, String version, Map<String, String> settings, List<Knowledge> knowledge) {
  public Engine {
    settings = Map.copyOf(settings);
    knowledge = List.copyOf(knowledge);
  }

  /**
   * One table of published knowledge.
   *
   * @param version edition of the source, e.g. {@code 2025-10}
   * @param source whose knowledge it is
   * @param sha256 of the table's file: two ledgers with the same digest asked the same table
   */
  public record Knowledge(String table, String version, String source, String sha256) {
    Json.Obj toJson() {
      return Json.object()
          .put("table", table)
          .put("version", version)
          .put("source", source)
          .put("sha256", sha256)
          .build();
    }

    static Knowledge from(Json.Obj json) throws JsonException {
      return new Knowledge(
          json.text("table"), json.text("version"), json.text("source"), json.text("sha256"));
    }
  }

  Json.Obj toJson() {
    Json.Builder json = Json.object()
        .put("name", name)
        .put("version", version)
        .put("settings", Json.texts(settings));
    if (!knowledge.isEmpty()) {
      json.put("knowledge", Json.array(knowledge.stream().map(Knowledge::toJson).toList()));
    }
    return json.build();
  }

  static Engine from(Json.Obj json) throws JsonException {
    return new Engine(
        json.text("name"),
        json.text("version"),
        json.obj("settings").texts(),
        json.has("knowledge") ? Ledger.each(json, "knowledge", Knowledge::from) : List.of());
  }
}
