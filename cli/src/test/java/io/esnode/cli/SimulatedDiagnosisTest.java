package io.esnode.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.esnode.ledger.Finding;
import io.esnode.ledger.Ledger;
import io.esnode.ledger.Severity;
import io.esnode.ledger.State;
import io.esnode.scenario.Scenario;
import io.esnode.scenario.ScenarioReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every shipped incident is found, with its GPU and its time; its healthy look-alike is left alone. */
@Execution(ExecutionMode.CONCURRENT)
class SimulatedDiagnosisTest {
  private static final Path SCENARIOS = Path.of("../datasets/scenarios");

  @TempDir
  Path dir;

  static List<String> scenarios() throws Exception {
    try (Stream<Path> files = Files.list(SCENARIOS)) {
      return files
          .map(f -> String.valueOf(f.getFileName()))
          .filter(f -> f.endsWith(".yaml"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void exactlyTheExpectedIsFound(String file) throws Exception {
    Path yaml = SCENARIOS.resolve(file);
    Scenario scenario = ScenarioReader.read(yaml.toString(), Files.readAllBytes(yaml));

    Ledger ledger = analyze(yaml);

    assertThat(ledger.simulated()).isTrue();
    List<Finding> worrying = ledger.findings().stream()
        .filter(f -> f.state() == State.PRESENT && f.severity().compareTo(Severity.WARNING) >= 0)
        .toList();
    assertThat(named(worrying)).isEqualTo(expected(scenario));
    assertThat(late(scenario, worrying)).isEmpty();
  }

  private Ledger analyze(Path yaml) throws Exception {
    String bundle = dir.resolve("s.parquet").toString();
    String ledger = dir.resolve("s.json").toString();
    run("simulate", yaml.toString(), "--out", bundle);
    run("analyze", bundle, "--out", ledger);
    return Ledger.parse(Files.readAllBytes(Path.of(ledger)));
  }

  private static void run(String... arguments) {
    StringWriter err = new StringWriter();
    int exit = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), arguments);
    assertThat(exit).as("%s", err).isZero();
  }

  private static Set<String> named(List<Finding> findings) {
    Set<String> names = new TreeSet<>();
    findings.forEach(f -> names.add(f.rule() + " " + f.entity()));
    return names;
  }

  private static Set<String> expected(Scenario scenario) {
    Set<String> names = new TreeSet<>();
    scenario.expect().forEach(e -> names.add(e.rule() + " " + e.entity()));
    return names;
  }

  /** Findings that begin before or after the moment the scenario names. */
  private static List<String> late(Scenario scenario, List<Finding> findings) {
    List<String> late = new ArrayList<>();
    for (Scenario.Expectation expected : scenario.expect()) {
      findings.stream()
          .filter(f -> f.rule().equals(expected.rule()) && f.entity().equals(expected.entity()))
          .mapToLong(f -> millis(scenario, f))
          .min()
          .ifPresent(first -> {
            if (!expected.within(first)) {
              late.add("%s at %d ms".formatted(expected.rule(), first));
            }
          });
    }
    return late;
  }

  private static long millis(Scenario scenario, Finding finding) {
    return Instant.parse(String.valueOf(finding.firstTs())).toEpochMilli()
        - scenario.epochUs() / 1000;
  }
}
