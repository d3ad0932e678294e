package io.esnode.report;

import io.esnode.ledger.Diagnosis;
import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The causes that were considered, best supported first, with the findings for and against each. */
final class Causes {
  private final Ledger ledger;
  private final PresentFindings present;
  private final Numbers numbers;

  Causes(Ledger ledger, PresentFindings present, Numbers numbers) {
    this.ledger = ledger;
    this.present = present;
    this.numbers = numbers;
  }

  Fields fields() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Diagnosis.Hypothesis hypothesis : ledger.diagnosis().hypotheses()) {
      String path = "diagnosis.hypotheses[%s]".formatted(all.size());
      all.add(new Fields()
          .text("cause", hypothesis.cause())
          .text("entity", hypothesis.entity())
          .number(
              "posterior",
              numbers.fact(
                  path + ".posterior",
                  "How strongly: " + hypothesis.cause(),
                  hypothesis.posterior(),
                  "1"))
          .number(
              "margin",
              numbers.fact(
                  path + ".decibans_margin",
                  "Margin of: " + hypothesis.cause(),
                  hypothesis.decibansMargin(),
                  "decibans"))
          .list("for", hypothesis.evidenceFor().stream().map(this::link).toList())
          .list("against", hypothesis.evidenceAgainst().stream().map(this::link).toList())
          .list(
              "next",
              hypothesis.nextEvidence().stream()
                  .map(n -> SafeText.line(n, SafeText.PROSE))
                  .toList())
          .map());
    }
    return new Fields().list("hypotheses", all);
  }

  /** A finding by its letter where the report shows it, by its title where it is absent or was not observed. */
  private Map<String, Object> link(String findingId) {
    Finding finding = ledger.findings().stream()
        .filter(f -> f.id().equals(findingId))
        .findFirst()
        .orElseThrow();
    Optional<PresentFindings.Marked> marked = present.find(findingId);
    return new Fields()
        .text("tag", marked.map(PresentFindings.Marked::letter).orElse(""))
        .text(
            "anchor",
            marked
                .filter(PresentFindings.Marked::printed)
                .map(PresentFindings.Marked::anchor)
                .orElse(""))
        .text("title", finding.title())
        .text("state", words(finding.state()))
        .map();
  }

  private static String words(State state) {
    return switch (state) {
      case PRESENT -> "present";
      case ABSENT -> "checked, absent";
      case NOT_OBSERVED -> "not observed";
    };
  }
}
