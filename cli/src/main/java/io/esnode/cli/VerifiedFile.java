package io.esnode.cli;

import io.esnode.policy.Artefact;
import io.esnode.policy.Completeness;
import io.esnode.policy.PolicyResult;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.Verdict;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What verifying one file gave.
 *
 * @param rows which rows were looked at; null for the whole file
 * @param bundle for the seals; null where there is nothing to rely on
 * @param place in its stream; null of what is no recording
 * @param recording how complete it is, as its signature says; null of what is no recording
 * @param policy what became of the policy's rules
 * @param sections what lies beside it
 */
record VerifiedFile(
    Verdict verdict,
    @Nullable String rows,
    @Nullable SealedBundle bundle,
    StreamVerdict.@Nullable Place place,
    @Nullable Completeness recording,
    List<PolicyResult> policy,
    List<Section> sections) {
  VerifiedFile {
    policy = List.copyOf(policy);
    sections = List.copyOf(sections);
  }

  boolean simulated() {
    return PredicateType.SIMULATED_RECORDING.equals(predicateType());
  }

  /** The empty string where there is none. */
  String predicateType() {
    return Artefact.predicateType(verdict);
  }

  /** Of the file itself, and of what lies beside it. */
  List<Verdict.Check> checks() {
    return Stream.concat(
            verdict.checks().stream(), sections.stream().flatMap(s -> s.checks().stream()))
        .toList();
  }

  /** Of the file itself, and of what lies beside it. */
  List<String> notPerformed() {
    return Stream.concat(
            verdict.notPerformed().stream(),
            sections.stream().flatMap(s -> s.notPerformed().stream()))
        .toList();
  }

  int exit() {
    int exit = worst(verdict.exit(), policy);
    for (Section section : sections) {
      exit = ExitCode.worst(exit, section.exit());
    }
    return exit;
  }

  static int worst(int exit, List<PolicyResult> policy) {
    int worst = exit;
    for (PolicyResult result : policy) {
      worst = ExitCode.worst(worst, result.exit());
    }
    return worst;
  }
}
