package io.esnode.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.timeline.Timeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ScenarioCompilerTest {
  static List<Path> files() throws IOException {
    return ShippedScenarios.files();
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyShippedScenarioBecomesATimeline(Path file) throws Exception {
    Scenario scenario = ShippedScenarios.read(file);

    Timeline timeline = Timeline.parse(scenario.name(), ScenarioCompiler.compile(scenario));

    assertThat(timeline.gpuCount()).isEqualTo(scenario.gpus().size());
    assertThat(timeline.lastMs()).isBetween(1L, scenario.durationMs() + 2000);
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyIncidentNamesATwinThatNamesItAndExpectsNothing(Path file) throws IOException {
    Scenario scenario = ShippedScenarios.read(file);
    String other = scenario.twin() != null ? scenario.twin() : scenario.twinOf();

    assertThat(scenario.expect().isEmpty()).isEqualTo(scenario.twin() == null);
    if (other != null) {
      Scenario twin = ShippedScenarios.read(file.resolveSibling(other + ".yaml"));
      assertThat(List.of(
              String.valueOf(twin.twinOf()),
              String.valueOf(twin.twin()).replace("null", scenario.name())))
          .contains(scenario.name());
    }
  }
}
