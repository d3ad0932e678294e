package io.esnode.cli;

import io.esnode.policy.PolicyResult;
import io.esnode.signature.Verdict;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For people. */
final class VerifyText implements VerifyOutput {
  private final PrintWriter out;
  private final @Nullable PolicyFile policy;

  VerifyText(PrintWriter out, @Nullable PolicyFile policy) {
    this.out = out;
    this.policy = policy;
  }

  @Override
  public void begin() {
    if (policy != null) {
      out.println("POLICY " + Text.oneLine(policy.words()));
    }
  }

  @Override
  public void file(VerifiedFile file) {
    Verdict verdict = file.verdict();
    out.println("%s%s%s: %s"
        .formatted(
            verdict.trust().words(),
            file.rows() == null ? "" : ", SOME ROWS ONLY",
            file.simulated() ? ", SIMULATED" : "",
            Text.oneLine(verdict.name())));
    if (verdict.sha256() != null) {
      out.println("  sha256 " + verdict.sha256());
    }
    print(verdict.checks());
    results(file.policy());
    skipped(verdict.notPerformed());
    for (Section section : file.sections()) {
      out.println("%s of %s".formatted(section.title(), Text.oneLine(section.name())));
      print(section.checks());
      skipped(section.notPerformed());
    }
  }

  @Override
  public void group(VerifiedGroup group) {
    out.println(Text.oneLine(group.title()));
    print(group.checks());
    results(group.policy());
    skipped(group.notPerformed());
  }

  @Override
  public void end(int exit) {
    out.println("A signature does not prove " + String.join(", nor ", NOT_PROVEN) + ".");
  }

  private void print(List<Verdict.Check> checks) {
    for (Verdict.Check check : checks) {
      line(check.passed() ? "PASS" : "FAIL", check.reason().code(), check.message());
    }
  }

  private void results(List<PolicyResult> results) {
    for (PolicyResult result : results) {
      line(word(result), result.reason().code(), result.message());
    }
  }

  /** What cannot be evaluated fails, and says so. */
  private static String word(PolicyResult result) {
    return switch (result.outcome()) {
      case PASSED -> "PASS";
      case WAIVED -> "WAIVED";
      case FAILED -> result.enforced() ? "FAIL" : "WARN";
      case NOT_EVALUABLE -> result.enforced() ? "FAIL (not evaluable)" : "WARN (not evaluable)";
    };
  }

  private void line(String word, String code, String message) {
    out.println("  %s  %s  %s".formatted(word, code, Text.oneLine(message)));
  }

  private void skipped(List<String> lines) {
    for (String line : lines) {
      out.println("  not performed: " + Text.oneLine(line));
    }
  }
}
