package io.esnode.policy;

import io.esnode.signature.ExitCode;
import io.esnode.signature.ReasonCode;

/**
 * What became of one rule. Immutable, thread-safe.
 *
 * @param enforced whether it decides the exit status; false where the policy only warns
 * @param message one line: what was found, what was expected and what to do
 */
public record PolicyResult(ReasonCode reason, Outcome outcome, boolean enforced, String message) {
  /** Not evaluable is no pass. */
  public enum Outcome {
    PASSED("passed"),
    FAILED("failed"),
    NOT_EVALUABLE("not evaluable"),
    WAIVED("waived");

    private final String words;

    Outcome(String words) {
      this.words = words;
    }

    public String words() {
      return words;
    }
  }

  /** Whether it would fail if it were enforced. */
  public boolean failing() {
    return outcome == Outcome.FAILED || outcome == Outcome.NOT_EVALUABLE;
  }

  public int exit() {
    return failing() && enforced ? reason.exit() : ExitCode.OK;
  }
}
