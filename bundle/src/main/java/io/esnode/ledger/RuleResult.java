package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.List;

/**
 * One rule and what came of it.
 *
 * @param requires {@code table.column} names the rule cannot do without
 * @param source where the rule's knowledge comes from
 * @param query id of its SQL in {@code queries[]}
 * @param reason why it was not observed, empty otherwise
 */
public record RuleResult(
    String id,
    String title,
    Severity severity,
    String rulebook,
    State state,
    String reason,
    List<String> requires,
    List<Param> params,
    String source,
    String query) {
  public RuleResult {
    requires = List.copyOf(requires);
    params = List.copyOf(params);
  }

  /**
   * A threshold of a rule.
   *
   * @param name ends in its unit, e.g. {@code min_duration_s}
   * @param value decimal string
   * @param text what it is for
   */
  public record Param(String name, String value, String text) {
    Json.Obj toJson() {
      return Json.object()
          .put("name", name)
          .put("value", value)
          .put("text", text)
          .build();
    }

    static Param from(Json.Obj json) throws JsonException {
      return new Param(json.text("name"), json.text("value"), json.text("text"));
    }
  }

  Json.Obj toJson() {
    return Json.object()
        .put("id", id)
        .put("title", title)
        .put("severity", severity.word())
        .put("rulebook", rulebook)
        .put("state", state.word())
        .put("reason", reason)
        .put("requires", Json.strings(requires))
        .put("params", Json.array(params.stream().map(Param::toJson).toList()))
        .put("source", source)
        .put("query", query)
        .build();
  }

  static RuleResult from(Json.Obj json) throws JsonException {
    return new RuleResult(
        json.text("id"),
        json.text("title"),
        Severity.from(json.text("severity")),
        json.text("rulebook"),
        State.from(json.text("state")),
        json.text("reason"),
        json.arr("requires").texts(),
        Ledger.each(json, "params", Param::from),
        json.text("source"),
        json.text("query"));
  }
}
