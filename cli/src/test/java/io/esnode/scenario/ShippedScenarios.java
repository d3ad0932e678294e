package io.esnode.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The scenarios of this checkout. */
final class ShippedScenarios {
  static final Path DIRECTORY = Path.of("../datasets/scenarios");

  private ShippedScenarios() {}

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  static Scenario read(Path file) throws IOException {
    return ScenarioReader.read(file.toString(), Files.readAllBytes(file));
  }
}
