package io.esnode.ledger;

import io.esnode.json.Json;
import io.esnode.json.JsonException;
import java.util.List;
import java.util.Locale;

/**
 * The answer: what caused it, or that nothing is established.
 *
 * @param summary one or two sentences for the first page
 * @param hypotheses ranked, best first; empty where no causal model was evaluated
 */
public record Diagnosis(Verdict verdict, String summary, List<Hypothesis> hypotheses) {
  public Diagnosis {
    hypotheses = List.copyOf(hypotheses);
  }

  public enum Verdict {
    ESTABLISHED,
    POSSIBLE,
    NOT_ESTABLISHED,
    NO_INCIDENT;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Verdict from(String word) throws JsonException {
      for (Verdict verdict : values()) {
        if (verdict.word().equals(word)) {
          return verdict;
        }
      }
      throw new JsonException("diagnosis.verdict: unknown word \"%s\"".formatted(word));
    }
  }

  /**
   * One possible cause.
   *
   * @param posterior band or decimal string, see DESIGN: uncalibrated posteriors are bands
   * @param decibansMargin weight of evidence against the next best, decimal string
   * @param evidenceFor finding ids
   * @param evidenceAgainst finding ids
   * @param nextEvidence what would decide it, in words
   */
  public record Hypothesis(
      String cause,
      String entity,
      String posterior,
      String decibansMargin,
      List<String> evidenceFor,
      List<String> evidenceAgainst,
      List<String> nextEvidence) {
    Json.Obj toJson() {
      return Json.object()
          .put("cause", cause)
          .put("entity", entity)
          .put("posterior", posterior)
          .put("decibans_margin", decibansMargin)
          .put("evidence_for", Json.strings(evidenceFor))
          .put("evidence_against", Json.strings(evidenceAgainst))
          .put("next_evidence", Json.strings(nextEvidence))
          .build();
    }

    static Hypothesis from(Json.Obj json) throws JsonException {
      return new Hypothesis(
          json.text("cause"),
          json.text("entity"),
          json.text("posterior"),
          json.text("decibans_margin"),
          json.arr("evidence_for").texts(),
          json.arr("evidence_against").texts(),
          json.arr("next_evidence").texts());
    }
  }

  Json.Obj toJson() {
    return Json.object()
        .put("verdict", verdict.word())
        .put("summary", summary)
        .put(
            "hypotheses", Json.array(hypotheses.stream().map(Hypothesis::toJson).toList()))
        .build();
  }

  static Diagnosis from(Json.Obj json) throws JsonException {
    return new Diagnosis(
        Verdict.from(json.text("verdict")),
        json.text("summary"),
        Ledger.each(json, "hypotheses", Hypothesis::from));
  }
}
