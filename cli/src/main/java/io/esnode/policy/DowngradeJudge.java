package io.esnode.policy;

import static io.esnode.signature.ReasonCode.POLICY_DOWNGRADE;

import io.esnode.bundle.Manifest;
import io.esnode.json.Json;
import io.esnode.signature.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Whether an artefact falls behind what an earlier one of its name had. */
final class DowngradeJudge {
  private final Baseline baseline;
  private final Results results;

  DowngradeJudge(Baseline baseline, Results results) {
    this.baseline = baseline;
    this.results = results;
  }

  void judge(Artefact artefact) {
    Optional<Baseline.Entry> found = baseline.of(artefact.verdict().name());
    if (found.isEmpty()) {
      results.notEvaluable(
          POLICY_DOWNGRADE,
          "baseline: found no file of this name in it, expected one; make the baseline again");
      return;
    }
    Baseline.Entry before = found.get();
    if (!before.trusted()) {
      results.notEvaluable(
          POLICY_DOWNGRADE,
          "baseline: found %s, expected what was trusted itself; make the baseline again"
              .formatted(Json.of(before.trust()).ascii()));
      return;
    }
    List<String> weaker = new ArrayList<>();
    signers(before, artefact.verdict(), weaker);
    if (!artefact
        .predicateType()
        .equals(before.predicateType() == null ? "" : before.predicateType())) {
      weaker.add("predicate type %s, was %s"
          .formatted(
              Json.of(artefact.predicateType()).ascii(),
              Json.of(before.predicateType()).ascii()));
    }
    if (before.timed() && artefact.verdict().time() == null) {
      weaker.add("no trusted time, had one");
    }
    recording(before, artefact.manifest(), weaker);
    results.add(
        POLICY_DOWNGRADE,
        weaker.isEmpty(),
        weaker.isEmpty()
            ? "baseline: signers, predicate type, recorder and completeness are no weaker"
            : "baseline: found %s, expected no weaker than the baseline; mend it, or say why in an exception that expires"
                .formatted(String.join("; ", weaker)));
  }

  private static void signers(Baseline.Entry before, Verdict verdict, List<String> weaker) {
    Set<String> missing = new TreeSet<>(before.signers());
    verdict.trusted().forEach(signer -> missing.remove(signer.keyId()));
    // Keys of certificates differ every time: their number counts.
    if (verdict.trusted().stream().anyMatch(signer -> signer.identity() != null)) {
      if (verdict.trusted().size() < before.signers().size()) {
        weaker.add("%d trusted signers, had %d"
            .formatted(verdict.trusted().size(), before.signers().size()));
      }
    } else if (!missing.isEmpty()) {
      weaker.add("not signed by " + Json.strings(missing).ascii());
    }
  }

  private static void recording(
      Baseline.Entry before, @Nullable Manifest manifest, List<String> weaker) {
    Completeness had = before.recording();
    if (had == null) {
      return;
    }
    if (manifest == null) {
      weaker.add("no recording, was one");
      return;
    }
    Completeness has = Completeness.of(manifest);
    Optional<Version> hadVersion = Version.parse(had.version());
    Optional<Version> hasVersion = Version.parse(has.version());
    if (hadVersion.isPresent()
        && (hasVersion.isEmpty() || hasVersion.get().compareTo(hadVersion.get()) < 0)) {
      weaker.add(
          "recorder version %s, was %s".formatted(Json.of(has.version()).ascii(), had.version()));
    }
    if (has.coveragePpm() < had.coveragePpm()) {
      weaker.add("coverage %s, was %s"
          .formatted(
              Completeness.percent(has.coveragePpm()), Completeness.percent(had.coveragePpm())));
    }
    if (has.dropped() > had.dropped()) {
      weaker.add("%d dropped ticks, had %d".formatted(has.dropped(), had.dropped()));
    }
    if (has.clockSteps() > had.clockSteps()) {
      weaker.add("%d clock steps, had %d".formatted(has.clockSteps(), had.clockSteps()));
    }
  }
}
