package io.esnode.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.esnode.yaml.YamlException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioReaderTest {
  private static final String MINIMAL = """
      scenario: quiet
      title: Nothing happens
      story: One GPU waits.
      duration: 10s
      gpus: {count: 2}
      """;

  @Test
  void whatIsNotSaidHasADefault() throws Exception {
    Scenario scenario = read(MINIMAL);

    assertThat(scenario.intervalMs()).isEqualTo(1000);
    assertThat(scenario.driver()).isEqualTo("580.95.05");
    assertThat(scenario.header()).isEqualTo(1300);
    assertThat(scenario.gpus()).extracting(g -> g.model().model()).containsOnly("H100-SXM5-80GB");
    assertThat(scenario.gpus().get(0).uuid()).matches("GPU-[0-9a-f-]{36}");
    assertThat(scenario.gpus().get(0).uuid())
        .isNotEqualTo(scenario.gpus().get(1).uuid());
    assertThat(scenario.expect()).isEmpty();
  }

  @Test
  void gpusAreNamedByNumberRangeListOrAll() throws Exception {
    Scenario scenario = read(MINIMAL.replace("count: 2", "count: 8") + """
          load:
            - {at: 0s, gpu: all, run: train}
            - {at: 1s, gpu: 3, run: nothing}
            - {at: 2s, gpu: 4-6, run: nothing}
            - {at: 3s, gpu: [0, 2-3], run: nothing}
          """);

    assertThat(scenario.load())
        .extracting(Scenario.Load::gpus)
        .containsExactly(
            List.of(0, 1, 2, 3, 4, 5, 6, 7), List.of(3), List.of(4, 5, 6), List.of(0, 2, 3));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      faults: [{at: 1s, gpu: 0, fault: airflow, tooo: 20 %}]      | incident.yaml:6:10: to: is missing; found at, gpu, fault, tooo
      faults: [{at: 1s, gpu: 0, fault: airflow, to: 20 %, ove: 1s}] | incident.yaml:6:53: found ove: (did you mean over?), expected one of at, fault, gpu, to, over
      fautls: []                                                  | incident.yaml:6:1: found fautls: (did you mean faults?), expected one of
      faults: [{at: 1s, gpu: 2, fault: gpu-lost}]                 | incident.yaml:6:24: gpu: found "2", expected all, a number from 0 to 1
      faults: [{at: 1s, gpu: 0, fault: gpu-lots}]                 | incident.yaml:6:34: fault: found "gpu-lots" (did you mean gpu-lost?), expected xid,
      faults: [{at: 11s, gpu: 0, fault: gpu-lost}]                | incident.yaml:6:15: at: found "11s", expected a time before the end
      faults: [{at: soon, gpu: 0, fault: gpu-lost}]               | incident.yaml:6:15: found "soon", expected a time such as 90s
      faults: {at: 1s}                                            | incident.yaml:6:9: faults: found keys, expected a list
      load: [{at: 1s, gpu: 0, run: train, busy: 130 %}]           | incident.yaml:6:43: busy: found 130 %, expected at most 100 %
      load: [{at: 1s, gpu: 0, run: train, busy: 97}]              | incident.yaml:6:43: found "97", expected a share such as 97 %
      seed: minus one                                             | incident.yaml:6:7: seed: found "minus one", expected a number from 0
      seed: &a 1                                                  | incident.yaml:6:7: found an anchor (&name), which a scenario does not have
      seed: !!java.net.URL http://example                         | incident.yaml:6:7: found the tag
      title: again                                                | incident.yaml:6:1: found title: a second time
      driver: 999.1                                               | incident.yaml:6:9: driver: found branch 999, expected one of 470,
      seed: [1                                                    | incident.yaml:7:1: not YAML
      """)
  void aMistakeIsOneLineThatNamesItsPlace(String line, String message) {
    assertThatThrownBy(() -> ScenarioReader.read(
            "incident.yaml", bytes(MINIMAL.replace("quiet", "incident") + line + "\n")))
        .isInstanceOf(YamlException.class)
        .hasMessageStartingWith(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void theNearestKnownWordIsSuggested() {
    assertThatThrownBy(() -> read(MINIMAL + "faults: [{at: 1s, gpu: 0, fault: gpu-lots}]\n"))
        .hasMessageContaining("did you mean gpu-lost?");
  }

  @Test
  void aFunctionOrFieldThatNvmlLacksIsRefused() {
    assertThatThrownBy(
            () -> read(
                MINIMAL
                    + "faults: [{at: 1s, gpu: 0, fault: refuse, function: nvmlDeviceGetUtilizationRate, code: 3}]\n"))
        .hasMessageContaining("did you mean nvmlDeviceGetUtilizationRates?");
    assertThatThrownBy(
            () -> read(MINIMAL + "counters: [{at: 1s, gpu: 0, field: PCIE_REPLAY_COUNT}]\n"))
        .hasMessageContaining("did you mean PCIE_REPLAY_COUNTER?");
  }

  @Test
  void theFileIsCalledAsTheScenario() {
    assertThatThrownBy(() -> ScenarioReader.read("dir/other.yaml", bytes(MINIMAL)))
        .hasMessage(
            "dir/other.yaml:1:11: scenario: found \"quiet\", expected the file's own name, other");
  }

  @Test
  void aliasesThatGrowAreRefusedBeforeTheyGrow() {
    StringBuilder bomb = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x]\n");
    for (char c = 'b'; c < 'k'; c++) {
      bomb.append("%s: &%s [*%s, *%s, *%s]\n"
          .formatted(c, c, (char) (c - 1), (char) (c - 1), (char) (c - 1)));
    }

    assertThatThrownBy(() -> read(bomb.toString())).isInstanceOf(YamlException.class);
  }

  @Test
  void aLargeFileIsRefusedUnread() {
    assertThatThrownBy(() -> ScenarioReader.read("big", new byte[10 << 20]))
        .hasMessage("big: 10485760 bytes, a scenario has at most 1048576");
  }

  @Test
  void deepNestingIsRefused() {
    assertThatThrownBy(() -> read("[".repeat(5000))).isInstanceOf(YamlException.class);
    assertThatThrownBy(() -> read("a: ".repeat(1) + "{a: ".repeat(400)))
        .isInstanceOf(YamlException.class);
  }

  @FuzzTest
  void onlyTheDeclaredExceptionEscapes(byte[] yaml) {
    try {
      ScenarioCompiler.compile(ScenarioReader.read("fuzz", yaml));
    } catch (YamlException e) {
      assertThat(e).hasMessageStartingWith("fuzz");
    }
  }

  private static Scenario read(String yaml) throws YamlException {
    return ScenarioReader.read("test", bytes(yaml));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
