package io.esnode.bundle;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.Map;
import java.util.TreeMap;

/**
 * From one initialisation of NVML to the next: while it lasts, driver, library and the meaning of field ids hold. Immutable,
 * thread-safe.
 *
 * @param number counts the sessions of a recording from 0
 * @param initReturn nvmlReturn_t of the initialisation
 * @param simulated whether something other than the system's own library answered
 * @param tsMicros when it began, µs since 1970 UTC
 * @param facts {@code library.path}, {@code library.sha256}, {@code nvml.version}, {@code driver.version}, … as far as known
 * @param sources of each column of each table, the function or the function and field id that filled it in this session
 */
public record NvmlSession(
    long number,
    int initReturn,
    boolean simulated,
    long tsMicros,
    Map<String, String> facts,
    Map<String, Map<String, String>> sources) {
  public NvmlSession {
    facts = Map.copyOf(facts);
    sources = Map.copyOf(sources);
  }

  public Json.Obj toJson() {
    return head().put("sources", sourcesToJson()).build();
  }

  Json.Builder head() {
    return Json.object()
        .put("number", number)
        .put("init_return", initReturn)
        .put("simulated", simulated)
        .put("ts_us", tsMicros)
        .put("facts", Json.texts(facts));
  }

  Json.Obj sourcesToJson() {
    Json.Builder tables = Json.object();
    new TreeMap<>(sources).forEach((table, columns) -> tables.put(table, Json.texts(columns)));
    return tables.build();
  }

  public static NvmlSession from(Json.Obj json) throws JsonException {
    return from(json, json.obj("sources"));
  }

  static NvmlSession from(Json.Obj head, Json.Obj sources) throws JsonException {
    Map<String, Map<String, String>> tables = new TreeMap<>();
    for (String table : sources.members().keySet()) {
      tables.put(table, sources.obj(table).texts());
    }
    return new NvmlSession(
        head.integer("number"),
        (int) head.integer("init_return"),
        head.bool("simulated"),
        head.integer("ts_us"),
        head.obj("facts").texts(),
        tables);
  }
}
