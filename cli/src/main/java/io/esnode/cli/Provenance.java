package io.esnode.cli;

import io.esnode.bundle.Sha256;
import io.esnode.json.Json;
import io.esnode.ledger.AnalyzedBundle;
import io.esnode.ledger.Ledger;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;

/**
 * How a file was made from others, in the members of SLSA Provenance v1 ({@code docs/format/sidecar.md}): the predicate of ledgers and
 * reports.
 */
final class Provenance {
  static final String ANALYZE = "https://esnode.io/build-types/analyze/v1";
  static final String REPORT = "https://esnode.io/build-types/report/v1";

  static final String DEFINITION = "buildDefinition";
  static final String DEPENDENCIES = "resolvedDependencies";

  private static final String BUILDER = "https://esnode.io/builders/esnode/";

  /**
   * What went in.
   *
   * @param name file name without a path, for people
   */
  record Input(String name, String sha256) {
    Json.Obj toJson() {
      return Json.object()
          .put("name", name)
          .put("digest", Json.object().put("sha256", sha256).build())
          .build();
    }
  }

  private Provenance() {}

  /** Of a file that this process made. */
  static Json.Obj made(String buildType, Json.Obj parameters, List<Input> inputs)
      throws IOException {
    return Json.object()
        .put(DEFINITION, definition(buildType, parameters, inputs))
        .put(
            "runDetails",
            Json.object()
                .put(
                    "builder",
                    Json.object()
                        .put("id", BUILDER + Version.text())
                        .put(
                            "version",
                            Json.object().put("esnode", Version.text()).build())
                        .put("builderDependencies", Json.array(jar()))
                        .build())
                .build())
        .build();
  }

  static Json.Obj definition(String buildType, Json.Obj parameters, List<Input> inputs) {
    return Json.object()
        .put("buildType", buildType)
        .put("externalParameters", parameters)
        .put(DEPENDENCIES, Json.array(inputs.stream().map(Input::toJson).toList()))
        .build();
  }

  static List<Input> bundles(Ledger ledger) {
    List<Input> inputs = new ArrayList<>();
    for (AnalyzedBundle bundle : ledger.bundles()) {
      inputs.add(new Input(bundle.name(), bundle.sha256()));
    }
    return inputs;
  }

  /** What this process runs from, where that is one file. */
  private static List<Json.Obj> jar() throws IOException {
    CodeSource source = Provenance.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) {
      return List.of();
    }
    Path jar;
    try {
      jar = Path.of(source.getLocation().toURI());
    } catch (URISyntaxException | IllegalArgumentException e) {
      return List.of();
    }
    return Files.isRegularFile(jar)
        ? List.of(new Input("esnode.jar", Sha256.hex(jar)).toJson())
        : List.of();
  }
}
