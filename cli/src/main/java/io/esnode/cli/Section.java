package io.esnode.cli;

import io.esnode.json.Json;
import io.esnode.signature.ExitCode;
import io.esnode.signature.Verdict;
import java.util.List;

/**
 * What {@code verify} says about a file besides its signature.
 *
 * @param title what it is about, such as {@code INPUTS}
 * @param name of the file
 * @param notPerformed checks that were not performed, each with the reason
 */
record Section(String title, String name, List<Verdict.Check> checks, List<String> notPerformed) {
  Section {
    checks = List.copyOf(checks);
    notPerformed = List.copyOf(notPerformed);
  }

  int exit() {
    int exit = ExitCode.OK;
    for (Verdict.Check check : checks) {
      exit = ExitCode.worst(exit, check.passed() ? ExitCode.OK : check.reason().exit());
    }
    return exit;
  }

  Json.Obj toJson() {
    return Json.object()
        .put("name", name)
        .put("checks", CheckJson.of(checks))
        .put("not_performed", Json.strings(notPerformed))
        .put("exit", exit())
        .build();
  }
}
