package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import io.esnode.json.JsonReader;
import java.util.ArrayList;
import java.util.List;

/**
 * The answer of one analysis, schema {@value #SCHEMA} ({@code docs/format/ledger.schema.json}): the same bundles and the
 * same trust give the same bytes. Immutable, thread-safe.
 *
 * <p>Reals are decimal strings of a stated scale, times are RFC 3339 in UTC with microseconds, digests are lower-case
 * hex SHA-256.
 *
 * @param toolVersion version of esnode that analysed
 * @param engine name and version of the query engine and the settings that influence results
 * @param asOf the moment for which outcomes that depend on the date hold
 * @param trust the worst trust state of all bundles, in the words of {@code TrustState}
 * @param simulated whether any row is simulated; then every output made from this ledger says SIMULATED
 * @param bundles what was analysed, in ordinal order
 * @param coverage how complete the recording is
 * @param rules every rule of the rule books used, whether it could be evaluated or not
 * @param findings what the rules found, what they did not find, and what could not be observed
 * @param diagnosis the answer
 * @param figures every number printed anywhere, with its derivation
 * @param queries the SQL behind figures and series, each once
 * @param series lines for charts
 * @param notPerformed what was not done, in words
 */
public record Ledger(
    String toolVersion,
    Engine engine,
    String asOf,
    String trust,
    boolean simulated,
    List<AnalyzedBundle> bundles,
    Coverage coverage,
    List<RuleResult> rules,
    List<Finding> findings,
    Diagnosis diagnosis,
    List<Figure> figures,
    List<Query> queries,
    List<Series> series,
    List<String> notPerformed) {
  public static final String SCHEMA = "esnode.analysis/1";

  public Ledger {
    bundles = List.copyOf(bundles);
    rules = List.copyOf(rules);
    findings = List.copyOf(findings);
    figures = List.copyOf(figures);
    queries = List.copyOf(queries);
    series = List.copyOf(series);
    notPerformed = List.copyOf(notPerformed);
  }

  /** The figure of that id; a ledger that names a figure it does not carry is a bug of its writer. */
  public Figure figure(String id) {
    return figures.stream()
        .filter(f -> f.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no figure " + id + " in this ledger"));
  }

  public Json.Obj toJson() {
    return Json.object()
        .put("schema", SCHEMA)
        .put(
            "tool",
            Json.object().put("name", "esnode").put("version", toolVersion).build())
        .put("engine", engine.toJson())
        .put("as_of", asOf)
        .put("trust", trust)
        .put("simulated", simulated)
        .put("bundles", Json.array(bundles.stream().map(AnalyzedBundle::toJson).toList()))
        .put("coverage", coverage.toJson())
        .put("rules", Json.array(rules.stream().map(RuleResult::toJson).toList()))
        .put("findings", Json.array(findings.stream().map(Finding::toJson).toList()))
        .put("diagnosis", diagnosis.toJson())
        .put("figures", Json.array(figures.stream().map(Figure::toJson).toList()))
        .put("queries", Json.array(queries.stream().map(Query::toJson).toList()))
        .put("series", Json.array(series.stream().map(Series::toJson).toList()))
        .put("not_performed", Json.strings(notPerformed))
        .build();
  }

  /** Reads a ledger written by {@link #toJson()}. */
  public static Ledger parse(byte[] utf8) throws JsonException {
    Json.Obj json = JsonReader.object(utf8);
    if (!SCHEMA.equals(json.text("schema"))) {
      throw new JsonException(
          "schema: found \"%s\", expected \"%s\"".formatted(json.text("schema"), SCHEMA));
    }
    return new Ledger(
        json.obj("tool").text("version"),
        Engine.from(json.obj("engine")),
        json.text("as_of"),
        json.text("trust"),
        json.bool("simulated"),
        each(json, "bundles", AnalyzedBundle::from),
        Coverage.from(json.obj("coverage")),
        each(json, "rules", RuleResult::from),
        each(json, "findings", Finding::from),
        Diagnosis.from(json.obj("diagnosis")),
        each(json, "figures", Figure::from),
        each(json, "queries", Query::from),
        each(json, "series", Series::from),
        json.arr("not_performed").texts());
  }

  /** Reads one object of an array. */
  interface Reader<T> {
    T read(Json.Obj json) throws JsonException;
  }

  static <T> List<T> each(Json.Obj parent, String name, Reader<T> reader) throws JsonException {
    List<T> all = new ArrayList<>();
    for (Json.Obj item : parent.arr(name).objects()) {
      try {
        all.add(reader.read(item));
      } catch (JsonException e) {
        throw new JsonException("%s[%d]: %s".formatted(name, all.size(), e.getMessage()), e);
      }
    }
    return all;
  }
}
