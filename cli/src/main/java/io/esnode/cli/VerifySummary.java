package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.policy.PolicyResult;
import io.esnode.signature.ExitCode;
import io.esnode.signature.PredicateType;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A SLSA verification summary (VSA v1) in an in-toto statement about all files together: passed if everything did. A file
 * that could not be read has no digest and so is no subject; it makes the summary fail.
 */
final class VerifySummary implements VerifyOutput {
  private static final int MAX_NOTES = 1000;

  private final PrintWriter out;
  private final PolicyFile policy;
  private final String resource;
  private final Instant now;
  private final List<Json> subjects = new ArrayList<>();
  private final List<Json> unread = new ArrayList<>();
  private final Set<String> notPerformed = new LinkedHashSet<>();
  private boolean failing;

  /** @param resource URI of what was verified */
  VerifySummary(PrintWriter out, PolicyFile policy, String resource, Instant now) {
    this.out = out;
    this.policy = policy;
    this.resource = resource;
    this.now = now;
  }

  @Override
  public void begin() {
    // Everything is written at the end: the result stands above the subjects.
  }

  @Override
  public void file(VerifiedFile file) {
    String name = String.valueOf(Path.of(file.verdict().name()).getFileName());
    String sha256 = file.verdict().sha256();
    if (sha256 == null) {
      unread.add(Json.of(name));
    } else {
      subjects.add(Json.object()
          .put("name", name)
          .put("digest", Json.object().put("sha256", sha256).build())
          .build());
    }
    failing |= file.policy().stream().anyMatch(PolicyResult::failing);
    notes(file.notPerformed());
  }

  @Override
  public void group(VerifiedGroup group) {
    failing |= group.policy().stream().anyMatch(PolicyResult::failing);
    notes(group.notPerformed());
  }

  private void notes(List<String> lines) {
    for (String line : lines) {
      if (notPerformed.size() < MAX_NOTES) {
        notPerformed.add(line);
      }
    }
  }

  @Override
  public void end(int exit) {
    if (subjects.isEmpty()) {
      throw new CommandException(
          exit == ExitCode.OK ? ExitCode.EVIDENCE_MISSING : exit,
          "no file could be read, so there is nothing that a verification summary could be about");
    }
    boolean passed = exit == ExitCode.OK && !failing;
    Json predicate = Json.object()
        .put(
            "verifier",
            Json.object()
                .put("id", "https://esnode.io/verify")
                .put("version", Json.object().put("esnode", Version.text()).build())
                .build())
        .put("timeVerified", now.toString())
        .put("resourceUri", resource)
        .put("policy", policy.resource())
        .put("verificationResult", passed ? "PASSED" : "FAILED")
        .put("verifiedLevels", Json.strings(List.of(passed ? "ESNODE_POLICY_PASSED" : "FAILED")))
        .put(
            "esnode",
            Json.object()
                .put("exit", exit)
                .put("unread", Json.array(unread))
                .put("not_performed", Json.strings(notPerformed))
                .put("does_not_prove", Json.strings(NOT_PROVEN))
                .build())
        .build();
    out.println(VerifyJson.text(Json.object()
        .put("_type", "https://in-toto.io/Statement/v1")
        .put("predicateType", PredicateType.VERIFICATION_SUMMARY)
        .put("subject", Json.array(subjects))
        .put("predicate", predicate)
        .build()));
  }
}
