package io.esnode.policy;

import io.esnode.signature.ReasonCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Collects what became of rules, and lets pass what an exception covers. Not thread-safe. */
final class Results {
  private final Policy policy;
  private final Instant now;
  private final Collection<String> files;
  private final List<PolicyResult> all = new ArrayList<>();

  /** @param files that are judged; an exception has to cover all of them */
  Results(Policy policy, Instant now, Collection<String> files) {
    this.policy = policy;
    this.now = now;
    this.files = files;
  }

  /** @param message what was found and expected; what to do stands after the last {@code "; "}, and is left out of a pass */
  void add(ReasonCode rule, boolean passed, String message) {
    if (passed) {
      int remedy = message.lastIndexOf("; ");
      put(rule, PolicyResult.Outcome.PASSED, remedy < 0 ? message : message.substring(0, remedy));
    } else {
      failed(rule, PolicyResult.Outcome.FAILED, message);
    }
  }

  void notEvaluable(ReasonCode rule, String message) {
    failed(rule, PolicyResult.Outcome.NOT_EVALUABLE, message);
  }

  private void failed(ReasonCode rule, PolicyResult.Outcome outcome, String message) {
    List<Waiver> covering = policy.exceptions().stream()
        .filter(waiver -> files.stream().allMatch(file -> waiver.covers(rule, file)))
        .toList();
    Optional<Waiver> valid =
        covering.stream().filter(waiver -> !waiver.expired(now)).findFirst();
    if (valid.isPresent()) {
      put(
          rule,
          PolicyResult.Outcome.WAIVED,
          "%s; waived until %s: %s"
              .formatted(message, valid.get().until(), valid.get().reason()));
      return;
    }
    put(rule, outcome, message);
    if (!covering.isEmpty()) {
      Waiver last = covering.get(covering.size() - 1);
      put(
          ReasonCode.POLICY_EXCEPTION_EXPIRED,
          PolicyResult.Outcome.FAILED,
          "exception: the one from %s for \"%s\" expired at %s, found %s, expected an earlier time; mend it, or extend the exception: %s"
              .formatted(rule.code(), last.artefact(), last.until(), now, last.reason()));
    }
  }

  private void put(ReasonCode rule, PolicyResult.Outcome outcome, String message) {
    all.add(new PolicyResult(rule, outcome, policy.enforce(), message));
  }

  List<PolicyResult> all() {
    return List.copyOf(all);
  }
}
