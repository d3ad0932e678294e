package io.esnode.report;

import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Diagnosis;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.ShortNames;
import io.esnode.signature.TrustState;
import java.time.Instant;
import java.util.List;

/** What a reader sees first: which machine, when, who stands behind it, what came of it. */
final class FrontPage {
  private final Ledger ledger;
  private final Standing standing;

  FrontPage(Ledger ledger, Standing standing) {
    this.ledger = ledger;
    this.standing = standing;
  }

  Fields fields() {
    List<String> nodes =
        ledger.bundles().stream().map(AnalyzedBundle::node).distinct().sorted().toList();
    Window window = Window.of(ledger);
    return new Fields()
        .text("title", "Incident report: " + String.join(", ", nodes))
        .list("nodes", nodes.stream().map(n -> SafeText.line(n, SafeText.NAME)).toList())
        .text("window", window.text())
        .text("duration", window.duration())
        .text("asOf", Utc.dateTime(Instant.parse(ledger.asOf())))
        .part("trust", standing.fields())
        .flag("simulated", ledger.simulated())
        .flag("marked", ledger.simulated() || standing.worst() != TrustState.TRUSTED_SIGNER)
        .part("verdict", verdict());
  }

  private Fields verdict() {
    Diagnosis.Verdict verdict = ledger.diagnosis().verdict();
    return new Fields()
        .verbatim("css", verdict.word().replace('_', '-'))
        .verbatim(
            "words",
            switch (verdict) {
              case ESTABLISHED -> "Cause established";
              case POSSIBLE -> "Cause possible, not established";
              case NOT_ESTABLISHED -> "Cause not established";
              case NO_INCIDENT -> "No incident found";
            })
        .prose("summary", ShortNames.of(ledger).in(ledger.diagnosis().summary()));
  }
}
