package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.policy.PolicyResult;
import io.esnode.signature.TrustedTime;
import io.esnode.signature.Verdict;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** For programs, schema {@code esnode.verify/1} ({@code docs/format/verify.md}); every file is written when it is known. */
final class VerifyJson implements VerifyOutput {
  private final PrintWriter out;
  private final @Nullable PolicyFile policy;
  private final List<Json> streams = new ArrayList<>();
  private final List<Json> seals = new ArrayList<>();
  private boolean first = true;

  VerifyJson(PrintWriter out, @Nullable PolicyFile policy) {
    this.out = out;
    this.policy = policy;
  }

  @Override
  public void begin() {
    out.print("{\n  \"files\": [");
  }

  @Override
  public void file(VerifiedFile file) {
    out.print(first ? "\n    " : ",\n    ");
    first = false;
    out.print(text(json(file)).replace("\n", "\n    "));
  }

  @Override
  public void group(VerifiedGroup group) {
    StreamVerdict stream = group.stream();
    if (stream != null) {
      streams.add(Json.object()
          .put("id", stream.id())
          .put("first_sequence", stream.first())
          .put("last_sequence", stream.last())
          .put("bundles", stream.bundles())
          .put("checks", checks(stream.checks()))
          .put("policy", results(group.policy()))
          .put("not_performed", Json.strings(group.notPerformed()))
          .put("exit", group.exit())
          .build());
    }
    AnchorVerdict anchor = group.anchor();
    if (anchor != null) {
      seals.add(anchor
          .toJson()
          .put("checks", checks(anchor.checks()))
          .put("policy", results(group.policy()))
          .put("exit", group.exit())
          .build());
    }
  }

  @Override
  public void end(int exit) {
    String rest = text(Json.object()
        .put("schema", "esnode.verify/1")
        .put("policy", policy == null ? Json.Null.NULL : policy.toJson())
        .put("streams", Json.array(streams))
        .put("seals", Json.array(seals))
        .put("does_not_prove", Json.strings(NOT_PROVEN))
        .put("exit", exit)
        .build());
    out.print(first ? "]," : "\n  ],");
    out.println(rest.substring(1));
  }

  /** Without what a terminal would obey: a formatting or control character can only stand in a string. */
  static String text(Json value) {
    String pretty = value.pretty().stripTrailing();
    StringBuilder safe = new StringBuilder(pretty.length());
    pretty.codePoints().forEach(c -> {
      boolean plain =
          c == '\n' || (!Character.isISOControl(c) && Character.getType(c) != Character.FORMAT);
      if (plain) {
        safe.appendCodePoint(c);
      } else {
        for (char half : Character.toChars(c)) {
          safe.append("\\u").append(Integer.toHexString(0x10000 | half).substring(1));
        }
      }
    });
    return safe.toString();
  }

  private static Json.Obj json(VerifiedFile file) {
    Verdict verdict = file.verdict();
    Verdict.SignerIdentity signer = verdict.signer();
    List<Json> trusted = new ArrayList<>();
    verdict.trusted().forEach(each -> trusted.add(json(each)));
    Json.Builder sections = Json.object();
    file.sections()
        .forEach(
            section -> sections.put(section.title().toLowerCase(Locale.ROOT), section.toJson()));
    return Json.object()
        .put("name", verdict.name())
        .put("sha256", verdict.sha256())
        .put("trust", verdict.trust().words())
        .put("rows", file.rows())
        .put("simulated", file.simulated())
        .put("predicate_type", file.predicateType().isEmpty() ? null : file.predicateType())
        .put("signer", signer == null ? Json.Null.NULL : json(signer))
        .put("trusted", Json.array(trusted))
        .put("time", json(verdict.time()))
        .put(
            "recording",
            file.recording() == null ? Json.Null.NULL : file.recording().toJson())
        .put("checks", checks(verdict.checks()))
        .put("policy", results(file.policy()))
        .put("besides", sections.build())
        .put("not_performed", Json.strings(verdict.notPerformed()))
        .put("exit", file.exit())
        .build();
  }

  private static Json.Obj json(Verdict.SignerIdentity signer) {
    Verdict.Identity identity = signer.identity();
    return Json.object()
        .put("key_id", signer.keyId())
        .put("label", signer.label())
        .put(
            "identity",
            identity == null
                ? Json.Null.NULL
                : Json.object()
                    .put("issuer", identity.issuer())
                    .put("subject", identity.subject())
                    .build())
        .build();
  }

  private static Json json(@Nullable TrustedTime time) {
    return time == null
        ? Json.Null.NULL
        : Json.object()
            .put("at", time.at().toString())
            .put("source", time.source().word())
            .put("authority", time.authority())
            .build();
  }

  private static Json checks(List<Verdict.Check> all) {
    List<Json> checks = new ArrayList<>();
    for (Verdict.Check check : all) {
      checks.add(Json.object()
          .put("code", check.reason().code())
          .put("reason", check.passed() ? null : check.reason().name())
          .put("passed", check.passed())
          .put("message", check.message())
          .build());
    }
    return Json.array(checks);
  }

  private static Json results(List<PolicyResult> all) {
    List<Json> results = new ArrayList<>();
    for (PolicyResult result : all) {
      results.add(Json.object()
          .put("code", result.reason().code())
          .put("rule", result.reason().name())
          .put("outcome", result.outcome().words())
          .put("enforced", result.enforced())
          .put("message", result.message())
          .build());
    }
    return Json.array(results);
  }
}
