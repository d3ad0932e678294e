package io.esnode.cli;

import io.esnode.policy.Artefact;
import io.esnode.policy.Completeness;
import io.esnode.policy.PolicyResult;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import io.esnode.signature.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What verifying one file gave.
 *
 * @param rows which rows were looked at; null for the whole file
 * @param bundle for the seals; null where there is nothing to rely on
 * @param place in its stream; null of what is no recording
 * @param recording how complete it is, as its signature says; null of what is no recording
 * @param policy what became of the policy's rules
 */
record VerifiedFile(
    Verdict verdict,
    @Nullable String rows,
    @Nullable SealedBundle bundle,
    StreamVerdict.@Nullable Place place,
    @Nullable Completeness recording,
    List<PolicyResult> policy) {
  VerifiedFile {
    policy = List.copyOf(policy);
  }

  boolean simulated() {
    return PredicateType.SIMULATED_RECORDING.equals(predicateType());
  }

  /** The empty string where there is none. */
  String predicateType() {
    return Artefact.predicateType(verdict);
  }

  int exit() {
    return worst(verdict.exit(), policy);
  }

  static int worst(int exit, List<PolicyResult> policy) {
    int worst = exit;
    for (PolicyResult result : policy) {
      worst = ExitCode.worst(worst, result.exit());
    }
    return worst;
  }
}
