package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.policy.PolicyResult;
import io.esnode.signature.ReasonCode;
import io.esnode.signature.Verdict;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * SARIF 2.1.0: one result for each check that failed, {@code ruleId} is the reason code. What passed is no result: viewers
 * show every result as a problem.
 */
final class VerifySarif implements VerifyOutput {
  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
  private static final int MAX_NOTES = 1000;

  private final PrintWriter out;
  private final @Nullable PolicyFile policy;
  private final Set<String> notPerformed = new LinkedHashSet<>();
  private boolean first = true;

  VerifySarif(PrintWriter out, @Nullable PolicyFile policy) {
    this.out = out;
    this.policy = policy;
  }

  @Override
  public void begin() {
    List<Json> rules = new ArrayList<>();
    for (ReasonCode code : ReasonCode.values()) {
      rules.add(Json.object()
          .put("id", code.code())
          .put("name", code.name())
          .put("shortDescription", message(code.name().replace('_', ' ')))
          .put("helpUri", "https://esnode.io/docs/reference/reason-codes")
          .put("properties", Json.object().put("exit", code.exit()).build())
          .build());
    }
    Json tool = Json.object()
        .put(
            "driver",
            Json.object()
                .put("name", "esnode verify")
                .put("version", Version.text())
                .put("rules", Json.array(rules))
                .build())
        .build();
    out.print(
        "{\"$schema\": \"%s\", \"version\": \"2.1.0\", \"runs\": [{\n\"tool\": %s,\n\"results\": ["
            .formatted(SCHEMA, VerifyJson.text(tool)));
  }

  @Override
  public void file(VerifiedFile file) {
    String name = file.verdict().name();
    checks(name, List.of(name), file.checks());
    results(name, List.of(name), file.policy());
    notes(file.notPerformed());
  }

  @Override
  public void group(VerifiedGroup group) {
    StreamVerdict stream = group.stream();
    List<String> files = stream == null ? List.of() : stream.files();
    checks(group.title(), files, group.checks());
    results(group.title(), files, group.policy());
    notes(group.notPerformed());
  }

  @Override
  public void end(int exit) {
    List<Json> notes = new ArrayList<>();
    for (String line : notPerformed) {
      notes.add(Json.object()
          .put("level", "note")
          .put("message", message("not performed: " + line))
          .build());
    }
    for (String line : NOT_PROVEN) {
      notes.add(Json.object()
          .put("level", "note")
          .put("message", message("a signature does not prove " + line))
          .build());
    }
    Json invocation = Json.object()
        .put("executionSuccessful", true)
        .put("exitCode", exit)
        .put("toolExecutionNotifications", Json.array(notes))
        .build();
    Json.Builder properties = Json.object();
    if (policy != null) {
      properties.put("policy", policy.toJson());
    }
    out.println(
        "],\n\"invocations\": [%s],\n\"columnKind\": \"utf16CodeUnits\",\n\"properties\": %s\n}]}"
            .formatted(VerifyJson.text(invocation), VerifyJson.text(properties.build())));
  }

  private void checks(String what, List<String> files, List<Verdict.Check> checks) {
    for (Verdict.Check check : checks) {
      if (!check.passed()) {
        result("error", "fail", check.reason(), what, files, check.message());
      }
    }
  }

  private void results(String what, List<String> files, List<PolicyResult> results) {
    for (PolicyResult result : results) {
      if (result.failing()) {
        String level = result.enforced() ? "error" : "warning";
        String words = result.outcome() == PolicyResult.Outcome.NOT_EVALUABLE
            ? "not evaluable: " + result.message()
            : result.message();
        result(level, "fail", result.reason(), what, files, words);
      } else if (result.outcome() == PolicyResult.Outcome.WAIVED) {
        notPerformed.add("waived: %s %s".formatted(result.reason().code(), result.message()));
      }
    }
  }

  private void result(
      String level, String kind, ReasonCode reason, String what, List<String> files, String text) {
    List<Json> locations = new ArrayList<>();
    for (String file : files) {
      locations.add(Json.object()
          .put(
              "physicalLocation",
              Json.object()
                  .put("artifactLocation", Json.object().put("uri", uri(file)).build())
                  .build())
          .build());
    }
    Json result = Json.object()
        .put("ruleId", reason.code())
        .put("level", level)
        .put("kind", kind)
        .put("message", message("%s: %s".formatted(what, text)))
        .put("locations", Json.array(locations))
        .build();
    out.print(first ? "\n" : ",\n");
    first = false;
    out.print(VerifyJson.text(result));
  }

  private void notes(List<String> lines) {
    for (String line : lines) {
      if (notPerformed.size() < MAX_NOTES) {
        notPerformed.add(line);
      }
    }
  }

  private static Json.Obj message(String text) {
    return Json.object().put("text", Text.oneLine(text)).build();
  }

  /** RFC 3986; relative where the path is. */
  static String uri(String file) {
    try {
      Path path = Path.of(file);
      return path.isAbsolute()
          ? new URI("file", "", path.toString(), null).toASCIIString()
          : new URI(null, null, path.toString(), null).toASCIIString();
    } catch (URISyntaxException e) {
      return "unnamed";
    }
  }
}
