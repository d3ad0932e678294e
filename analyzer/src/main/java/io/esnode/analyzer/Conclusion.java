package io.esnode.analyzer;

import io.esnode.ledger.Coverage;
import io.esnode.ledger.Diagnosis;
import io.esnode.ledger.Diagnosis.Verdict;
import io.esnode.ledger.Finding;
import io.esnode.ledger.RuleResult;
import io.esnode.ledger.Severity;
import io.esnode.ledger.State;
import java.math.BigDecimal;
import java.util.List;
import java.util.Set;

/**
 * The verdict without a causal model. Silence counts as "no incident" only where somebody listened: enough ticks, and
 * enough of the rules that could have spoken.
 */
final class Conclusion {
  /** Share of expected ticks below which a recording says nothing by being quiet. */
  static final BigDecimal MIN_COVERAGE = new BigDecimal("0.95");

  /** Tables that rules about GPUs require; events of other kinds have tables of their own beside them. */
  private static final Set<String> TABLES_OF_GPUS = Set.of("gpu", "gpu_process", "nvlink", "event");

  private static final String OPEN = " No cause is established: this version has no causal model.";

  private Conclusion() {}

  /** @param gpus whether the recordings hold, or should hold, anything about GPUs: where there are none, their rules do not count */
  static Diagnosis of(
      List<RuleResult> rules, List<Finding> findings, Coverage coverage, boolean gpus) {
    List<Finding> present = findings.stream()
        .filter(f -> f.state() == State.PRESENT && serious(f.severity()))
        .toList();
    List<RuleResult> listening = rules.stream()
        .filter(r -> serious(r.severity()))
        .filter(r -> gpus || r.state() != State.NOT_OBSERVED || !aboutGpus(r))
        .toList();
    long deaf = listening.stream().filter(r -> r.state() == State.NOT_OBSERVED).count();
    String deafness = deaf == 0
        ? ""
        : " %s of %s rules of that severity could not be evaluated."
            .formatted(deaf, listening.size());
    if (!present.isEmpty()) {
      return new Diagnosis(
          Verdict.NOT_ESTABLISHED,
          "%s of severity warning or above, the worst: %s (%s).%s%s"
              .formatted(
                  present.size() == 1 ? "1 finding" : present.size() + " findings",
                  present.get(0).title(),
                  present.get(0).entity(),
                  OPEN,
                  deafness),
          List.of());
    }
    String captured = "%s of %s expected ticks were captured"
        .formatted(coverage.ticksCaptured(), coverage.ticksExpected());
    if (coverage.ticksCaptured() == 0
        || new BigDecimal(coverage.ratio()).compareTo(MIN_COVERAGE) < 0) {
      return new Diagnosis(
          Verdict.NOT_ESTABLISHED,
          "Insufficient evidence: %s, at least 95 %% are needed to call a recording quiet. Nothing of severity warning or above was seen in what is there.%s"
              .formatted(captured, deafness),
          List.of());
    }
    if (listening.isEmpty() || deaf * 2 > listening.size()) {
      return new Diagnosis(
          Verdict.NOT_ESTABLISHED,
          "Insufficient evidence: %s of %s rules could not be evaluated, at most half may be missing to call a recording quiet."
              .formatted(deaf, listening.size()),
          List.of());
    }
    return new Diagnosis(
        Verdict.NO_INCIDENT,
        "No finding of severity warning or above; %s, %s rules were evaluated.%s"
            .formatted(captured, listening.size() - deaf, deafness),
        List.of());
  }

  private static boolean aboutGpus(RuleResult rule) {
    return rule.requires().stream()
        .map(name -> name.substring(0, name.indexOf('.')))
        .allMatch(TABLES_OF_GPUS::contains);
  }

  private static boolean serious(Severity severity) {
    return severity.compareTo(Severity.WARNING) >= 0;
  }
}
