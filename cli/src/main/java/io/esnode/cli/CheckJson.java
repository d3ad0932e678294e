package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.signature.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Checks as every JSON answer gives them. */
final class CheckJson {
  private CheckJson() {}

  static Json of(List<Verdict.Check> all) {
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
}
