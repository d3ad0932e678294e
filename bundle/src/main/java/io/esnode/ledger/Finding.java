package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one rule says about one entity over one stretch of time.
 *
 * @param id derived from the content: the same finding in the same bundle has the same id
 * @param entity e.g. {@code disk:sda}, {@code node}
 * @param firstTs RFC 3339, null unless present
 * @param lastTs RFC 3339, null unless present
 * @param explanation one or two sentences with the figures' values in place
 * @param figures ids of the figures it states
 */
public record Finding(
    String id,
    String rule,
    String rulebook,
    String entity,
    State state,
    Severity severity,
    @Nullable String firstTs,
    @Nullable String lastTs,
    String title,
    String explanation,
    List<String> figures,
    Evidence evidence) {
  public Finding {
    figures = List.copyOf(figures);
  }

  /**
   * The rows a finding rests on.
   *
   * @param rowCount how many rows
   * @param locatorSha256 SHA-256 over the sorted row ids, each as decimal text and a line feed
   * @param firstRowIds at most the first hundred of them, sorted
   */
  public record Evidence(long rowCount, String locatorSha256, List<Long> firstRowIds) {
    public Evidence {
      firstRowIds = List.copyOf(firstRowIds);
    }

    Json.Obj toJson() {
      return Json.object()
          .put("row_count", rowCount)
          .put("locator_sha256", locatorSha256)
          .put("first_row_ids", Json.array(firstRowIds.stream().map(Json::of).toList()))
          .build();
    }

    static Evidence from(Json.Obj json) throws JsonException {
      return new Evidence(
          json.integer("row_count"),
          json.text("locator_sha256"),
          json.arr("first_row_ids").integers());
    }
  }

  Json.Obj toJson() {
    return Json.object()
        .put("id", id)
        .put("rule", rule)
        .put("rulebook", rulebook)
        .put("entity", entity)
        .put("state", state.word())
        .put("severity", severity.word())
        .put("first_ts", firstTs)
        .put("last_ts", lastTs)
        .put("title", title)
        .put("explanation", explanation)
        .put("figures", Json.strings(figures))
        .put("evidence", evidence.toJson())
        .build();
  }

  static Finding from(Json.Obj json) throws JsonException {
    return new Finding(
        json.text("id"),
        json.text("rule"),
        json.text("rulebook"),
        json.text("entity"),
        State.from(json.text("state")),
        Severity.from(json.text("severity")),
        json.textOrNull("first_ts"),
        json.textOrNull("last_ts"),
        json.text("title"),
        json.text("explanation"),
        json.arr("figures").texts(),
        Evidence.from(json.obj("evidence")));
  }
}
