package io.esnode.cli;

import io.esnode.policy.PolicyResult;
import io.esnode.signature.Verdict;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JUnit XML: a suite for each file, a case for each check. */
final class VerifyJunit implements VerifyOutput {
  private final PrintWriter out;
  private final @Nullable PolicyFile policy;

  VerifyJunit(PrintWriter out, @Nullable PolicyFile policy) {
    this.out = out;
    this.policy = policy;
  }

  @Override
  public void begin() {
    out.println("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    out.println("<testsuites name=\"esnode verify\">");
  }

  @Override
  public void file(VerifiedFile file) {
    Verdict verdict = file.verdict();
    suite(
        verdict.name(),
        verdict.trust().words() + (file.rows() == null ? "" : ", SOME ROWS ONLY"),
        verdict.sha256(),
        file.checks(),
        file.policy(),
        file.notPerformed());
  }

  @Override
  public void group(VerifiedGroup group) {
    suite(
        group.title(),
        group.exit() == 0 ? "passed" : "failed",
        null,
        group.checks(),
        group.policy(),
        group.notPerformed());
  }

  @Override
  public void end(int exit) {
    out.println("</testsuites>");
  }

  private void suite(
      String name,
      String trust,
      @Nullable String sha256,
      List<Verdict.Check> checks,
      List<PolicyResult> results,
      List<String> notPerformed) {
    long failures = checks.stream().filter(check -> !check.passed()).count()
        + results.stream()
            .filter(result -> result.failing() && result.enforced())
            .count();
    long skipped = results.stream()
        .filter(result -> result.outcome() == PolicyResult.Outcome.WAIVED)
        .count();
    out.println("  <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"0\" skipped=\"%d\">"
        .formatted(xml(name), checks.size() + results.size(), failures, skipped));
    out.println("    <properties>");
    property("trust", trust);
    if (sha256 != null) {
      property("sha256", sha256);
    }
    if (policy != null) {
      property("policy", policy.words());
    }
    VerifyOutput.NOT_PROVEN.forEach(line -> property("does_not_prove", line));
    out.println("    </properties>");
    for (Verdict.Check check : checks) {
      String text = check.message();
      one(
          name,
          check.reason().code(),
          text,
          check.passed() ? "" : failure(check.reason().code(), text));
    }
    for (PolicyResult result : results) {
      one(name, result.reason().code(), result.message(), inside(result));
    }
    StringBuilder lines = new StringBuilder();
    notPerformed.forEach(
        line -> lines.append("not performed: ").append(xml(line)).append('\n'));
    out.println("    <system-out>%s</system-out>".formatted(lines));
    out.println("  </testsuite>");
  }

  private static String inside(PolicyResult result) {
    String code = result.reason().code();
    String text = result.outcome() == PolicyResult.Outcome.NOT_EVALUABLE
        ? "not evaluable: " + result.message()
        : result.message();
    if (result.failing()) {
      return result.enforced()
          ? failure(code, text)
          : "<system-out>warning: %s</system-out>".formatted(xml(text));
    }
    return result.outcome() == PolicyResult.Outcome.WAIVED
        ? "<skipped message=\"%s\"/>".formatted(xml(text))
        : "";
  }

  private static String failure(String code, String text) {
    return "<failure type=\"%s\" message=\"%s\"/>".formatted(code, xml(text));
  }

  private void one(String suite, String code, String text, String inside) {
    int colon = text.indexOf(':');
    String check = colon < 0 ? text : text.substring(0, colon);
    out.println("    <testcase classname=\"%s\" name=\"%s %s\">%s</testcase>"
        .formatted(xml(suite), code, xml(check), inside));
  }

  private void property(String name, String value) {
    out.println("      <property name=\"%s\" value=\"%s\"/>".formatted(name, xml(value)));
  }

  /** XML 1.0 text or attribute value, on one line; what XML cannot hold becomes a visible code. */
  static String xml(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    Text.oneLine(text).codePoints().forEach(c -> {
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&apos;");
        default -> {
          if (Character.getType(c) == Character.SURROGATE || (c & 0xfffe) == 0xfffe) {
            safe.append("\\u")
                .append(Integer.toHexString(0x10000 | (c & 0xffff)).substring(1));
          } else {
            safe.appendCodePoint(c);
          }
        }
      }
    });
    return safe.toString();
  }
}
